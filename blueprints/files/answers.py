"""Handing out a stored file so that a browser can do nothing with it but show or save it."""

from typing import Protocol
from urllib.parse import quote

from flask import Response

from backoffice.files.models import MediaType

LOCKED_IN = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
"""The style is what browsers themselves put around a picture."""


class Stored(Protocol):
    """A kept file, its content loaded."""

    @property
    def name(self) -> str:
        """Under which it is saved."""
        ...

    @property
    def media_type(self) -> str:
        """What it is."""
        ...

    @property
    def content(self) -> bytes | None:
        """What is inside."""
        ...


def file_answer(file: Stored) -> Response:
    """A photo to look at, anything else to save."""
    answer = Response(file.content, mimetype=file.media_type)
    how = "inline" if file.media_type == MediaType.JPEG else "attachment"
    ending = file.name.rpartition(".")[2]
    names = {"filename": f"file.{ending}", "filename*": f"UTF-8''{quote(file.name, safe='')}"}
    answer.headers.set(
        "Content-Disposition", how, **names
    )  # old programs read the first, all others the second
    answer.headers["Content-Security-Policy"] = LOCKED_IN
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer
