"""`python -m commands` is `backoffice`."""

from commands.main import cli

cli(prog_name="backoffice")
