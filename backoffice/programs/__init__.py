"""Programs: what a trainer plans, from a template to the day of one person, kept as it was on every past day."""
