"""Performance: every page of the product next to a bare reference page, in one run on one machine."""
