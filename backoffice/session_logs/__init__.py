"""Session logs (カルテ): what was done in a visit, kept apart from what was prescribed."""
