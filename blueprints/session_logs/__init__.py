"""The session card and the logs of a client: what was done, in ninety seconds and with one hand."""
