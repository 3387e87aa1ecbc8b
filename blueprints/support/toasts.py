"""Short messages after an action; some of them carry an undo."""

from flask import flash


def flash_done(text: str) -> None:
    """Say that something was done."""
    flash(text, "done")


def flash_undo(text: str, url: str) -> None:
    """Say that something was done, with a button that POSTs to `url` to take it back."""
    flash(f"{url}\n{text}", "undo")


def flash_warning(text: str) -> None:
    """Say something that asks for attention though all was done; it stays until it is closed."""
    flash(text, "warning")


def flash_link(text: str, url: str, label: str) -> None:
    """The same, with a link to what can be done about it."""
    flash(f"{url}\n{label}\n{text}", "link")


def flash_error(text: str) -> None:
    """Say that something was refused; it stays until it is closed."""
    flash(text, "error")
