"""Rules of the house that no single feature can keep alone."""
