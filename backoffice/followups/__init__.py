"""Follow-up steps after a counselling, a trial or a no-show."""
