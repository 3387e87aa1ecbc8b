"""The gym's rules: knows no request, no form and no queue."""
