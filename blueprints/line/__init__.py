"""LINE: the webhook, the accounts nobody knows yet, and how a person's account is connected."""
