"""Money of the whole studio: open items, the day, direct debits, settings."""

from blueprints.billing import day, debits, house, open_list, unused
from blueprints.billing.blueprint import money

__all__ = ["day", "debits", "house", "money", "open_list", "unused"]
