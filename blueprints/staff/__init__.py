"""Sign-in, the lock screen, one's own account, and the team."""
