"""The exercise library: find, add, change, import."""
