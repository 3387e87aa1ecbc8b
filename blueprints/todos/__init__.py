"""Ticking off human tasks."""
