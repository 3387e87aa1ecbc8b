"""Tickets of a person: what is left and why, sold in three steps, corrected with a reason."""
