"""Plans that are sold and the memberships that people begin."""
