"""How somebody changes: measurements with goals and a trend, and what they noticed."""
