"""What ends a membership: somebody leaves (退会), or takes it back before the day. The person stays."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from backoffice.clients.queries import held_client
from backoffice.core.audit import Actor, record
from backoffice.core.clock import local_date
from backoffice.core.contact import plain_text
from backoffice.core.db import db
from backoffice.core.errors import Invalid, NotFound, check_version
from backoffice.core.language import N_
from backoffice.memberships.freezing import BeforeCutOff, cut_freezes
from backoffice.memberships.models import Leaving, LeavingReason, Membership
from backoffice.memberships.periods import month_from
from backoffice.memberships.undecided import ask_to_decide
from backoffice.studio.models import Studio

LONGEST_NOTE = 300
ONE_DAY = timedelta(days=1)
FARTHEST = timedelta(days=366)

PAST = N_("The last day must not be before today.")
TOO_FAR = N_("A last day more than a year ahead is not possible.")
BEFORE_FIRST = N_("The membership begins only after that day.")
LEAVES_ALREADY = N_("Their last day is set already.")
SETTLED = N_("The leaving statement is written into the books, so leaving cannot be taken back any more.")
GONE = N_("Their last day has passed, so leaving cannot be taken back any more.")


@dataclass(frozen=True)
class LeavingTerms:
    """Their last day as a member and why they leave; the note is read by staff only."""

    left_on: date
    reason: LeavingReason
    note: str = ""


def leave(
    client_id: int, terms: LeavingTerms, *, studio: Studio, waiver: str = "", by: Actor, now: datetime
) -> Leaving:
    """Set the last day of a client: every agreement ends on it, bookings after it are listed to be decided.
    A freeze does not reach beyond it.

    Raises `BeforeCutOff` unless a manager waives it, `Invalid` for a day that does not fit or when a last day is set.
    """
    client = held_client(client_id)
    today = local_date(now, studio.zone)
    if client.left_on is not None:
        raise Invalid(LEAVES_ALREADY)
    _check_day(terms.left_on, today)
    earliest = month_from(today, studio.cut_off_day) - ONE_DAY
    if terms.left_on < earliest and not waiver.strip():
        raise BeforeCutOff(field="left_on", day=earliest)
    for membership in _running(client.id, terms.left_on):
        if membership.starts_on > terms.left_on:
            raise Invalid(BEFORE_FIRST, field="left_on")
        membership.ends_on = terms.left_on
        membership.version += 1
    client.left_on, client.version = terms.left_on, client.version + 1
    row = Leaving(
        client_id=client.id, left_on=terms.left_on, reason=terms.reason.value,
        note=plain_text(terms.note, LONGEST_NOTE) or None,
        waiver=plain_text(waiver, LONGEST_NOTE) if terms.left_on < earliest else None,
        created_at=now, created_by=by.label,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    after: dict[str, object] = {"left_on": row.left_on, "reason": row.reason}
    if row.waiver is not None:
        after |= {"waiver": "…"}
    record("leaving.added", "leaving", row.id, person_id=client.person_id, by=by, now=now, after=after)
    cut_freezes(client, row.left_on, studio=studio, by=by, now=now)
    ask_to_decide(client.person_id, studio, by=by, now=now)
    return row


def stay(leaving_id: int, *, studio: Studio, version: int | None = None, by: Actor, now: datetime) -> None:
    """Take leaving back, on the last day at the latest: every agreement that it ended goes on.

    Raises `Invalid` once the day has passed or the leaving is paid out, `NotFound` when it was taken back, `Stale`.
    """
    found = db.session.get(Leaving, leaving_id)
    if found is None:
        raise NotFound
    client = held_client(found.client_id)
    row = db.session.get_one(Leaving, leaving_id, populate_existing=True)
    if row.cancelled_at is not None:
        raise NotFound
    check_version(row.version, version)
    if row.left_on < local_date(now, studio.zone):
        raise Invalid(GONE)
    if row.settled_at is not None:
        raise Invalid(SETTLED)
    # An agreement that a change of plan ends on this very day is followed by one that begins after it: leaving was
    # refused then. So whatever ends on the day ends because of leaving.
    ended = select(Membership).where(
        Membership.client_id == client.id, Membership.ends_on == row.left_on, Membership.undone_at.is_(None)
    )
    for membership in db.session.scalars(ended.order_by(Membership.id).with_for_update()):
        membership.ends_on = None
        membership.version += 1
    client.left_on, client.version = None, client.version + 1
    row.cancelled_at, row.version = now, row.version + 1
    db.session.flush()
    record("leaving.cancelled", "leaving", row.id, person_id=client.person_id, by=by, now=now)
    ask_to_decide(client.person_id, studio, by=by, now=now)


def _running(client_id: int, day: date) -> list[Membership]:
    """The agreements that would go on after a day, held."""
    query = (
        select(Membership)
        .where(
            Membership.client_id == client_id, Membership.undone_at.is_(None),
            Membership.ends_on.is_(None) | (Membership.ends_on > day),
        )
        .order_by(Membership.id)
    )  # fmt: skip
    return list(db.session.scalars(query.with_for_update().execution_options(populate_existing=True)))


def _check_day(day: date, today: date) -> None:
    if day < today:
        raise Invalid(PAST, field="left_on")
    if day > today + FARTHEST:
        raise Invalid(TOO_FAR, field="left_on")
