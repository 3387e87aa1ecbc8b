"""Slots, bookings and the claims that make a double booking impossible."""
