"""Progress of a person: measurements with their charts, goals, and what they noticed."""
