"""Quick replies: what many people ask, answered once in both languages. A human reads and sends each of them."""

from datetime import datetime

from sqlalchemy import func, select

from backoffice.core.audit import Actor, record
from backoffice.core.contact import plain_text
from backoffice.core.db import db
from backoffice.core.errors import Invalid
from backoffice.core.language import N_
from backoffice.inbox.models import QuickReply
from backoffice.studio import editing
from backoffice.studio.scope import of_studio

LONGEST_NAME = 60
LONGEST_BODY = 2_000
MOST = 40

NO_NAME = N_("Please enter a name.")
NO_BODY = N_("Please write something.")
TOO_MANY = N_("There are 40 quick replies already. Please take one out of use.")

STARTERS = (
    (
        "営業時間 / Opening hours",
        "営業時間のお問い合わせありがとうございます。ご予約は24時間、こちらのページから承っております。"
        "空いているお時間もご覧いただけます。",
        "Thank you for asking about our hours. You can see every free time and book on our booking page at any hour.",
    ),
    (
        "行き方 / Way",
        "当ジムへの行き方は、メニューの「行き方」からご覧いただけます。道に迷われましたら、お電話ください。",
        "You find the way to us under “way” in the menu below. If you get lost, please call us.",
    ),
    (
        "料金 / Price",
        "料金のお問い合わせありがとうございます。目標とペースに合わせてご案内しておりますので、"
        "無料カウンセリングで詳しくお話しさせてください。",
        "Thank you for asking about our prices. They depend on your goal and how often you come; we are glad to explain"
        " them in a free counselling.",
    ),
    (
        "持ち物 / What to bring",
        "手ぶらでお越しいただけます。ウェアとシューズは無料でお貸しします。サイズをお知らせください。",
        "You can come with nothing: we lend clothes and shoes for free. Please tell us your sizes.",
    ),
    (
        "予約の変更 / Changing a booking",
        "ご予約の変更は、予約確認のメッセージにあるリンクから承っております。"
        "ご希望の日時をこちらにお書きいただいても大丈夫です。",
        "You can change your booking with the link in its confirmation. Or simply write here when you like to come.",
    ),
)
"""Name, Japanese and English, as every gym begins; it writes its own facts into them."""


def add_starting_replies(studio_id: int) -> None:
    """Give a new studio its quick replies."""
    db.session.add_all(
        QuickReply(studio_id=studio_id, name=name, body_ja=ja, body_en=en, position=place)
        for place, (name, ja, en) in enumerate(STARTERS, 1)
    )
    db.session.flush()


def quick_replies(studio_id: int, *, with_archived: bool = False) -> list[QuickReply]:
    """The quick replies in their order, those out of use last. One statement."""
    query = select(QuickReply).where(QuickReply.studio_id == studio_id)
    if not with_archived:
        query = query.where(QuickReply.archived_at.is_(None))
    in_order = query.order_by(QuickReply.archived_at.is_not(None), QuickReply.position, QuickReply.id)
    return list(db.session.scalars(in_order))


def add_reply(
    studio_id: int, name: str, body_ja: str, body_en: str, *, by: Actor, now: datetime
) -> QuickReply:
    """A new one, at the end. Refuses (Invalid) one without a name or words, and the 41st in use."""
    used = (QuickReply.studio_id == studio_id, QuickReply.archived_at.is_(None))
    count, last = db.session.execute(
        select(func.count(), func.coalesce(func.max(QuickReply.position), 0)).where(*used)
    ).one()
    if count >= MOST:
        raise Invalid(TOO_MANY)
    row = QuickReply(studio_id=studio_id, position=last + 1, **_words(name, body_ja, body_en))
    db.session.add(row)
    db.session.flush()
    record("quick_reply.added", "quick_reply", row.id, by=by, now=now, after={"name": row.name})
    return row


def change_reply(
    studio_id: int,
    reply_id: int,
    name: str,
    body_ja: str,
    body_en: str,
    *,
    version: int | None,
    by: Actor,
    now: datetime,
) -> None:
    """Other words. Refuses (Invalid) none, raises `Stale`, `NotFound`."""
    row = of_studio(QuickReply, studio_id, reply_id, lock=True)
    editing.change(row, _words(name, body_ja, body_en), "quick_reply", version=version, by=by, now=now)


def move_reply_up(studio_id: int, reply_id: int, *, by: Actor, now: datetime) -> None:
    """One place up; the first one stays where it is. Places are numbered anew, so equal ones cannot stick."""
    of_studio(QuickReply, studio_id, reply_id)
    query = select(QuickReply).where(QuickReply.studio_id == studio_id, QuickReply.archived_at.is_(None))
    rows = list(db.session.scalars(query.order_by(QuickReply.position, QuickReply.id).with_for_update()))
    place = next((place for place, row in enumerate(rows) if row.id == reply_id), 0)
    if place == 0:
        return
    rows[place - 1], rows[place] = rows[place], rows[place - 1]
    for position, row in enumerate(rows, 1):
        row.position = position
    record("quick_reply.moved", "quick_reply", reply_id, by=by, now=now, after={"position": place})


def archive_reply(studio_id: int, reply_id: int, *, by: Actor, now: datetime) -> None:
    """Take one out of use. Twice changes nothing."""
    editing.archive(of_studio(QuickReply, studio_id, reply_id, lock=True), "quick_reply", by=by, now=now)


def restore_reply(studio_id: int, reply_id: int, *, by: Actor, now: datetime) -> None:
    """Use one again."""
    editing.restore(of_studio(QuickReply, studio_id, reply_id, lock=True), "quick_reply", by=by, now=now)


def _words(name: str, body_ja: str, body_en: str) -> dict[str, str]:
    words = {
        "name": plain_text(name, LONGEST_NAME), "body_ja": plain_text(body_ja, LONGEST_BODY),
        "body_en": plain_text(body_en, LONGEST_BODY),
    }  # fmt: skip
    if not words["name"]:
        raise Invalid(NO_NAME, field="name")
    for field in ("body_ja", "body_en"):
        if not words[field]:
            raise Invalid(NO_BODY, field=field)
    return words
