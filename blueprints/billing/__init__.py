"""Pages of money: a person's account, open items, papers, the day."""
