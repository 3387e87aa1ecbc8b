"""シフト表: the table of a month, changed by day, copied, and swapped between trainers."""
