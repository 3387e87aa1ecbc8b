"""Joining again after leaving: the same client goes on with their number, and the earlier stay is kept with its end."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum

from backoffice.clients.actions import AlreadyMember
from backoffice.clients.models import Client
from backoffice.clients.queries import has_left, held_client
from backoffice.core.audit import Actor, record
from backoffice.core.clock import local_date
from backoffice.core.db import db
from backoffice.core.errors import Invalid
from backoffice.core.language import N_
from backoffice.memberships.queries import leaving_of
from backoffice.memberships.undecided import ask_to_decide
from backoffice.studio.models import Studio
from backoffice.tickets import actions as ledger
from backoffice.tickets.queries import Lot, lots_of

ENDED = "再入会のため終了"

TOO_EARLY = N_("They were a member until %(day)s. Please choose a later first day.")
DECIDE = N_("Please decide what becomes of the earlier tickets.")


class OldTickets(StrEnum):
    """What becomes of tickets that are left from before: used as they are, or taken off the ledger."""

    KEEP = "KEEP"
    END = "END"


def old_lots(person_id: int, day: date) -> list[Lot]:
    """Tickets of a person that are free and have not ended by a day, the first to end first."""
    lots = lots_of(person_id)
    return [lot for lot in lots if lot.free and (lot.expires_on is None or lot.expires_on >= day)]


def check_first_day(client: Client, starts_on: date) -> None:
    """Refuses (Invalid) a first day that is not after the last one of before."""
    if client.left_on is not None and starts_on <= client.left_on:
        raise Invalid(TOO_EARLY, field="starts_on", day=client.left_on)


def come_back(
    client: Client,
    starts_on: date,
    *,
    main_trainer_id: int | None,
    old_tickets: OldTickets | None,
    studio: Studio,
    by: Actor,
    now: datetime,
) -> Client:
    """Let who has left be a member again from a day on; with no trainer named they keep theirs.

    Raises `AlreadyMember` for who has not left (also for whoever comes second); refuses (Invalid) a first day that is
    not after the last one, and tickets left from before that nobody decided about.
    """
    held = held_client(client.id)
    today = local_date(now, studio.zone)
    if not has_left(held, today):
        raise AlreadyMember
    check_first_day(held, starts_on)
    _settle_tickets(old_lots(held.person_id, today), old_tickets, by=by, now=now)
    before = {"joined_on": held.joined_on, "left_on": held.left_on}
    leaving = leaving_of(held.id)
    if leaving is not None:
        leaving.rejoined_at, leaving.stay_began_on = now, held.joined_on
        leaving.version += 1
    held.joined_on, held.left_on, held.version = starts_on, None, held.version + 1
    held.main_trainer_id = main_trainer_id or held.main_trainer_id
    db.session.flush()
    after = {"joined_on": starts_on, "left_on": None, "old_tickets": old_tickets}
    record(
        "client.rejoined",
        "client",
        held.id,
        person_id=held.person_id,
        by=by,
        now=now,
        before=before,
        after=after,
    )
    ask_to_decide(held.person_id, studio, by=by, now=now)
    return held


def _settle_tickets(lots: Sequence[Lot], decided: OldTickets | None, *, by: Actor, now: datetime) -> None:
    if lots and decided is None:
        raise Invalid(DECIDE, field="old_tickets")
    if decided is OldTickets.END:
        for lot in lots:
            ledger.adjust(lot.grant.id, -lot.free, note=ENDED, by=by, now=now)
