"""In which form the caller reads the answer: a page, a fragment for htmx, or JSON for a script."""

from flask import request


def wants_json() -> bool:
    """Asked by one of our scripts with `Accept: application/json`."""
    return request.accept_mimetypes.best == "application/json"


def wants_fragment() -> bool:
    """Asked by htmx for a part of a page."""
    return "HX-Request" in request.headers
