"""A visitor in tests: opens the form, types, sends; reads pages the way a browser does."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape

from werkzeug.test import TestResponse

from tests.pages import PageClient

TYPED = {
    "name": "山田 花子",
    "kana": "",
    "phone": "090-1234-5678",
    "mail": "hanako@example.jp",
    "wear": "own",
    "wear_size": "",
    "shoe_cm": "",
    "enquiry": "",
    "consent": "y",
    "website": "",
}


class Visitor:
    """Somebody with a phone in their hand; `clock` moves the time that requests read."""

    def __init__(self, client: PageClient, clock: Callable[[datetime], None], now: datetime) -> None:
        self.client, self.clock, self.now = client, clock, now

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)
        self.clock(self.now)

    def open(self, path: str) -> str:
        """A page that must open."""
        answer = self.client.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.get_data(as_text=True)

    def send(self, page: str, *, after: float = 20, **typed: str) -> TestResponse:
        """Send the form of a page with its hidden fields, some seconds after it was shown."""
        self.wait(after)
        return self.client.post(target_of(page), data={**TYPED, **hidden_of(page), **typed})

    def book(self, path: str = "/book/trial/details?at=2026-11-26T01:15Z", **typed: str) -> str:
        """Book, and the page that says so."""
        answer = self.send(self.open(path), **typed)
        assert answer.status_code == 303, answer.get_data(as_text=True)
        return answer.headers["Location"]


def target_of(page: str) -> str:
    """Where the visitor's own form goes (the last form of a page is the content's)."""
    forms = re.findall(r'<form class="stack" method="post" action="([^"]+)"', page)
    return unescape(forms[-1])


def hidden_of(page: str) -> dict[str, str]:
    """The hidden fields of a page, apart from the language form's."""
    found = {}
    for tag in re.findall(r'<input[^>]*type="hidden"[^>]*>', page):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and name.group(1) not in {"next", "csrf_token"}:
            found[name.group(1)] = unescape(value.group(1)) if value else ""
    return found


def links_of(page: str, part: str) -> list[str]:
    """The addresses on a page that hold `part`."""
    return [link for link in map(unescape, re.findall(r'href="([^"]+)"', page)) if part in link]


def offers_of(page: str) -> list[str]:
    """Values of the one-tap buttons for other times."""
    return re.findall(r'name="other" value="([^"]+)"', page)
