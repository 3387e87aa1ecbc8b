"""Questions about what a gym wrote instead of the standard texts, and what became of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on

from backoffice.core.db import db
from backoffice.messaging.models import Kind, MessageTemplate, TextFailure

MOST_VERSIONS = 30


class Standing(NamedTuple):
    """Which text of a kind and language holds: version 0 and no author while nobody has written one."""

    version: int = 0
    is_own: bool = False
    created_at: datetime | None = None
    created_by: str = ""
    failures: int = 0


STANDARD = Standing()


def newest(studio_id: int, kind: str, language: str) -> MessageTemplate | None:
    """The newest version, perhaps the one that went back to the standard text. One statement."""
    return next(iter(versions(studio_id, kind, language, limit=1)), None)


def own_text(studio_id: int, kind: str, language: str) -> MessageTemplate | None:
    """What the gym says in place of the standard text; None where that holds. One statement."""
    row = newest(studio_id, kind, language)
    return row if row is not None and row.body is not None else None


def versions(
    studio_id: int, kind: str, language: str, *, limit: int = MOST_VERSIONS
) -> Sequence[MessageTemplate]:
    """What was written, the newest first."""
    query = select(MessageTemplate).where(
        MessageTemplate.studio_id == studio_id,
        MessageTemplate.kind == kind,
        MessageTemplate.language == language,
    )
    return db.session.scalars(query.order_by(MessageTemplate.version.desc()).limit(limit)).all()


def standings(studio_id: int) -> dict[tuple[Kind, str], Standing]:
    """Where each text that was ever edited stands, with how many messages its newest version failed. One statement."""
    failures = (
        select(func.count())
        .where(TextFailure.template_id == MessageTemplate.id)
        .correlate(MessageTemplate)
        .scalar_subquery()
    )
    row = MessageTemplate
    query = (
        select(
            row.kind,
            row.language,
            row.version,
            row.body.is_not(None),
            row.created_at,
            row.created_by,
            failures,
        )
        .where(row.studio_id == studio_id)
        .ext(distinct_on(row.kind, row.language))
        .order_by(row.kind, row.language, row.version.desc())
    )
    return {(Kind(kind), language): Standing(*rest) for kind, language, *rest in db.session.execute(query)}


def failed_text(message_id: int) -> MessageTemplate | None:
    """The own text that could not be written for this message, so that the standard one went out."""
    query = select(MessageTemplate).join(TextFailure, TextFailure.template_id == MessageTemplate.id)
    return db.session.scalars(
        query.where(TextFailure.message_id == message_id).order_by(TextFailure.id.desc()).limit(1)
    ).one_or_none()
