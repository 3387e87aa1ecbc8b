"""The waiting list: who would come if a time became free, and the timed offers they get."""
