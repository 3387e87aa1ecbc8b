"""Pages of CARE: notes and check-ins of one person, the queue of a trainer, what a client opens by link."""
