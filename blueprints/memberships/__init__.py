"""Pages of memberships: freezing, leaving, changes of plan, and the plans that are sold."""
