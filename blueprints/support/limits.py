"""Sizes of bodies and rates of requests. Every view has a limit; a larger one is declared at the view."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, abort, current_app, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from werkzeug.routing import IntegerConverter, Map

SMALL_BODY = 64 * 1024
IN_MEMORY = 2 * SMALL_BODY
"""Of one field. Files go through the same buffer of the parser, 64 KiB at a time on top of what is left of the piece
before: with less room a file is refused as soon as a line break stands at the end of a piece."""
UPLOAD_BODY = 6 * 1024 * 1024
MOST_FIELDS = 220
"""The largest form carries two hundred chosen leads and what is to be done with them."""

LARGEST_ID = 2**63 - 1
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})

View = TypeVar("View", bound=Callable[..., Any])

limiter = Limiter(get_remote_address, default_limits=[])


class RowId(IntegerConverter):
    """`<int:…>` in an address: a number the database can hold; a larger one is an address that does not exist."""

    def __init__(self, map: Map, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max", LARGEST_ID)
        super().__init__(map, *args, **kwargs)


def body_limit(size: int, *, if_: Callable[..., bool] | None = None) -> Callable[[View], View]:
    """Allow a body of up to `size` bytes for one view (the default is 64 KiB).

    `if_` gets what the address holds: on a page open to the world not everybody may send that much.
    """

    def mark(view: View) -> View:
        view.body_limit = size, if_  # type: ignore[attr-defined]
        return view

    return mark


def init_app(app: Flask) -> None:
    """Count rates in Redis; when it is down they are counted in memory, never refused for its sake."""
    settings = app.extensions["settings"]
    app.config.setdefault("RATELIMIT_STORAGE_URI", _storage(settings.redis_url))
    app.config["RATELIMIT_IN_MEMORY_FALLBACK_ENABLED"] = True
    app.config["RATELIMIT_SWALLOW_ERRORS"] = True
    limiter.init_app(app)
    app.url_map.converters["int"] = RowId
    app.before_request(_refuse_nul)
    app.before_request(_apply_body_limit)


def _storage(redis_url: str) -> str:
    return redis_url.replace("unix://", "redis+unix://", 1) if redis_url.startswith("unix://") else redis_url


def _refuse_nul() -> None:
    """No text in the database can hold a NUL; in an address it is nobody's slip of the finger."""
    if "\x00" in request.path or b"%00" in request.query_string:
        abort(404)


def _apply_body_limit() -> None:
    """A larger body is meant for a file: what is typed into fields stays small everywhere."""
    view = current_app.view_functions.get(request.endpoint or "")
    size, if_ = getattr(view, "body_limit", (None, None))
    if size is not None and (if_ is None or if_(**request.view_args or {})):
        request.max_content_length = size


def refuse_many_fields() -> None:
    """More fields than any form of ours has. Run once the caller may use the route, as it reads the body."""
    if request.method in UNSAFE and sum(len(values) for _, values in request.form.lists()) > MOST_FIELDS:
        abort(413)
