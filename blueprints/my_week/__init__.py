"""A trainer's own day and week."""
