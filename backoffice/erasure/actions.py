"""What erases a person, for good. There is no way back, so everything is settled and confirmed before."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, or_, select, update

from backoffice.bookings.actions import cancel
from backoffice.bookings.models import Booking, BookingState
from backoffice.clients.models import Client
from backoffice.core.audit import SYSTEM, Actor, record
from backoffice.core.clock import local_date
from backoffice.core.contact import fold_name, plain_text
from backoffice.core.db import db
from backoffice.core.errors import DomainError, Invalid, check_version
from backoffice.core.language import N_
from backoffice.erasure import queries
from backoffice.erasure.again import Listed
from backoffice.erasure.models import Erasure
from backoffice.erasure.rows import Theirs, erase_rows, held, visits_alone
from backoffice.memberships.models import Membership
from backoffice.messaging.models import Message, MessageState
from backoffice.messaging.outbox import cancel_messages
from backoffice.people.models import Person
from backoffice.people.queries import check_stands, row_of
from backoffice.playbooks.models import PlaybookRun
from backoffice.playbooks.reconcile import end_runs
from backoffice.studio.queries import the_studio
from backoffice.waiting.actions import end_wait
from backoffice.waiting.models import Wait
from backoffice.waiting.queries import OPEN as OPEN_WAITS

LONGEST_REASON = 300
WAS_ERASED = N_("The person was erased.")


class NotSettled(DomainError):
    """Something has to be settled first; the page lists what (`queries.in_the_way`)."""

    status = 409
    message = N_("Something has to be settled first.")


class BeingSent(DomainError):
    """A message to the person is in a provider's hands at this very moment."""

    status = 409
    message = N_("A message to this person is being sent just now. Please try again in three minutes.")


def erase(
    person_id: int,
    *,
    typed: str,
    reason: str,
    is_settled: bool,
    version: int | None,
    by: Actor,
    now: datetime,
) -> Erasure:
    """Erase a person with every row that was merged into theirs, in this one transaction; there is no way back.

    Refuses (Invalid) a name typed otherwise, no reason, and a member of whom nobody says that all is paid outside of
    the books too; `NotSettled` while something is open, money, membership and tickets among it; `BeingSent`; `Stale`
    when the person was changed since the page was opened. Raises `NotFound`, `MergedAway`, `Erased`. Nothing goes out
    to them after the commit: a worker that holds a message finds out.
    """
    theirs = held(person_id)
    person = row_of(person_id)
    check_stands(person)
    check_version(person.version, version)
    if fold_name(typed) != fold_name(person.shown_name):
        raise Invalid(N_("Please type the name exactly as it stands above."), field="typed")
    why = plain_text(reason, LONGEST_REASON)
    if not why:
        raise Invalid(N_("Please say why, without the name."), field="reason")
    if queries.in_the_way(theirs, day=local_date(now, the_studio().zone)):
        raise NotSettled
    if queries.memberships(theirs) and not is_settled:
        raise Invalid(
            N_("Please confirm that the membership has ended and everything is paid."), field="is_settled"
        )
    if queries.is_being_sent(theirs):
        raise BeingSent
    _end_what_runs(theirs, by=by, now=now)
    return _erase(theirs, why, by=by, now=now)[person_id]


def erase_again(listed: Iterable[Listed], *, now: datetime) -> int:
    """After a restore: erase whoever had been erased since the backup was made; how many rows of people.

    A number alone is not enough: it has to be the row made at that moment. Nobody is asked: visits that the backup has
    ahead are cancelled, unless somebody else comes with them.
    """
    count = 0
    for one in sorted(listed):
        person = db.session.get(Person, one.person_id, populate_existing=True)
        if person is None or person.created_at != one.begun_at or person.erased_at is not None:
            continue
        theirs = held(person.id)
        _cancel_visits(theirs, now=now)
        _end_what_runs(theirs, by=SYSTEM, now=now)
        count += len(_erase(theirs, None, by=SYSTEM, now=now))
    return count


def _end_what_runs(theirs: Theirs, *, by: Actor, now: datetime) -> None:
    """Messages that wait, playbooks, memberships and waiting lists end. What a dead worker handed over is unknown."""
    for person_id in theirs.people:
        cancel_messages(person_id=person_id, reason=WAS_ERASED, now=now)
    handed_over = (Message.person_id.in_(theirs.people), Message.state == MessageState.CLAIMED)
    ended = {"state": MessageState.UNKNOWN.value, "reason": WAS_ERASED, "ended_at": now, "lease_until": None}
    db.session.execute(
        update(Message).where(*handed_over).values(ended), execution_options={"synchronize_session": False}
    )
    runs = select(PlaybookRun.id).where(
        PlaybookRun.person_id.in_(theirs.people), PlaybookRun.ended_at.is_(None)
    )
    end_runs(dict.fromkeys(db.session.scalars(runs), WAS_ERASED), now=now)
    members = select(Client.id).where(Client.person_id.in_(theirs.people))
    last_day = func.greatest(Membership.starts_on, now.date())
    still = (
        Membership.client_id.in_(members),
        or_(Membership.ends_on.is_(None), Membership.ends_on > now.date()),
    )
    db.session.execute(
        update(Membership).where(*still).values(ends_on=last_day),
        execution_options={"synchronize_session": False},
    )
    waits = select(Wait).where(Wait.person_id.in_(theirs.people), Wait.state.in_(OPEN_WAITS))
    for wait in db.session.scalars(waits.order_by(Wait.id)).all():
        end_wait(wait.studio_id, wait.id, by=by, now=now)


def _cancel_visits(theirs: Theirs, *, now: datetime) -> None:
    query = select(Booking).where(
        Booking.id.in_(visits_alone(theirs)), Booking.state.in_([BookingState.HELD, BookingState.BOOKED])
    )
    for booking in db.session.scalars(query.order_by(Booking.id)).all():
        cancel(booking, by_gym=True, tell=False, by=SYSTEM, now=now)


def _erase(theirs: Theirs, reason: str | None, *, by: Actor, now: datetime) -> dict[int, Erasure]:
    people = db.session.scalars(select(Person).where(Person.id.in_(theirs.people)).order_by(Person.id))
    made = {
        one.id: Erasure(
            person_id=one.id, begun_at=one.created_at, erased_at=now, erased_by=by.label, reason=reason
        )
        for one in people
    }
    db.session.add_all(made.values())
    erase_rows(theirs, now=now)
    for person_id in made:
        record("person.erased", "person", person_id, by=by, now=now, person_id=person_id)
    return made
