"""People who may be one: looked at side by side, merged, taken back, or remembered as two."""
