"""Incidents: written by trainers, settled by managers."""
