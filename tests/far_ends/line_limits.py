"""What LINE refuses to take: more bubbles, longer texts or other buttons than its documentation allows."""

from collections.abc import Iterator
from typing import Any

ADDRESSES = ("http://", "https://", "line://", "tel:")


def complaints(messages: list[dict[str, Any]]) -> list[str]:
    """Everything that is wrong with the messages of one request."""
    found = [] if 0 < len(messages) <= 5 else ["1 to 5 messages"]
    for message in messages:
        if message["type"] == "text":
            found += _length(message["text"], 5000)
        elif message["type"] == "template":
            found += _buttons(message)
        else:
            found.append(f"unknown type {message['type']}")
    return found


def shown(message: dict[str, Any]) -> str:
    """The words of a bubble."""
    return str(message["text"] if message["type"] == "text" else message["template"]["text"])


def taps(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The buttons below the bubbles."""
    return [
        action
        for message in messages
        if message["type"] == "template"
        for action in message["template"]["actions"]
    ]


def _buttons(message: dict[str, Any]) -> Iterator[str]:
    template = message["template"]
    yield from _length(message["altText"], 400)
    yield from _length(template["text"], 160)
    if template["type"] != "buttons" or not 0 < len(template["actions"]) <= 4:
        yield "1 to 4 buttons"
    for action in template["actions"]:
        yield from _length(action["label"], 20)
        if action["type"] == "postback":
            yield from _length(action["data"], 300)
            yield from _length(action["displayText"], 300)
        elif action["type"] == "uri":
            yield from _length(action["uri"], 1000)
            if not action["uri"].startswith(ADDRESSES):
                yield "no address"
        else:
            yield f"unknown action {action['type']}"


def _length(text: str, longest: int) -> list[str]:
    """A text of no length is refused as well."""
    return [] if 0 < len(text.encode("utf-16-le")) // 2 <= longest else [f"length must be 1 to {longest}"]
