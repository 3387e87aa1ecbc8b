"""What nobody may write into a ledger by hand, each with its sentence; nothing is written then."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from backoffice.core.audit import Actor
from backoffice.core.db import db, transaction
from backoffice.core.errors import Invalid, NotFound
from backoffice.people.models import Person
from backoffice.studio.models import Studio
from backoffice.tickets import actions
from backoffice.tickets.actions import EARLIER, FARTHEST, MOST, NUMBER, TOO_FAR, WHY
from backoffice.tickets.models import TicketEntry
from backoffice.tickets.queries import lot_of, lots_of

TODAY = date(2026, 11, 24)
ENDS = date(2027, 5, 23)
ONE_DAY = timedelta(days=1)


def refused(write: Callable[[], object]) -> tuple[str, str | None]:
    """The sentence and its field; the ledger stays as it was."""
    before = db.session.query(TicketEntry).count()
    with pytest.raises(Invalid) as told, transaction():
        write()
    assert db.session.query(TicketEntry).count() == before
    return told.value.message, told.value.field


@pytest.mark.parametrize(
    ("count", "ends", "said"),
    [
        (0, ENDS, (NUMBER, "count")),
        (MOST + 1, ENDS, (NUMBER, "count")),
        (4, TODAY - ONE_DAY, (EARLIER, "expires_on")),
        (4, TODAY + FARTHEST + ONE_DAY, (TOO_FAR, "expires_on")),
    ],
)
def test_what_is_not_given(
    give: Callable[..., int], count: int, ends: date, said: tuple[str, str | None]
) -> None:
    assert refused(lambda: give(count, ends=ends)) == said


@pytest.mark.parametrize(("count", "ends"), [(1, TODAY), (MOST, TODAY + FARTHEST), (4, None)])
def test_what_is_just_given(guest: Person, give: Callable[..., int], count: int, ends: date | None) -> None:
    give(count, ends=ends)
    assert [(lot.free, lot.expires_on) for lot in lots_of(guest.id)] == [(count, ends)]


@pytest.mark.parametrize("until", [ENDS, ENDS - ONE_DAY])
def test_longer_is_a_later_day(give: Callable[..., int], until: date, by: Actor, now: datetime) -> None:
    grant_id = give()
    assert refused(lambda: actions.extend(grant_id, until, note="けが", by=by, now=now)) == (EARLIER, "until")
    with transaction():
        actions.extend(grant_id, ENDS + ONE_DAY, note="けが", by=by, now=now)


def test_what_never_ends_is_not_extended(give: Callable[..., int], by: Actor, now: datetime) -> None:
    grant_id = give(4, ends=None)
    assert refused(lambda: actions.extend(grant_id, ENDS, note="けが", by=by, now=now)) == (EARLIER, "until")


def test_nobody_gives_tickets_for_more_than_three_years(
    give: Callable[..., int], by: Actor, now: datetime
) -> None:
    grant_id, last = give(), TODAY + FARTHEST
    too_far = refused(lambda: actions.extend(grant_id, last + ONE_DAY, note="けが", by=by, now=now))
    assert too_far == (TOO_FAR, "until")
    with transaction():
        actions.extend(grant_id, last, note="けが", by=by, now=now)


@pytest.mark.parametrize("change", [0, MOST + 1, -MOST - 1])
def test_a_correction_is_of_some_tickets(
    give: Callable[..., int], change: int, by: Actor, now: datetime
) -> None:
    grant_id = give()
    said = refused(lambda: actions.adjust(grant_id, change, note="訂正", by=by, now=now))
    assert said == (NUMBER, "count")


@pytest.mark.parametrize("count", [0, -1])
def test_at_least_one_is_paid_back(give: Callable[..., int], count: int, by: Actor, now: datetime) -> None:
    grant_id = give()
    said = refused(lambda: actions.refund(grant_id, count, note="返金", by=by, now=now))
    assert said == (NUMBER, "count")


def test_all_by_hand_has_a_reason(guest: Person, give: Callable[..., int], by: Actor, now: datetime) -> None:
    grant_id = give()
    entry = db.session.query(TicketEntry).one()
    for write in (
        lambda: actions.adjust(grant_id, 1, note=" ", by=by, now=now),
        lambda: actions.adjust(grant_id, -1, note=" ", by=by, now=now),
        lambda: actions.extend(grant_id, ENDS + ONE_DAY, note="", by=by, now=now),
        lambda: actions.refund(grant_id, 1, note="", by=by, now=now),
        lambda: actions.reverse(entry.id, note="", by=by, now=now),
    ):
        assert refused(write) == (WHY, "note")


def test_what_was_never_given_cannot_be_found(
    gym: Studio, guest: Person, give: Callable[..., int], by: Actor, now: datetime
) -> None:
    grant_id = give()
    for ask in (
        lambda: actions.adjust(0, 1, note="訂正", by=by, now=now),
        lambda: actions.reverse(0, note="訂正", by=by, now=now),
        lambda: lot_of(0, guest.id, gym.id),
        lambda: lot_of(grant_id, 0, gym.id),
        lambda: lot_of(grant_id, guest.id, 0),
    ):
        with pytest.raises(NotFound), transaction():
            ask()
