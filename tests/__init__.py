"""Tests: what is true for a user, or a rule of the house."""
