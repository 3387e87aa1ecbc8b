"""Calendar links of trainers: who holds one may read that trainer's bookings until it is replaced or revoked."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select, update

from backoffice.core.audit import Actor, record
from backoffice.core.db import db
from backoffice.core.errors import NotFound
from backoffice.core.links import secret_token, token_hash
from backoffice.staff.models import Staff, StaffState, Trainer, TrainerFeed


class OwnFeed(NamedTuple):
    """The calendar link of somebody who trains; `since` is None while there is none."""

    trainer_id: int
    since: datetime | None


class FeedReader(NamedTuple):
    """Whose bookings a link shows, and in which language."""

    trainer_id: int
    language: str


def own_feed(staff_id: int) -> OwnFeed | None:
    """The link of the trainer who works with this account; None for somebody who is not in the calendar."""
    found = db.session.execute(
        select(Trainer.id, TrainerFeed.created_at)
        .outerjoin(
            TrainerFeed,
            (TrainerFeed.trainer_id == Trainer.id)
            & (TrainerFeed.staff_id == staff_id)
            & TrainerFeed.revoked_at.is_(None),
        )
        .where(Trainer.staff_id == staff_id, Trainer.archived_at.is_(None))
    ).one_or_none()
    return None if found is None else OwnFeed._make(found)


def make_feed(staff_id: int, *, by: Actor, now: datetime) -> str:
    """Make a link for one's own bookings and return its token, which is kept nowhere; an older link stops working.

    Raises `NotFound` for an account without a trainer in the calendar.
    """
    trainer_id = _own_trainer(staff_id)
    _revoke(trainer_id, by=by, now=now)
    token = secret_token()
    db.session.add(
        TrainerFeed(trainer_id=trainer_id, staff_id=staff_id, token_hash=token_hash(token), created_at=now)
    )
    db.session.flush()
    record("trainer.feed_made", "trainer", trainer_id, by=by, now=now)
    return token


def revoke_feed(staff_id: int, *, by: Actor, now: datetime) -> None:
    """From now on nobody reads one's bookings by link. Raises `NotFound` for an account without a trainer."""
    _revoke(_own_trainer(staff_id), by=by, now=now)


def feed_reader(token: str, studio_id: int) -> FeedReader:
    """What a link may show. Raises `NotFound`, the same for an unknown link as for one that was revoked.

    A link lives no longer than the right to it: it needs an active account that still belongs to the trainer.
    """
    found = db.session.execute(
        select(Trainer.id, Staff.language)
        .join(TrainerFeed, TrainerFeed.trainer_id == Trainer.id)
        .join(Staff, (Staff.id == Trainer.staff_id) & (Staff.id == TrainerFeed.staff_id))
        .where(
            TrainerFeed.token_hash == token_hash(token),
            TrainerFeed.revoked_at.is_(None),
            Trainer.studio_id == studio_id,
            Trainer.archived_at.is_(None),
            Staff.state == StaffState.ACTIVE,
        )
    ).one_or_none()
    if found is None:
        raise NotFound
    return FeedReader._make(found)


def _own_trainer(staff_id: int) -> int:
    """The trainer of an account, held until the transaction ends, so that two new links follow each other."""
    own = select(Trainer.id).where(Trainer.staff_id == staff_id, Trainer.archived_at.is_(None))
    trainer_id = db.session.scalar(own.with_for_update())
    if trainer_id is None:
        raise NotFound
    return trainer_id


def _revoke(trainer_id: int, *, by: Actor, now: datetime) -> None:
    revoked = db.session.scalar(
        update(TrainerFeed)
        .where(TrainerFeed.trainer_id == trainer_id, TrainerFeed.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(TrainerFeed.id)
    )
    if revoked is not None:
        record("trainer.feed_revoked", "trainer", trainer_id, by=by, now=now)
