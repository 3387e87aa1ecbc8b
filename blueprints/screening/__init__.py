"""Pages of the health check sheet: answered by link, decided on by a trainer."""
