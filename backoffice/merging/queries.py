"""Questions about merging: who may be the same, what a merge would do, and what was merged."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select

from backoffice.bookings.models import Booking, Claim, Participant, Resource, Series, resource_key
from backoffice.clients.models import Client
from backoffice.core.db import db
from backoffice.core.errors import NotFound
from backoffice.core.language import N_
from backoffice.merging.models import PersonMerge, PersonPairApart
from backoffice.merging.references import count_rows
from backoffice.people.models import Person
from backoffice.people.recognition import Candidate, maybe_known

FIELDS = ("name", "kana", "former_name", "language", "gender", "birth_date", "line_user_id")
UNDO_WITHIN = timedelta(days=30)
BOTH_MEMBERS = N_("Both are members. Please end one membership first.")
SAME_BOOKING = N_("Both are guests of the same booking, so they are two people.")
SAME_SERIES = N_("Both are guests of the same series, so they are two people.")
SAME_TIME = N_("Both have a booking at the same time. Please move or cancel one of them first.")


@dataclass(frozen=True)
class Difference:
    """A field in which two rows differ, and the value a merge takes unless told otherwise."""

    field: str
    kept: Any
    dropped: Any

    @property
    def default(self) -> str:
        """`kept`, or `dropped` where the kept row says nothing."""
        return "kept" if self.kept or not self.dropped else "dropped"


def differences(kept: Person, dropped: Person) -> list[Difference]:
    """The fields in which two people differ. Pure."""
    pairs = ((name, getattr(kept, name), getattr(dropped, name)) for name in FIELDS)
    return [Difference(*one) for one in pairs if one[1] != one[2] and (one[1] or one[2])]


def rows_that_move(dropped_id: int) -> dict[str, int]:
    """How many rows of each kind would change hands."""
    return count_rows(dropped_id)


def in_the_way(one_id: int, other_id: int) -> dict[str, list[Booking] | list[Series]]:
    """Why two people cannot be one: each reason as a sentence, with the bookings or series it speaks of.

    Four statements. Somebody does not train beside themselves: a booking or series that names both says they are two.
    """
    both_members = select(func.count()).where(Client.person_id.in_([one_id, other_id]))
    shared = _shared_bookings(one_id, other_id)
    found: dict[str, list[Booking] | list[Series]] = {
        SAME_BOOKING: shared,
        SAME_SERIES: _shared_series(one_id, other_id),
        SAME_TIME: [one for one in _overlapping(one_id, other_id) if one not in shared],
    }
    standing = {why: rows for why, rows in found.items() if rows}
    return standing | ({BOTH_MEMBERS: []} if db.session.scalar(both_members) == 2 else {})


def _shared_bookings(one_id: int, other_id: int) -> list[Booking]:
    both = (
        select(Participant.booking_id)
        .where(Participant.person_id.in_([one_id, other_id]))
        .group_by(Participant.booking_id)
        .having(func.count() == 2)
    )
    return list(db.session.scalars(select(Booking).where(Booking.id.in_(both)).order_by(Booking.starts_at)))


def _shared_series(one_id: int, other_id: int) -> list[Series]:
    both = [one_id, other_id]
    query = select(Series).where(Series.person_id.in_(both), Series.second_person_id.in_(both))
    return list(db.session.scalars(query.order_by(Series.id)))


def _overlapping(one_id: int, other_id: int) -> list[Booking]:
    """Live bookings of two people at the same time: one human cannot be in two places."""
    mine, theirs = Claim.__table__.alias(), Claim.__table__.alias()
    keys = resource_key(Resource.PERSON, one_id), resource_key(Resource.PERSON, other_id)
    meeting = exists().where(
        mine.c.resource == keys[0],
        theirs.c.resource == keys[1],
        mine.c.span.op("&&")(theirs.c.span),
        Booking.id.in_([mine.c.booking_id, theirs.c.booking_id]),
    )
    return list(db.session.scalars(select(Booking).where(meeting).order_by(Booking.starts_at, Booking.id)))


def candidates(who: Person) -> list[Candidate]:
    """Who may be the same human, most likely first, without those said to be somebody else."""
    phones, mails = [one.e164 for one in who.phones] or [""], [one.address for one in who.mails] or [""]
    found: dict[int, Candidate] = {}
    for phone, mail in zip(phones + [""] * len(mails), mails + [""] * len(phones), strict=False):
        for one in maybe_known(name=who.name, kana=who.kana, phone=phone, mail=mail):
            if one.person_id != who.id and one.score > found.get(one.person_id, one._replace(score=-1)).score:
                found[one.person_id] = one
    apart = _said_apart(who.id)
    return sorted((one for key, one in found.items() if key not in apart), key=lambda one: -one.score)


def merged_into(person_id: int) -> int | None:
    """The person a row was merged into; None when it stands for itself. Follows chains."""
    into = None
    for _ in range(20):
        query = select(PersonMerge.kept_id).where(
            PersonMerge.dropped_id == (into or person_id), PersonMerge.undone_at.is_(None)
        )
        following = db.session.scalar(query)
        if following is None:
            break
        into = following
    return into


def merge_of(merge_id: int) -> PersonMerge:
    """One merge. Raises `NotFound`."""
    found = db.session.get(PersonMerge, merge_id)
    if found is None:
        raise NotFound
    return found


def merges_of(person_id: int, *, now: datetime) -> list[tuple[PersonMerge, Person, bool]]:
    """What was merged into a person, newest first, and whether it can still be taken back."""
    rows = db.session.execute(
        select(PersonMerge, Person)
        .join(Person, Person.id == PersonMerge.dropped_id)
        .where(PersonMerge.kept_id == person_id, PersonMerge.undone_at.is_(None))
        .order_by(PersonMerge.id.desc())
    )
    return [(merge, dropped, now - merge.merged_at <= UNDO_WITHIN) for merge, dropped in rows]


def plain(value: object) -> object:
    """A field as JSON keeps it."""
    return value.isoformat() if isinstance(value, date) else value


def _said_apart(person_id: int) -> set[int]:
    """Who was said to be another human than this person, or than a row merged into them; by the rows that stand."""
    low, high = (_standing(column) for column in (PersonPairApart.low_id, PersonPairApart.high_id))
    rows = db.session.execute(select(low, high).where((low == person_id) | (high == person_id)))
    return {one for pair in rows for one in pair} - {person_id}


def _standing(column: Any) -> ColumnElement[int]:
    """The row that a person of a pair was merged into, else their own."""
    into = select(PersonMerge.kept_id).where(
        PersonMerge.dropped_id == column, PersonMerge.undone_at.is_(None)
    )
    return func.coalesce(into.scalar_subquery(), column)
