"""All routes of staff, gathered for the registry."""

from blueprints.staff import signing
from blueprints.staff.blueprint import staff

__all__ = ["signing", "staff"]
