"""Shared tools of every feature. A closed list: a new module here is a decision (docs/decisions.md)."""
