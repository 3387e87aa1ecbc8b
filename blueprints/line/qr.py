"""The code to be scanned with a phone: opens the chat with the gym, with the number ready to be sent."""

from dataclasses import dataclass
from datetime import datetime

import segno
from flask_babel import gettext as _

from backoffice.line.codes import Code
from backoffice.line.paths import chat_url


@dataclass(frozen=True)
class ShownCode:
    """A one-time code as a page shows it: the number, the address that opens the chat, and its picture."""

    digits: str
    expires_at: datetime
    url: str
    picture: str


def shown_code(code: Code, line_id: str) -> ShownCode:
    """What a page needs to show a code; `picture` is a data address, so nothing is fetched from anywhere."""
    url = chat_url(line_id, _("Code for LINE: %(code)s", code=code.shown))
    picture = segno.make(url, error="m").svg_data_uri(scale=4, border=4, dark="#000", light="#fff")
    return ShownCode(code.shown, code.expires_at, url, picture)
