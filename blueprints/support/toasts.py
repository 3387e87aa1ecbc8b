"""Short messages after an action; some of them carry an undo."""

from flask import flash


def flash_done(text: str) -> None:
    """Say that something was done."""
    flash(text, "done")


def flash_undo(text: str, url: str) -> None:
    """Say that something was done, with a button that POSTs to `url` to take it back."""
    flash(f"{url}\n{text}", "undo")


def flash_error(text: str) -> None:
    """Say that something was refused; it stays until it is closed."""
    flash(text, "error")
