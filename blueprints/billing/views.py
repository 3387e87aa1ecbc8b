"""Money of the whole studio: open items, the day, settings."""

from blueprints.billing import day, house, open_list
from blueprints.billing.blueprint import money

__all__ = ["day", "house", "money", "open_list"]
