"""LINE's Messaging API as the tests need it: it remembers retry keys, counts the month, and fails as it is told.

Each push or reply it takes is in the journal before it answers. In a process of its own:
python -m tests.far_ends.line_server JOURNAL PORT_FILE [--busy P] [--lose P] [--refuse P] [--odd P] [--seconds S]
[--seed N]
In a test: `with line_server(LineServer(path)) as url`.
"""

import argparse
import json
import random
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.far_ends import journal
from tests.far_ends.line_limits import complaints, shown, taps
from tests.far_ends.resets import reset_on_close

TOKEN = "token-of-the-tests"  # a word that only the tests use
RATE = (429, "The API rate limit has been exceeded. Try again later.")
QUOTA = (429, "You have reached your monthly limit.")
BAD_ID = (400, "The property, 'to', in the request body is invalid (line: -, column: -)")
BAD_TOKEN = (400, "Invalid reply token")
NO_TOKEN = (401, "Authentication failed. Confirm that the access token in the authorization header is valid.")
ODD: tuple[tuple[int, str] | str, ...] = (
    "hang", "drip", "drop before", "drop after", "reset", "garbage", "nonsense", "redirect", NO_TOKEN,
    (403, "Access to this API is not available for your account"), (404, "Not found"), (500, "Internal Server Error"),
)  # fmt: skip
"""What a storm plays by chance, beside the usual accidents: everything that has a declared end but the quota."""


@dataclass
class LineServer:
    """What this LINE remembers, and how unreliable it is.

    `script` holds what the next pushes meet: a (status, words) pair or one of "hang", "drip", "drop before",
    "drop after", "reset", "garbage", "nonsense", "redirect"; `reply_script` the same for replies. `tokens` are good
    for one reply each; so is whatever begins with "good-". `busy`, `lose`, `refuse` and `odd` are shares of all calls:
    429, taken without an answer, refused for good, and anything of `ODD`.
    """

    path: Path
    busy: float = 0
    lose: float = 0
    refuse: float = 0
    odd: float = 0
    seconds: float = 0
    seed: int = 0
    limit: int = 200
    used: int = 0
    script: list[tuple[int, str] | str] = field(default_factory=list)
    pushes: list[dict[str, Any]] = field(default_factory=list)
    profiles: dict[str, dict[str, str]] = field(default_factory=dict)
    contents: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    marks: list[tuple[int, str]] = field(default_factory=list)
    read_tokens: list[str] = field(default_factory=list)
    elsewhere: int = 0
    keys: set[str] = field(default_factory=set)
    replies: list[dict[str, Any]] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    used_tokens: set[str] = field(default_factory=set)
    reply_script: list[tuple[int, str] | str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    closing: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)

    def push(self, key: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]] | str:
        """Take a push, or not: the status and words to answer, or the accident that happens to the answer."""
        with self.lock:
            self.pushes.append({"key": key, **body})
            step = self.script.pop(0) if self.script else self._by_chance(key)
            if isinstance(step, tuple):
                return step[0], {"message": step[1]}
            if step in {"hang", "drop before", "garbage", "nonsense", "redirect"}:
                return step
            answer = self._take(key, body)
            return step or answer

    def reply(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]] | str:
        """Take a reply, or not; it does not count in the month, and there is no key to tell a second one by."""
        with self.lock:
            self.replies.append(body)
            step = self.reply_script.pop(0) if self.reply_script else self._by_chance(body["replyToken"])
            if isinstance(step, tuple):
                return step[0], {"message": step[1]}
            if step in {"hang", "drop before", "garbage", "nonsense", "redirect"}:
                return step
            answer = self._take_reply(body)
            return step or answer

    def _take_reply(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        token = body["replyToken"]
        is_good = token in self.tokens or token.startswith("good-")
        if not is_good or token in self.used_tokens:
            return BAD_TOKEN[0], {"message": BAD_TOKEN[1]}
        if wrong := complaints(body["messages"]):
            return 400, {"message": f"The request body has {len(wrong)} error(s)", "details": wrong}
        self.used_tokens.add(token)
        self._write_down({"reply": token}, body)
        return 200, {"sentMessages": [{"id": token, "quoteToken": "q"} for _ in body["messages"]]}

    def _write_down(self, who: dict[str, str], body: dict[str, Any]) -> None:
        shows = {
            "texts": [shown(one) for one in body["messages"]],
            "taps": [one["label"] for one in taps(body["messages"])],
        }
        journal.append(self.path, {**who, **shows})

    def _by_chance(self, key: str) -> tuple[int, str] | str:
        chance = 1.0 if key in self.keys else self.dice.random()
        if chance < self.busy:
            return RATE
        if chance < self.busy + self.refuse:
            return BAD_ID
        if chance < self.busy + self.refuse + self.odd:
            return self.dice.choice(ODD)
        return "drop after" if chance < self.busy + self.refuse + self.odd + self.lose else ""

    def _take(self, key: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if key in self.keys:
            return 409, {"message": "The retry key is already accepted"}
        if self.used >= self.limit:
            return QUOTA[0], {"message": QUOTA[1]}
        if wrong := complaints(body["messages"]):
            return 400, {"message": f"The request body has {len(wrong)} error(s)", "details": wrong}
        self.used += 1
        self.keys.add(key)
        self._write_down({"key": key, "to": body["to"]}, body)
        sent = [{"id": f"{self.used}{place}", "quoteToken": "q"} for place in range(len(body["messages"]))]
        return 200, {"sentMessages": sent}

    def mark(self, read_token: str) -> tuple[int, dict[str, Any]]:
        """Mark a message as read, or answer with the next of `marks`."""
        if self.marks:
            status, words = self.marks.pop(0)
            return status, {"message": words}
        self.read_tokens.append(read_token)
        return 200, {}

    def read(self, path: str) -> tuple[int, dict[str, Any]]:
        """What a GET asks for."""
        if path == "/v2/bot/message/quota":
            return 200, {"type": "limited", "value": self.limit}
        if path == "/v2/bot/message/quota/consumption":
            return 200, {"totalUsage": self.used}
        if path == "/v2/bot/message/delivery/push":
            return 200, {"status": "ready", "success": self.used}
        if path == "/v2/bot/info":
            return 200, {"userId": "U" + "0" * 32, "basicId": "@gym", "displayName": "整 SEI"}
        if path.startswith("/v2/bot/profile/") and (found := self.profiles.get(path.rpartition("/")[2])):
            return 200, found
        return 404, {"message": "Not found"}


def handler(line: LineServer) -> type[BaseHTTPRequestHandler]:
    """A request handler bound to this LINE."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            time.sleep(line.seconds * line.dice.random())
            if self.headers["Authorization"] != f"Bearer {TOKEN}":
                self.answer(NO_TOKEN[0], {"message": NO_TOKEN[1]})
            elif self.path == "/v2/bot/message/push":
                self.play(line.push(self.headers["X-Line-Retry-Key"], body))
            elif self.path == "/v2/bot/message/reply":
                self.play(line.reply(body))
            elif self.path == "/v2/bot/chat/markAsRead":
                self.answer(*line.mark(body["markAsReadToken"]))
            else:
                line.elsewhere += 1
                self.answer(404, {"message": "Not found"})

        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            content = line.contents.get(path.removeprefix("/v2/bot/message/").removesuffix("/content"))
            if self.headers["Authorization"] != f"Bearer {TOKEN}":
                self.answer(NO_TOKEN[0], {"message": NO_TOKEN[1]})
            elif content is not None:
                self.write(200, content[1], content[0])
            else:
                self.answer(*line.read(path))

        def play(self, step: tuple[int, dict[str, Any]] | str) -> None:
            self.close_connection = True
            if isinstance(step, tuple):
                self.answer(*step)
            elif step == "hang":
                line.closing.wait(30)
            elif step == "reset":
                reset_on_close(self.connection)
                self.connection.close()
            elif step == "drip":
                for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Long: " + b"x" * 2000:
                    if line.closing.wait(0.05):
                        return
                    self.wfile.write(bytes([byte]))
            elif step == "garbage":
                self.write(200, b"<html>Welcome to the hotel</html>", "text/html")
            elif step == "nonsense":
                self.wfile.write(b"SSH-2.0-far\r\n")
            elif step == "redirect":
                self.send_response(307)
                self.send_header("Location", "/somewhere/else")
                self.send_header("Content-Length", "0")
                self.end_headers()

        def answer(self, status: int, body: dict[str, Any]) -> None:
            self.write(status, json.dumps(body).encode(), "application/json")

        def write(self, status: int, body: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("X-Line-Request-Id", "of-the-tests")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: Any) -> None:
            """Say nothing."""

    return Handler


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_words: Any) -> None:
        """A client that hangs up is no news."""


@contextmanager
def line_server(line: LineServer, *, certificate: Path | None = None) -> Iterator[str]:
    """The address of a LINE inside the test's own process; with a certificate it speaks TLS."""
    server = _Quiet(("127.0.0.1", 0), handler(line))
    if certificate is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        line.closing.set()
        server.shutdown()
        server.server_close()
        thread.join(5)


def main() -> None:
    """Listen on a free port of this machine until the process is ended."""
    parser = argparse.ArgumentParser()
    parser.add_argument("journal", type=Path)
    parser.add_argument("port_file", type=Path)
    for share in ("busy", "lose", "refuse", "odd", "seconds"):
        parser.add_argument(f"--{share}", type=float, default=0)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    options = {name: getattr(given, name) for name in ("busy", "lose", "refuse", "odd", "seconds", "seed")}
    server = _Quiet(("127.0.0.1", 0), handler(LineServer(given.journal, limit=10**6, **options)))
    draft = given.port_file.with_suffix(".new")
    draft.write_text(str(server.server_port))
    draft.rename(given.port_file)
    server.serve_forever()


if __name__ == "__main__":
    main()
