"""What freezes a membership (休会): begin, end on another day, take back. Tickets and tasks follow."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from backoffice.bookings.ticket_steps import catch_up
from backoffice.clients.models import Client
from backoffice.core.audit import Actor, record
from backoffice.core.clock import local_date
from backoffice.core.contact import plain_text
from backoffice.core.db import db
from backoffice.core.errors import DomainError, Invalid, NotFound, check_version
from backoffice.core.language import N_
from backoffice.memberships.freezes import freezes_of, frozen_days
from backoffice.memberships.models import Freeze, Membership, Plan
from backoffice.memberships.periods import month_from
from backoffice.memberships.undecided import ask_to_decide
from backoffice.studio.models import Studio
from backoffice.tickets.frozen import follow_frozen

LONGEST = timedelta(days=366)
LONGEST_WAIVER = 300
ONE_DAY = timedelta(days=1)

END_FIRST = N_("The last day must not be before the first.")
TOO_LONG = N_("A freeze lasts a year at most.")
TOO_FAR = N_("A freeze begins within a year.")
NOT_YET = N_("A freeze begins tomorrow at the earliest, after the first day of the membership.")
ENDED = N_("The membership has ended by then.")
TWICE = N_("This membership is frozen on some of these days already.")
PAST_END = N_("The last frozen day can be yesterday at the earliest.")
OVER = N_("This freeze is over. What is over is not changed any more.")
RUNNING = N_("This freeze has begun. Please give it a last day instead.")


class BeforeCutOff(DomainError):
    """Said after the cut-off day for a day that comes too soon; a manager may allow it with a reason."""

    message = N_(
        "After the cut-off day this is possible from %(day)s on. A manager can allow it with a reason."
    )


@dataclass(frozen=True)
class FreezeTerms:
    """First and last frozen day (None: open), and what is owed for each month meanwhile (yen, tax included)."""

    starts_on: date
    ends_on: date | None
    fee_yen: int


def freeze(
    membership_id: int, terms: FreezeTerms, *, studio: Studio, waiver: str = "", by: Actor, now: datetime
) -> Freeze:
    """Freeze a membership: its months stop, open tickets of the person last longer by the frozen days.

    Bookings on these days stay as they are and are listed to be decided. Raises `BeforeCutOff` unless a manager waives
    it, `Invalid` for days that do not fit, `NotFound`.
    """
    membership, person_id = held_membership(studio.id, membership_id)
    today = local_date(now, studio.zone)
    _check_days(membership, terms, today)
    earliest = month_from(today, studio.cut_off_day)
    if terms.starts_on < earliest and not waiver.strip():
        raise BeforeCutOff(field="starts_on", day=earliest)
    row = Freeze(
        membership_id=membership.id, starts_on=terms.starts_on, ends_on=terms.ends_on, fee_yen=terms.fee_yen,
        waiver=plain_text(waiver, LONGEST_WAIVER) if terms.starts_on < earliest else None,
        created_at=now, created_by=by.label,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    after: dict[str, object] = {"starts_on": row.starts_on, "ends_on": row.ends_on, "fee_yen": row.fee_yen}
    if row.waiver is not None:
        after |= {"waiver": "…"}
    record("freeze.begun", "freeze", row.id, person_id=person_id, by=by, now=now, after=after)
    _follow(person_id, studio, by=by, now=now)
    return row


def end_freeze(
    studio: Studio, freeze_id: int, ends_on: date | None, *, version: int | None, by: Actor, now: datetime
) -> Freeze:
    """Let a freeze end on another day, earlier or later; what the tickets got for days that are not frozen goes back.

    Refuses (Invalid) a day before yesterday, and a freeze that is over. Raises `Stale`.
    """
    row, membership, person_id = _held(studio.id, freeze_id, version)
    today = local_date(now, studio.zone)
    if row.ends_on is not None and row.ends_on < today - ONE_DAY:
        raise Invalid(OVER)
    if ends_on is not None and ends_on < today - ONE_DAY:
        raise Invalid(PAST_END, field="ends_on")
    _check_span(row.starts_on, ends_on)
    _check_free(membership, row.starts_on, ends_on, without=row.id)
    if row.ends_on == ends_on:
        return row
    before, row.ends_on, row.version = row.ends_on, ends_on, row.version + 1
    db.session.flush()
    record(
        "freeze.changed", "freeze", row.id, person_id=person_id, by=by, now=now, before={"ends_on": before},
        after={"ends_on": ends_on},
    )  # fmt: skip
    _follow(person_id, studio, by=by, now=now)
    return row


def cancel_freeze(
    studio: Studio, freeze_id: int, *, version: int | None = None, by: Actor, now: datetime
) -> None:
    """Take a freeze back, on its first day at the latest. Refuses (Invalid) one that has begun. Raises `Stale`."""
    row, _membership, person_id = _held(studio.id, freeze_id, version)
    if row.starts_on < local_date(now, studio.zone):
        raise Invalid(RUNNING)
    row.cancelled_at, row.version = now, row.version + 1
    db.session.flush()
    record("freeze.cancelled", "freeze", row.id, person_id=person_id, by=by, now=now)
    _follow(person_id, studio, by=by, now=now)


def cut_freezes(client: Client, last_day: date, *, studio: Studio, by: Actor, now: datetime) -> None:
    """Nobody rests after their last day: a freeze that runs ends on it, one that begins after it is taken back.

    The caller holds the agreements of the client.
    """
    query = (
        select(Freeze)
        .join(Membership, Membership.id == Freeze.membership_id)
        .where(
            Membership.client_id == client.id, Membership.undone_at.is_(None), Freeze.cancelled_at.is_(None),
            Freeze.ends_on.is_(None) | (Freeze.ends_on > last_day),
        )
        .order_by(Freeze.id)
        .with_for_update(of=Freeze)
        .execution_options(populate_existing=True)
    )  # fmt: skip
    rows = db.session.scalars(query).all()
    for row in rows:
        before, row.version = row.ends_on, row.version + 1
        if row.starts_on > last_day:
            row.cancelled_at = now
            record("freeze.cancelled", "freeze", row.id, person_id=client.person_id, by=by, now=now)
        else:
            row.ends_on = last_day
            record(
                "freeze.changed", "freeze", row.id, person_id=client.person_id, by=by, now=now,
                before={"ends_on": before}, after={"ends_on": last_day},
            )  # fmt: skip
    db.session.flush()
    if rows:
        _follow(client.person_id, studio, by=by, now=now)


def follow_freezes(studio: Studio, *, by: Actor, now: datetime) -> int:
    """Bring the tickets of everybody who is frozen to what their freezes say by now; whose changed.

    Needed for freezes without a last day, and for tickets given meanwhile. Asked twice it writes nothing twice.
    """
    today = local_date(now, studio.zone)
    query = (
        select(Client.person_id)
        .join(Membership, Membership.client_id == Client.id)
        .join(Plan, Plan.id == Membership.plan_id)
        .join(Freeze, Freeze.membership_id == Membership.id)
        .where(
            Plan.studio_id == studio.id, Freeze.cancelled_at.is_(None),
            Freeze.ends_on.is_(None) | (Freeze.ends_on >= today),
            Membership.ends_on.is_(None) | (Membership.ends_on >= today),
        )
        .distinct()
        .order_by(Client.person_id)
    )  # fmt: skip
    people = db.session.scalars(query).all()
    return sum(
        follow_frozen(person_id, frozen_days(person_id, today), by=by, now=now) for person_id in people
    )


def held_membership(studio_id: int, membership_id: int) -> tuple[Membership, int]:
    """A membership of the studio, held until the end of the transaction, and whose it is.

    Raises `NotFound`, also when its sale was taken back.
    """
    query = (
        select(Membership, Client.person_id)
        .join(Client, Client.id == Membership.client_id)
        .join(Plan, Plan.id == Membership.plan_id)
        .where(Membership.id == membership_id, Plan.studio_id == studio_id, Membership.undone_at.is_(None))
        .with_for_update(of=Membership)
        .execution_options(populate_existing=True)
    )
    found = db.session.execute(query).one_or_none()
    if found is None:
        raise NotFound
    return found[0], found[1]


def _held(studio_id: int, freeze_id: int, version: int | None) -> tuple[Freeze, Membership, int]:
    """A freeze that holds, with its membership, which every writer of freezes holds first."""
    row = db.session.get(Freeze, freeze_id)
    if row is None:
        raise NotFound
    membership, person_id = held_membership(studio_id, row.membership_id)
    db.session.refresh(row)
    if row.cancelled_at is not None:
        raise NotFound
    check_version(row.version, version)
    return row, membership, person_id


def _check_days(membership: Membership, terms: FreezeTerms, today: date) -> None:
    if terms.starts_on <= max(today, membership.starts_on):
        raise Invalid(NOT_YET, field="starts_on")
    if terms.starts_on > today + LONGEST:
        raise Invalid(TOO_FAR, field="starts_on")
    if membership.ends_on is not None and membership.ends_on < terms.starts_on:
        raise Invalid(ENDED, field="starts_on")
    _check_span(terms.starts_on, terms.ends_on)
    _check_free(membership, terms.starts_on, terms.ends_on)


def _check_span(starts_on: date, ends_on: date | None) -> None:
    if ends_on is not None and ends_on < starts_on:
        raise Invalid(END_FIRST, field="ends_on")
    if ends_on is not None and ends_on - starts_on >= LONGEST:
        raise Invalid(TOO_LONG, field="ends_on")


def _check_free(membership: Membership, starts_on: date, ends_on: date | None, without: int = 0) -> None:
    """No other freeze on these days (the database refuses it as well)."""
    for other in freezes_of([membership.id])[membership.id]:
        is_apart = (ends_on is not None and ends_on < other.starts_on) or (
            other.ends_on is not None and other.ends_on < starts_on
        )
        if other.id != without and not is_apart:
            raise Invalid(TWICE, field="starts_on")


def _follow(person_id: int, studio: Studio, *, by: Actor, now: datetime) -> None:
    """Tickets last as the freezes say, bookings have tickets that still last, somebody decides about those inside."""
    follow_frozen(person_id, frozen_days(person_id, local_date(now, studio.zone)), by=by, now=now)
    catch_up(person_id, studio, also_reserved=True, by=by, now=now)
    ask_to_decide(person_id, studio, by=by, now=now)
