"""What LINE would send to the webhook: events as its documentation shows them, signed."""

import itertools
import json
from datetime import datetime
from typing import Any

from backoffice.line.signature import sign

SECRET, OLD_SECRET = "new-channel-secret", "old-channel-secret"
HANAKO, TARO = "U" + "a1" * 16, "U" + "b2" * 16

_numbers = itertools.count(1)


def event(kind: str, at: datetime, user: str = HANAKO, **more: Any) -> dict[str, Any]:
    """An event of somebody in a chat with the gym."""
    return {
        "type": kind, "mode": "active", "timestamp": int(at.timestamp() * 1000),
        "source": {"type": "user", "userId": user}, "webhookEventId": f"01TEST{next(_numbers):020}",
        "deliveryContext": {"isRedelivery": False}, "replyToken": "f" * 32, **more,
    }  # fmt: skip


def said(text: str, at: datetime, user: str = HANAKO, **more: Any) -> dict[str, Any]:
    """A text message."""
    return sent({"type": "text", "text": text, **more}, at, user)


def sent(message: dict[str, Any], at: datetime, user: str = HANAKO) -> dict[str, Any]:
    """A message of any type."""
    return event(
        "message", at, user, message={"id": str(next(_numbers)), "markAsReadToken": "read-me", **message}
    )


def tapped(data: str, at: datetime, user: str = HANAKO) -> dict[str, Any]:
    """A button of the rich menu."""
    return event("postback", at, user, postback={"data": data})


def unsent(message: dict[str, Any], at: datetime) -> dict[str, Any]:
    """The sender takes a message back."""
    return event("unsend", at, message["source"]["userId"], unsend={"messageId": message["message"]["id"]})


def body_of(*events: Any) -> bytes:
    """The body of a webhook."""
    return json.dumps({"destination": "U" + "0" * 32, "events": list(events)}).encode()


def signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    """The headers LINE sends with a body."""
    return {"X-Line-Signature": sign(body, secret).decode(), "Content-Type": "application/json"}
