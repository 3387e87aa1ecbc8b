"""Replanning an absence: the desk's list, and the page on which a guest chooses another time."""
