"""Tickets: sessions owed to a person, in a ledger that is only ever added to."""
