"""The bare address of the site."""
