"""Enquiries from first contact to joined or lost."""
