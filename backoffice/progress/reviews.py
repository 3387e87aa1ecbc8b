"""Reviews at weeks three and eight: when something is first felt and when it is seen. Planned from rows."""

from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from sqlalchemy import CompoundSelect, exists, select, union

from backoffice.clients.models import Client
from backoffice.core.audit import SYSTEM, Actor, record
from backoffice.core.clock import at_local, local_date
from backoffice.core.contact import plain_text
from backoffice.core.db import db
from backoffice.core.errors import Invalid, check_version
from backoffice.core.language import N_
from backoffice.exercises.vocabulary import Setting
from backoffice.people.queries import check_health_kept, health_kept, is_health_kept
from backoffice.programs.models import Program
from backoffice.progress.models import Review
from backoffice.staff.models import Trainer
from backoffice.studio.models import Studio
from backoffice.studio.scope import of_studio
from backoffice.todos.actions import add_todo, drop_titled
from backoffice.todos.models import TodoKind

WEEKS = (3, 8)
AHEAD = timedelta(days=3)
"""So long before its day a review stands on the page of the person; its task appears on the day."""
ASKED_BY = time(21)
LATEST = timedelta(days=14)
"""A review this long past its day is not asked for any more: nobody is flooded on the day the system begins."""
LONGEST_SAID = 2_000
TITLES = {
    3: N_("Review after three weeks: photos, measurements, their own words"),
    8: N_("Review after eight weeks: photos, measurements, their own words"),
}


class ReviewRow(NamedTuple):
    """A review in a list, without what was said."""

    id: int
    week: int
    begun_on: date
    due_on: date
    done_at: datetime | None


def plan_reviews(studio: Studio, *, now: datetime) -> int:
    """A review, with a task for the main trainer, three days ahead of weeks three and eight; how many were made.

    Two runs at once make one: the second waits for the first and finds its rows. Missed runs heal for two weeks.
    """
    db.session.execute(select(Studio.id).where(Studio.id == studio.id).with_for_update(key_share=True))
    today, made = local_date(now, studio.zone), 0
    for week in WEEKS:
        for person_id, begun_on, staff_id in _unplanned(studio, week, today):
            due_on = begun_on + timedelta(weeks=week)
            db.session.add(_review(studio.id, person_id, begun_on, week, due_on))
            add_todo(
                TodoKind.REVIEW, TITLES[week], studio_id=studio.id, due_at=_asked_by(due_on, studio),
                person_id=person_id, owner_staff_id=staff_id, by=SYSTEM, now=now,
            )  # fmt: skip
            made += 1
    db.session.flush()
    return made


def reviews_of(studio_id: int, person_id: int) -> list[ReviewRow]:
    """Somebody's reviews, the newest first. One statement."""
    query = select(Review.id, Review.week, Review.begun_on, Review.due_on, Review.done_at).where(
        Review.studio_id == studio_id, Review.person_id == person_id
    )
    return [
        ReviewRow._make(row)
        for row in db.session.execute(query.order_by(Review.due_on.desc(), Review.id.desc()))
    ]


def said_in(review: Review) -> str:
    """What the client said; nothing once the consent to keep health data was taken back."""
    return review.said if is_health_kept(review.person_id) else ""


def write_review(
    studio_id: int, review_id: int, said: str, *, version: int | None, by: Actor, now: datetime
) -> Review:
    """Keep what the client says of it; the first writing closes its task. Refuses (Invalid) nothing, and `Stale`.

    Raises `HealthTakenBack`. The audit keeps that it was written, never what.
    """
    review = of_studio(Review, studio_id, review_id, lock=True)
    check_health_kept(review.person_id)
    check_version(review.version, version)
    words = plain_text(said, LONGEST_SAID)
    if not words:
        raise Invalid(N_("Please write down what the client says."), field="said")
    review.said = words
    review.version += 1
    if review.done_at is None:
        review.done_at, review.done_by = now, by.label
        asked_by = _asked_by(review.due_on, db.session.get_one(Studio, studio_id))
        drop_titled(TodoKind.REVIEW, review.person_id, TITLES[review.week], asked_by, by=by, now=now)
    record(
        "review.written", "review", review.id, by=by, now=now, person_id=review.person_id, after={"said": "…"}
    )
    return review


def _asked_by(due_on: date, studio: Studio) -> datetime:
    return at_local(due_on, ASKED_BY, studio.zone)


def _review(studio_id: int, person_id: int, begun_on: date, week: int, due_on: date) -> Review:
    return Review(
        studio_id=studio_id, person_id=person_id, begun_on=begun_on, week=week, due_on=due_on, said="", done_by=""
    )  # fmt: skip


def _unplanned(studio: Studio, week: int, today: date) -> list[tuple[int, date, int]]:
    """Whom to ask about which beginning, and the account of the main trainer. One statement.

    Nobody whose consent to keep health data was taken back: there is nothing to write down.
    """
    span, begun = timedelta(weeks=week), _beginnings(studio.id).subquery()
    planned = exists().where(
        Review.person_id == begun.c.person_id, Review.begun_on == begun.c.begun_on, Review.week == week
    )
    query = (
        select(begun.c.person_id, begun.c.begun_on, Trainer.staff_id)
        .join(Client, Client.person_id == begun.c.person_id)
        .join(Trainer, Trainer.id == Client.main_trainer_id)
        .where(
            Trainer.studio_id == studio.id,
            Trainer.staff_id.is_not(None),
            begun.c.begun_on.between(today - LATEST - span, today + AHEAD - span),
            ~planned,
            health_kept(begun.c.person_id),
        )
        .order_by(begun.c.person_id)
    )
    return [(row.person_id, row.begun_on, row.staff_id) for row in db.session.execute(query)]


def _beginnings(studio_id: int) -> CompoundSelect[int, date]:
    """The days from which weeks are counted: the start of each program in the gym, else the day of joining."""
    own = (Program.studio_id == studio_id, Program.place == Setting.GYM, Program.archived_at.is_(None))
    started = select(Program.person_id, Program.starts_on.label("begun_on")).where(
        Program.person_id.is_not(None), *own
    )
    has_program = exists().where(Program.person_id == Client.person_id, *own)
    joined = select(Client.person_id, Client.joined_on.label("begun_on")).where(~has_program)
    return union(started, joined)
