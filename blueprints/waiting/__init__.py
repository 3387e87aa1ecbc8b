"""The waiting list: the desk's page, and the page on which an offer is answered."""
