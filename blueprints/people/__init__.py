"""Pages of people: search, one person, what is known of them."""
