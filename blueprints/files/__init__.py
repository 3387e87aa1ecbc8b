"""Files of people: uploaded, opened, deleted and taken back."""
