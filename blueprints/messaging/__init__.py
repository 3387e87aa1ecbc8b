"""Pages about messages: the list for staff, the way out for those who receive them."""
