"""Money: invoices, payments and receipts, in books that are only ever added to. Yen are integers, tax included."""
