"""The settings pages: the studio itself, what can be booked, and when."""
