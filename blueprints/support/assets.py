"""Built front-end files: hashed names from the manifest, kept by browsers for ever, compressed copies when asked."""

import json
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, current_app, request, send_from_directory

from blueprints.support.access import anyone

DIST = Path(__file__).resolve().parents[2] / "frontend" / "dist"
ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


class Assets:
    """The manifest of the last build. Read once; looked at again for every request in development only."""

    def __init__(self, dist: Path, watch: bool) -> None:
        self.dist = dist
        self.watch = watch
        self.urls: dict[str, str] = {}
        self.read_at = -1.0

    def url(self, name: str) -> str:
        """The address of a built file by its plain name (`app.css`); a clear error when nothing was built."""
        if self.watch or not self.urls:
            self._read()
        return self.urls[name]

    def _read(self) -> None:
        manifest = self.dist / "manifest.json"
        if not manifest.exists():
            raise RuntimeError(
                "The front end is not built: run `make setup` (or `node build.mjs` in frontend/)."
            )
        changed = manifest.stat().st_mtime
        if changed != self.read_at:
            names = json.loads(manifest.read_text(encoding="utf-8"))
            self.urls = {name: f"/static/{hashed}" for name, hashed in names.items()}
            self.read_at = changed


@anyone("styles, scripts, icons and fonts hold nothing personal")
def static_file(filename: str) -> Response:
    """One built file. Its name changes with its content, so a browser may keep it for a year."""
    extension = Path(filename).suffix
    for encoding, ending in ENCODINGS:
        if request.accept_encodings[encoding] and (DIST / f"{filename}{ending}").is_file():
            response = send_from_directory(DIST, filename + ending, mimetype=TYPES.get(extension))
            response.headers["Content-Encoding"] = encoding
            break
    else:
        response = send_from_directory(DIST, filename, mimetype=TYPES.get(extension))
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.headers["Vary"] = "Accept-Encoding"
    return response


@anyone("browsers ask for it on their own")
def favicon() -> Response:
    """The icon under the address that browsers ask for without being told."""
    try:
        name = current_app.jinja_env.globals["static_asset"]("favicon.svg")  # type: ignore[operator]
    except RuntimeError:
        abort(404)
    return static_file(name.removeprefix("/static/"))


def init_app(app: Flask) -> None:
    """Serve the built files under /static/ and give templates `static_asset('app.css')`."""
    assets = Assets(DIST, watch=app.debug)
    globals_: dict[str, Any] = app.jinja_env.globals
    globals_["static_asset"] = assets.url
    app.add_url_rule("/static/<path:filename>", "static", static_file)
    app.add_url_rule("/favicon.ico", "favicon", favicon)
