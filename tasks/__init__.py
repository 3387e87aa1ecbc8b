"""Celery: open a context, call one function, commit. The one table of periodic work is schedule.py."""
