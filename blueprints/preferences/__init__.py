"""Language and brightness of this browser."""
