"""Handover notes: the page of the shift."""
