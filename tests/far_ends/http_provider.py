"""A provider over HTTP that honours retry keys: a second message with a known key is answered 409 and dropped.

python -m tests.far_ends.http_provider JOURNAL PORT_FILE [--busy P] [--lose P] [--seconds S] [--seed N]
"""

import argparse
import json
import random
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.far_ends import journal


class Provider:
    """What the provider remembers, and how unreliable it is (shares as in mail_server)."""

    def __init__(
        self, path: Path, *, busy: float = 0, lose: float = 0, seconds: float = 0, seed: int = 0
    ) -> None:
        self.path, self.busy, self.lose, self.seconds = path, busy, lose, seconds
        self.keys: set[str] = set()
        self.lock = threading.Lock()
        self.dice = random.Random(seed)

    def accept(self, key: str, body: dict[str, Any]) -> int:
        """The status to answer; 0 when the answer is to be lost."""
        with self.lock:
            if key in self.keys:
                return 409
            if self.dice.random() < self.busy:
                return 503
            self.keys.add(key)
            journal.append(self.path, {"key": key, **body})
            return 0 if self.dice.random() < self.lose else 200

    def handler(self) -> type[BaseHTTPRequestHandler]:
        """A request handler bound to this provider."""
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                time.sleep(provider.seconds * provider.dice.random())
                status = provider.accept(self.headers["X-Retry-Key"], body)
                if status:
                    self.send_response(status)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                else:
                    self.close_connection = True

            def log_message(self, *words: Any) -> None:
                """Say nothing."""

        return Handler


def main() -> None:
    """Listen on a free port of this machine until the process is ended."""
    parser = argparse.ArgumentParser()
    parser.add_argument("journal", type=Path)
    parser.add_argument("port_file", type=Path)
    parser.add_argument("--busy", type=float, default=0)
    parser.add_argument("--lose", type=float, default=0)
    parser.add_argument("--seconds", type=float, default=0)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    options = {name: getattr(given, name) for name in ("busy", "lose", "seconds", "seed")}
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider(given.journal, **options).handler())
    draft = given.port_file.with_suffix(".new")
    draft.write_text(str(server.server_port))
    draft.rename(given.port_file)
    server.serve_forever()


if __name__ == "__main__":
    main()
