"""All pages of leads: importing this gives the blueprint with every view on it."""

from blueprints.leads import board, bulk, calls, index, new, one, row, saved
from blueprints.leads.blueprint import leads

__all__ = ["board", "bulk", "calls", "index", "leads", "new", "one", "row", "saved"]
