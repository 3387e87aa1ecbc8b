"""Where to go after a form: only ever a path of our own."""

from urllib.parse import urlsplit


def own_path(target: str | None, default: str) -> str:
    """`target` when it is a path on this site, else `default`: no `//host`, scheme, backslash or control character."""
    if not target or len(target) > 2000 or not target.startswith("/") or target.startswith("//"):
        return default
    if "\\" in target or any(ord(letter) < 32 for letter in target):
        return default
    parts = urlsplit(target)
    return default if parts.scheme or parts.netloc else target.rstrip("?")
