"""The rich menu goes up in three steps, and the one before is taken away."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from PIL import Image

from backoffice.line.menu import button_in
from backoffice.line.rich_menu import HEIGHT, PICTURE, WIDTH
from tasks.line_menu import main

TOKEN = "token-of-the-tests"


class Menus:
    """A LINE that knows menus and nothing else."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, bytes]] = []
        self.url = ""

    def answer(self, method: str, path: str) -> dict[str, object]:
        old = {"richMenuId": "old", "name": "backoffice", "size": {"width": 2500, "height": 843}}
        theirs = {**old, "richMenuId": "theirs", "name": "summer"}
        more = {"selected": True, "chatBarText": "x", "areas": []}
        if (method, path) == ("GET", "/v2/bot/richmenu/list"):
            return {"richmenus": [old | more, theirs | more]}
        return {"richMenuId": "new"} if path == "/v2/bot/richmenu" else {}


@pytest.fixture
def line() -> Iterator[Menus]:
    """A server of its own."""
    menus = Menus()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            menus.calls.append((self.command, self.path, self.rfile.read(size)))
            assert self.headers["Authorization"] == f"Bearer {TOKEN}"
            body = json.dumps(menus.answer(self.command, self.path)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_DELETE = do_GET  # noqa: N815

        def log_message(self, *words: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    menus.url = f"http://127.0.0.1:{server.server_port}"
    yield menus
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture
def environment(line: Menus, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Settings that name this LINE."""
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "DATA_DIR": str(tmp_path), "LINE_API_URL": line.url, "LINE_CHANNEL_SECRET": "s",
        "LINE_CHANNEL_ACCESS_TOKEN": TOKEN,
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("environment")
def test_the_menu_goes_up_with_its_picture_and_takes_the_place_of_ours(line: Menus) -> None:
    assert main([]) == 0
    assert [(method, path) for method, path, _ in line.calls] == [
        ("GET", "/v2/bot/richmenu/list"),
        ("POST", "/v2/bot/richmenu"),
        ("POST", "/v2/bot/richmenu/new/content"),
        ("POST", "/v2/bot/user/all/richmenu/new"),
        ("DELETE", "/v2/bot/richmenu/old"),
    ]
    menu = json.loads(line.calls[1][2])
    buttons = [button_in(area["action"]["data"]) for area in menu["areas"]]
    assert buttons == ["book", "change", "way", "question"]
    assert sum(area["bounds"]["width"] for area in menu["areas"]) == WIDTH
    assert line.calls[2][2] == PICTURE.read_bytes()
    with Image.open(PICTURE) as picture:
        assert picture.size == (WIDTH, HEIGHT)


@pytest.mark.usefixtures("environment")
def test_what_is_no_picture_is_refused_before_line_is_asked(
    line: Menus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "menu.txt").write_text("x")
    (tmp_path / "large.png").write_bytes(b"x" * 1_000_001)
    for wrong in ("menu.txt", "large.png", "none.png"):
        assert main([str(tmp_path / wrong)]) == 1
    monkeypatch.delenv("LINE_CHANNEL_SECRET")
    monkeypatch.delenv("LINE_CHANNEL_ACCESS_TOKEN")
    assert main([]) == 1
    assert line.calls == []
