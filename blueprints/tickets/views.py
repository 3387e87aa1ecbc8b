"""The tickets of a person: the ledger with its corrections, and sales."""

from blueprints.tickets import ledger, sales
from blueprints.tickets.blueprint import tickets

__all__ = ["ledger", "sales", "tickets"]
