"""What each event of the webhook means. Each may come twice, late, or before the one that went ahead of it."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from backoffice.core.audit import SYSTEM
from backoffice.core.contact import plain_text
from backoffice.core.db import db
from backoffice.core.language import N_
from backoffice.line.accounts import held_account, set_followed
from backoffice.line.codes import code_in, take_code
from backoffice.line.hooks import Hooks
from backoffice.line.menu import ANSWERS, button_in
from backoffice.line.models import EventKind, LineAccount, LineEvent
from backoffice.line.ties import TiedToAnother, tie
from backoffice.messaging.conversation import expect_file, keep_said, refuse_file, take_back
from backoffice.messaging.entries import EntryKind
from backoffice.messaging.models import Channel, Kind
from backoffice.messaging.outbox import queue_message
from backoffice.messaging.reply_tokens import keep_reply_token
from backoffice.people.models import Person
from backoffice.people.queries import MergedAway

PROFILE_WAIT = timedelta(seconds=5)
"""How long a greeting waits for the language of whoever follows; it goes as soon as that is read."""
ANSWER_WITHIN = timedelta(minutes=30)
"""An answer to something tapped or typed is worth nothing later."""
LONGEST_ID = 100
LONGEST_TOKEN = 200
NOT_KEPT = N_("Videos and voice messages are not kept here. Please look in LINE's own app.")
ELSEWHERE = N_("This file lies on another server and is not fetched.")
LONGEST_FILE = 2 * 1024 * 1024
TOO_LARGE = N_("Files above 2 MB are not kept here. Please look in LINE's own app.")

KINDS = {
    "text": EntryKind.TEXT, "image": EntryKind.PHOTO, "file": EntryKind.FILE, "video": EntryKind.VIDEO,
    "audio": EntryKind.AUDIO, "sticker": EntryKind.STICKER, "location": EntryKind.PLACE,
}  # fmt: skip


def handle(event: LineEvent, hooks: Hooks, *, now: datetime) -> None:
    """Do what one event asks for, in the transaction of the caller, who holds its row; `hooks` hear what happened."""
    sent = json.loads(event.body or "{}")
    account = held_account(event.studio_id, event.user_id, now=now)
    account.last_seen_at = max(account.last_seen_at, event.happened_at)
    if token := _text(sent, "replyToken", LONGEST_TOKEN):
        keep_reply_token(account.user_id, token, happened_at=event.happened_at, received_at=event.received_at)
    _HANDLERS[EventKind(event.kind)](event, account, sent, hooks, now)


def answer(
    account: LineAccount,
    kind: Kind,
    event: LineEvent,
    *,
    values: Mapping[str, Any] | None = None,
    now: datetime,
    wait: timedelta = timedelta(0),
) -> None:
    """Plan an answer to an event, once however often the event comes; in the person's language, if they are known.

    `values` (ids only) say what the answer is about.
    """
    known = db.session.get(Person, account.person_id) if account.person_id is not None else None
    queue_message(
        kind, studio_id=account.studio_id, now=now, dedupe_key=f"line:{event.webhook_event_id}", send_at=now + wait,
        expires_at=now + ANSWER_WITHIN, language=known.language if known else account.language,
        person_id=account.person_id, values={**(values or {}), "account_id": account.id},
    )  # fmt: skip


def _follow(
    event: LineEvent, account: LineAccount, _sent: Mapping[str, Any], _hooks: Hooks, now: datetime
) -> None:
    if set_followed(account, True, at=event.happened_at) and account.person_id is None:
        is_unread = account.profile_try_at is not None
        answer(account, Kind.LINE_GREETING, event, now=now, wait=PROFILE_WAIT if is_unread else timedelta(0))


def _unfollow(
    event: LineEvent, account: LineAccount, _sent: Mapping[str, Any], _hooks: Hooks, _now: datetime
) -> None:
    set_followed(account, False, at=event.happened_at)


def _message(
    event: LineEvent, account: LineAccount, sent: Mapping[str, Any], hooks: Hooks, now: datetime
) -> None:
    message = _part(sent, "message")
    external_id, kind = _text(message, "id", LONGEST_ID), KINDS.get(str(message.get("type")), EntryKind.OTHER)
    if not external_id:
        return
    digits = code_in(_text(message, "text")) if kind is EntryKind.TEXT else None
    if digits is not None and _tied_by_code(event, account, digits, now):
        return
    entry_id = keep_said(
        account.studio_id, Channel.LINE, kind, external_id=external_id, said_at=event.happened_at, now=now,
        body=_words(message, kind), person_id=account.person_id, line_account_id=account.id,
        read_token=_text(message, "markAsReadToken", 1000) or None,
    )  # fmt: skip
    account.set_aside_at = None  # who writes again is looked at again
    if entry_id is not None:
        _file(entry_id, message, kind, now)
        hooks.heard(entry_id, now)


def _tied_by_code(event: LineEvent, account: LineAccount, digits: str, now: datetime) -> bool:
    """Whether a text was a code and nothing more has to be kept. Of somebody known, eight digits may mean anything."""
    was_known = account.person_id is not None
    code = take_code(account, digits, now=now)
    if code is None and was_known:
        return False
    if code is None:
        answer(account, Kind.LINE_CODE_REFUSED, event, now=now)
        return True
    try:
        tie(account, code.person_id, by=SYSTEM, now=now)
    except (TiedToAnother, MergedAway):
        answer(account, Kind.LINE_CODE_REFUSED, event, now=now)
        return True
    answer(account, Kind.LINE_CONNECTED, event, now=now)
    return True


def _file(entry_id: int, message: Mapping[str, Any], kind: EntryKind, now: datetime) -> None:
    name = _text(message, "fileName", 200)
    if kind in (EntryKind.VIDEO, EntryKind.AUDIO):
        refuse_file(entry_id, name, NOT_KEPT, now=now)
    elif kind not in (EntryKind.PHOTO, EntryKind.FILE):
        return
    elif _part(message, "contentProvider").get("type", "line") != "line":
        refuse_file(entry_id, name, ELSEWHERE, now=now)
    elif kind is EntryKind.FILE and _size(message) > LONGEST_FILE:
        refuse_file(entry_id, name, TOO_LARGE, now=now)
    else:
        expect_file(entry_id, name, now=now)


def _postback(
    event: LineEvent, account: LineAccount, sent: Mapping[str, Any], hooks: Hooks, now: datetime
) -> None:
    data = _text(_part(sent, "postback"), "data", 300)
    if (button := button_in(data)) is not None:
        answer(account, ANSWERS[button], event, now=now)
    else:
        hooks.tapped(account, data, event, now)


def _unsend(
    event: LineEvent, account: LineAccount, sent: Mapping[str, Any], _hooks: Hooks, now: datetime
) -> None:
    if external_id := _text(_part(sent, "unsend"), "messageId", LONGEST_ID):
        take_back(
            account.studio_id, Channel.LINE, external_id, at=event.happened_at, now=now,
            person_id=account.person_id, line_account_id=account.id,
        )  # fmt: skip


_HANDLERS: dict[EventKind, Callable[[LineEvent, LineAccount, Mapping[str, Any], Hooks, datetime], None]] = {
    EventKind.FOLLOW: _follow,
    EventKind.UNFOLLOW: _unfollow,
    EventKind.MESSAGE: _message,
    EventKind.POSTBACK: _postback,
    EventKind.UNSEND: _unsend,
}


def _words(message: Mapping[str, Any], kind: EntryKind) -> str | None:
    """What there is to read: the text, the words of a sticker, the address of a place, the name of a file."""
    if kind is EntryKind.TEXT:
        return _text(message, "text")
    if kind is EntryKind.STICKER:
        words = message.get("keywords")
        first = words[0] if isinstance(words, list) and words and isinstance(words[0], str) else ""
        return _text(message, "text", 100) or first[:100]
    if kind is EntryKind.PLACE:
        return "\n".join(filter(None, (_text(message, "title", 200), _text(message, "address", 400))))
    return _text(message, "fileName", 200) or None


def _part(sent: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = sent.get(name)
    return part if isinstance(part, Mapping) else {}


def _text(sent: Mapping[str, Any], name: str, longest: int = 10_000) -> str:
    value = sent.get(name)
    return plain_text(value, longest) if isinstance(value, str) else ""


def _size(message: Mapping[str, Any]) -> int:
    size = message.get("fileSize")
    return size if isinstance(size, int) else 0
