"""The first steps of a new gym."""
