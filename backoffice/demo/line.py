"""LINE in the demo: two who wrote and are not known yet, and members who talk to the gym there."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count

from backoffice.choices.taps import tapped
from backoffice.core.audit import SYSTEM
from backoffice.core.db import transaction
from backoffice.demo.diary import Diary
from backoffice.demo.sessions import Member
from backoffice.inbox.hearing import heard
from backoffice.line.accounts import held_account
from backoffice.line.handling import handle_events
from backoffice.line.hooks import Hooks
from backoffice.line.intake import keep_events, read_events
from backoffice.line.ties import tie

STRANGERS = (
    (
        "さくら",
        3,
        ("はじめまして。コラムを読みました。", "肩こりがつらいのですが、体験はいつ空いていますか?"),
    ),
    ("Ken", 26, ("Hi, do you have English-speaking trainers?",)),
    ("mi-ko", 50, ()),
)
"""The name on LINE, how many hours ago, and what was written."""
WORDS = ("明日の予約、10分ほど遅れそうです。", "ありがとうございました!次もよろしくお願いします。")


def tell_line(diary: Diary, members: Sequence[Member]) -> None:
    """Accounts and what they wrote, through the webhook's own road. Nothing is answered: there is no channel."""
    numbers = count(1)
    for name, hours, words in STRANGERS:
        at = diary.now - timedelta(hours=hours)
        user = _begin(diary, next(numbers), name, at)
        _say(diary, user, words, at, numbers)
    for member, word in zip(members, WORDS, strict=False):
        at = diary.now - timedelta(hours=next(numbers))
        user = _begin(diary, next(numbers), member.person.name, at, person_id=member.person.id)
        _say(diary, user, (word,), at, numbers)


def _begin(diary: Diary, number: int, name: str, at: datetime, *, person_id: int | None = None) -> str:
    user = f"U{number:032x}"
    with transaction():
        account = held_account(diary.studio.id, user, now=at)
        account.display_name, account.profile_try_at = name, None
        if person_id is not None:
            tie(account, person_id, by=SYSTEM, now=at)
    return user


def _say(diary: Diary, user: str, words: Sequence[str], at: datetime, numbers: "count[int]") -> None:
    events = [
        {
            "type": "message", "timestamp": int(at.timestamp() * 1000), "webhookEventId": f"demo{next(numbers)}",
            "source": {"type": "user", "userId": user},
            "message": {"type": "text", "id": f"demo{next(numbers)}", "text": word},
        }
        for word in words
    ]  # fmt: skip
    with transaction():
        keep_events(
            diary.studio.id, read_events(json.dumps({"events": events}).encode(), now=diary.now), now=at
        )
    handle_events(at, Hooks(heard=heard, tapped=tapped))
