"""The training side of a client: the frame around a trainer's pages about one person."""
