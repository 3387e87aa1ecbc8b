"""What monitors ask: is the process up, and is everything behind it well."""
