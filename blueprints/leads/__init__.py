"""Pages of leads: the list, one lead, a new enquiry, importing a file of them."""
