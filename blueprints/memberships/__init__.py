"""Pages of memberships: joining."""
