"""Links of LINE: pages that know whose account tapped, and the page on which a person connects their own."""

from datetime import timedelta
from urllib.parse import quote

from backoffice.core import links

BOOK, CONNECT = "line-book", "line-connect"
BOOK_LINK_LIVES = timedelta(days=1)
CONNECT_LINK_LIVES = timedelta(days=30)


def book_path(account_id: int) -> str:
    """Booking, opened from the chat of an account. Lives for a day: another tap brings a new one."""
    return f"/line/book/{links.sign(BOOK, account_id)}"


def connect_path(person_id: int) -> str:
    """The page on which the person who got this link connects their LINE account. Lives for 30 days."""
    return f"/line/connect/{links.sign(CONNECT, person_id)}"


def account_in(token: str) -> int | None:
    """The account behind a booking link; None for a forged, broken or old one."""
    return _id_in(BOOK, token, BOOK_LINK_LIVES)


def person_in(token: str) -> int | None:
    """The person behind a link to connect; None for a forged, broken or old one."""
    return _id_in(CONNECT, token, CONNECT_LINK_LIVES)


def chat_url(line_id: str, text: str) -> str:
    """The address that opens the chat with the gym on a phone, with a text ready to be sent. Pure."""
    return f"https://line.me/R/oaMessage/{quote(line_id, safe='')}/?{quote(text, safe='')}"


def _id_in(purpose: str, token: str, lives: timedelta) -> int | None:
    parts = links.read(purpose, token, lives)
    return parts[0] if parts is not None and len(parts) == 1 and isinstance(parts[0], int) else None
