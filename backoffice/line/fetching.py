"""The worker's side of names and files: read from LINE at once, outside any transaction, and kept.

Reading changes nothing at LINE, so a worker that dies costs a second reading and nothing else: a row is put off
before it is asked for, and kept only if it still waits.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from sqlalchemy import Select, select, update

from backoffice.core.db import after_commit, db, transaction
from backoffice.core.errors import Invalid
from backoffice.core.language import N_
from backoffice.line.models import LineAccount
from backoffice.line.reading import Failure, Profile
from backoffice.messaging.entries import ConversationEntry, EntryFile, FileState
from backoffice.messaging.models import Channel, Kind, Message, MessageState
from backoffice.messaging.outbox import call_worker

Row = TypeVar("Row")

MOST_TRIES = 6
FIRST_WAIT = timedelta(minutes=2)
"""Longer than any reading may last."""
SWEEP_SECONDS = 45.0
MOST_PATIENT = timedelta(hours=1)
"""Older greetings are worth nothing, and need not be looked for."""
NO_LONGER_THERE = N_("LINE does not have this file any more.")
NOT_A_KEPT_KIND = N_("Only photos and PDF files are kept here. Please look in LINE's own app.")
TOO_LARGE = N_("Files above 15 MB are not kept here. Please look in LINE's own app.")
NOT_FETCHED = N_("LINE did not hand out this file. Please look in LINE's own app.")


@dataclass(frozen=True)
class KeptFile:
    """A file as it may be kept."""

    name: str
    media_type: str
    content: bytes


MakeReady = Callable[[bytes, str], KeptFile]
"""Makes what came fit to be kept (a photo drawn anew); refuses (Invalid) what is neither photo nor PDF."""


class Reader(Protocol):
    """Where names and files are read."""

    def profile(self, user_id: str) -> Profile | Failure:
        """How somebody is called."""
        ...

    def content(self, message_id: str) -> bytes | Failure:
        """The file of a message."""
        ...


def fetch(reader: Reader, make_ready: MakeReady, now: datetime) -> int:
    """Read every name and file that is due; how many were asked for. Many workers may do this at once."""
    until, count = time.monotonic() + SWEEP_SECONDS, 0
    while time.monotonic() < until and (_fetch_profile(reader, now) or _fetch_file(reader, make_ready, now)):
        count += 1
    return count


def _fetch_profile(reader: Reader, now: datetime) -> bool:
    with transaction():
        query = (
            select(LineAccount).where(LineAccount.profile_try_at <= now).order_by(LineAccount.profile_try_at)
        )
        account = db.session.scalar(_one_of(query))
        if account is None:
            return False
        account.profile_tries += 1
        is_last = account.profile_tries >= MOST_TRIES
        account.profile_try_at = None if is_last else now + FIRST_WAIT * 2**account.profile_tries
        account_id, user_id = account.id, account.user_id
    found = reader.profile(user_id)
    if found is Failure.LATER:
        return True
    with transaction():
        account = db.session.get_one(LineAccount, account_id, with_for_update=True, populate_existing=True)
        account.profile_try_at = None
        if isinstance(found, Profile):
            account.display_name, account.language = found.display_name, found.language
            _greet(account, now)
    return True


def _greet(account: LineAccount, now: datetime) -> None:
    """A greeting that waited for the language goes out in it, now."""
    waiting = db.session.scalars(
        update(Message)
        .where(
            Message.kind == Kind.LINE_GREETING.value, Message.state == MessageState.PLANNED, Message.tries == 0,
            Message.created_at >= now - MOST_PATIENT, Message.values["account_id"].as_integer() == account.id,
        )
        .values(language=account.language, send_at=now, next_try_at=now, version=Message.version + 1)
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    ).all()  # fmt: skip
    if waiting:
        after_commit(call_worker)


def _fetch_file(reader: Reader, make_ready: MakeReady, now: datetime) -> bool:
    with transaction():
        query = (
            select(EntryFile)
            .where(EntryFile.state == FileState.WAITING, EntryFile.next_try_at <= now)
            .order_by(EntryFile.next_try_at, EntryFile.id)
        )
        file = db.session.scalar(_one_of(query))
        if file is None:
            return False
        file.tries += 1
        is_last = file.tries >= MOST_TRIES
        file.next_try_at = now + FIRST_WAIT * 2**file.tries
        file_id, name = file.id, file.name
        entry = db.session.get_one(ConversationEntry, file.entry_id)
        message_id = entry.external_id if entry.road == Channel.LINE else None
    outcome = _ready(reader.content(message_id or ""), name, make_ready)
    if outcome is None and not is_last:
        return True
    with transaction():
        file = db.session.get_one(EntryFile, file_id, with_for_update=True, populate_existing=True)
        if file.state == FileState.WAITING:  # it may have been taken back meanwhile
            _keep(file, outcome or NOT_FETCHED)
    return True


def _one_of(query: Select[Row]) -> Select[Row]:
    """The first row that no other worker holds, as it is now."""
    return query.limit(1).with_for_update(skip_locked=True).execution_options(populate_existing=True)


def _ready(found: bytes | Failure, name: str, make_ready: MakeReady) -> KeptFile | str | None:
    """The file to keep, why it is not kept (a marked text), or None to ask again. Takes up to a second."""
    if found is Failure.LATER:
        return None
    if isinstance(found, Failure):
        return TOO_LARGE if found is Failure.TOO_LARGE else NO_LONGER_THERE
    try:
        return make_ready(found, name)
    except Invalid:
        return NOT_A_KEPT_KIND


def _keep(file: EntryFile, outcome: KeptFile | str) -> None:
    if isinstance(outcome, str):
        file.state, file.reason = FileState.NOT_KEPT.value, outcome
        return
    file.state, file.name, file.media_type = FileState.KEPT.value, outcome.name, outcome.media_type
    file.content, file.size = outcome.content, len(outcome.content)
