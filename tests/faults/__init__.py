"""Messages under kills: what is promised about sending, proved by killing the workers that send."""
