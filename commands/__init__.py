"""The `backoffice` command line: one file per command, over the same actions and queries as the pages."""
