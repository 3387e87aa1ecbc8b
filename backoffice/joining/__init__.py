"""Joining papers (入会申込書): what was agreed, what the new member wrote and signed, discounts, terms, referrals."""
