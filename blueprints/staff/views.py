"""All routes of staff, gathered for the registry."""

from blueprints.staff import account, audit, links, locking, signing, team
from blueprints.staff.blueprint import staff

__all__ = ["account", "audit", "links", "locking", "signing", "staff", "team"]
