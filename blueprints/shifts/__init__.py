"""The shift table: a month to read, to change by day, and to copy."""
