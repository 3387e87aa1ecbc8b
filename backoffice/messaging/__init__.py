"""Messages as rows: planned with their cause, delivered once, explained when they fail."""
