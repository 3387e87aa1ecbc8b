"""The training side of a person who has joined."""
