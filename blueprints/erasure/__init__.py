"""The page of a person's data: handed out as a whole, or erased for good."""
