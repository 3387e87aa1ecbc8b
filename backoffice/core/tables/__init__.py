"""Tables that leave or enter the house as files: CSV and Excel, harmless whatever a stranger typed."""
