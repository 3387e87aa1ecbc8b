"""What a person may ask for at any time: all their data, or to be erased."""
