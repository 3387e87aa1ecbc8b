"""A trainer cannot come: who is hit, what is proposed and why, and one end for each booking."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from backoffice.bookings import attendance
from backoffice.bookings.actions import cancel, move
from backoffice.bookings.models import Booking, BookingState
from backoffice.bookings.queries import guests_of
from backoffice.bookings.refusals import Slot, SlotTaken, Waiver
from backoffice.bookings.schedule import cancel_time_off
from backoffice.core.db import db
from backoffice.core.errors import Invalid
from backoffice.messaging.facts import Facts, NotWanted
from backoffice.messaging.models import Kind, Message, MessageState
from backoffice.people.models import Person
from backoffice.replanning import actions
from backoffice.replanning.facts import proposal_facts
from backoffice.replanning.models import Replan
from backoffice.replanning.proposals import Reason, chosen
from backoffice.replanning.queries import Hit, Outcome, hits_of
from backoffice.staff.models import TimeOff
from backoffice.todos.models import Todo
from tests.backoffice.bookings.conftest import WEDNESDAY, Desk, desk_book  # noqa: F401 - a fixture


@pytest.fixture
def desk(desk_book: Desk) -> Desk:  # noqa: F811
    return desk_book


def absence(desk: Desk) -> TimeOff:
    """Mori is ill all Wednesday."""
    return actions.report_absence(desk.trainer(), desk.at(0), desk.at(23, 59), by=desk.by, now=desk.now)


def hits(desk: Desk, away: TimeOff) -> list[Hit]:
    return hits_of(desk.studio, away, now=desk.now)


def told() -> list[Message]:
    query = select(Message).where(Message.kind == Kind.MOVE_PROPOSED).order_by(Message.id)
    return list(db.session.scalars(query))


def slots_of(hit: Hit) -> list[Slot]:
    """The times proposed for a booking."""
    return [one.slot for one in hit.proposals]


def one_hit(desk: Desk, who: Person | None = None) -> tuple[TimeOff, Hit]:
    """One booking at eleven with Mori, who then falls ill."""
    desk.book(desk.at(11), who or desk.meet())
    away = absence(desk)
    return away, hits(desk, away)[0]


def test_nothing_moves_by_itself_and_only_what_is_hit_is_listed(desk: Desk) -> None:
    mine = desk.book(desk.at(11), desk.meet("山田 花子", phone="090-1111-2222"))
    desk.book(desk.at(11), trainer="okada")
    desk.book(desk.at(11, day=WEDNESDAY + timedelta(days=1)))
    found = hits(desk, absence(desk))
    assert [(hit.booking.id, hit.outcome) for hit in found] == [(mine.id, Outcome.OPEN)]
    assert (found[0].guests[0].shown_name, found[0].guests[0].phone) == ("山田 花子", "+819011112222")
    assert (mine.starts_at, mine.state) == (desk.at(11), BookingState.BOOKED)
    assert told() == []


def test_proposals_with_their_reasons(desk: Desk) -> None:
    who = desk.meet()
    before = desk.book(desk.at(16, day=WEDNESDAY - timedelta(days=1)), who, trainer="okada")
    attendance.attend(guests_of(before.id)[0], by=desk.by, now=before.ends_at)
    _, hit = one_hit(desk, who)
    assert [one.reason for one in hit.proposals] == [
        Reason.KNOWN_TRAINER,
        Reason.SAME_TRAINER,
        Reason.NEAREST,
    ]
    same, own, near = (one.slot for one in hit.proposals)
    assert (same.starts_at, same.trainer_id) == (desk.at(11), desk.trainer("okada").id)
    assert own.trainer_id == desk.trainer().id
    assert own.starts_at.date() != desk.at(11).date()
    assert near.starts_at not in {same.starts_at, own.starts_at}


def test_a_stranger_is_proposed_as_such_and_a_busy_colleague_not_at_all(desk: Desk) -> None:
    _, hit = one_hit(desk)
    assert hit.proposals[0].reason == Reason.FREE_TRAINER
    desk.book(desk.at(11), desk.meet(), trainer="okada")
    found = hits(desk, db.session.get_one(TimeOff, hit.replan.time_off_id))[0]
    assert found.proposals[0].reason == Reason.SAME_TRAINER


def test_three_at_most_and_no_start_twice(desk: Desk) -> None:
    starts = [desk.at(hour, minute) for hour in (11, 12) for minute in (0, 30)]
    slots = [Slot(start, trainer, None) for start in starts for trainer in (1, 2)]
    found = chosen(slots, desk.at(11), 1, {2})
    assert len(found) == 3
    assert [one.reason for one in found] == [Reason.KNOWN_TRAINER, Reason.SAME_TRAINER, Reason.NEAREST]


def test_the_guest_chooses_by_link_and_later_answers_change_nothing(desk: Desk) -> None:
    away, hit = one_hit(desk)
    assert actions.propose(hit.replan, slots_of(hit), by=desk.by, now=desk.now) == 1
    assert hits(desk, away)[0].outcome == Outcome.SENT
    [message] = told()
    facts = proposal_facts(message, desk.now)
    assert isinstance(facts, Facts)
    assert len(facts.values["proposal"]["times"]) == len(hit.proposals)
    actions.choose(hit.replan, 1, by=desk.by, now=desk.now)
    assert hit.booking.starts_at == hit.proposals[1].slot.starts_at
    assert hits(desk, away)[0].outcome == Outcome.MOVED
    with pytest.raises(actions.ProposalGone):
        actions.choose(hit.replan, 0, by=desk.by, now=desk.now)
    with pytest.raises(actions.ProposalGone):
        actions.decline(hit.replan, by=desk.by, now=desk.now)
    assert isinstance(proposal_facts(message, desk.now), NotWanted)
    db.session.refresh(message)
    assert message.state == MessageState.CANCELLED


def test_a_time_that_went_meanwhile_is_refused_and_the_question_stays_open(desk: Desk) -> None:
    away, hit = one_hit(desk)
    actions.propose(hit.replan, slots_of(hit), by=desk.by, now=desk.now)
    slot = hit.proposals[0].slot
    desk.book(slot.starts_at, desk.meet(), trainer="okada")
    with pytest.raises(SlotTaken):
        actions.choose(hit.replan, 0, by=desk.by, now=desk.now)
    assert hits(desk, away)[0].outcome == Outcome.SENT


def test_none_suits_and_the_desk_calls(desk: Desk) -> None:
    away, hit = one_hit(desk)
    actions.propose(hit.replan, slots_of(hit), by=desk.by, now=desk.now)
    actions.decline(hit.replan, by=desk.by, now=desk.now)
    assert hits(desk, away)[0].outcome == Outcome.DECLINED
    assert actions.CALL_DECLINED in db.session.scalars(select(Todo.title)).all()
    actions.settle(hit.replan, slots_of(hit)[0], by=desk.by, now=desk.now)
    assert hits(desk, away)[0].outcome == Outcome.MOVED


@pytest.mark.parametrize("how", ["called off", "moved on the calendar", "trainer well again", "by the guest"])
def test_however_it_ends_it_has_one_end_and_old_proposals_are_dead(desk: Desk, how: str) -> None:
    away, hit = one_hit(desk)
    actions.propose(hit.replan, slots_of(hit), by=desk.by, now=desk.now)
    booking = db.session.get_one(Booking, hit.booking.id)
    if how == "called off":
        actions.call_off(hit.replan, by=desk.by, now=desk.now)
    elif how == "moved on the calendar":
        move(booking, starts_at=desk.at(16), trainer_id=desk.trainer("okada").id, by=desk.by, now=desk.now)
    elif how == "trainer well again":
        cancel_time_off(desk.studio.id, away.id, by=desk.by, now=desk.now)
    else:
        cancel(booking, by_gym=False, by=desk.by, now=desk.now)
    ends = {"called off": "CANCELLED", "moved on the calendar": "MOVED", "trainer well again": "KEPT"}
    assert hits(desk, away)[0].outcome == ends.get(how, "CANCELLED")
    with pytest.raises(actions.ProposalGone):
        actions.choose(hit.replan, 0, by=desk.by, now=desk.now)
    assert isinstance(proposal_facts(told()[0], desk.now), NotWanted)


def test_times_that_speak_of_another_state_of_the_booking_are_dead(desk: Desk) -> None:
    away, hit = one_hit(desk)
    actions.propose(hit.replan, slots_of(hit), by=desk.by, now=desk.now)
    shorter = {"starts_at": hit.booking.starts_at, "minutes": 45, "waiver": Waiver("短縮")}
    move(hit.booking, **shorter, by=desk.by, now=desk.now)
    assert hits(desk, away)[0].outcome == Outcome.OPEN, "to be proposed anew"
    with pytest.raises(actions.ProposalGone):
        actions.choose(hit.replan, 0, by=desk.by, now=desk.now)


def test_a_second_proposal_replaces_the_first(desk: Desk) -> None:
    _, hit = one_hit(desk)
    actions.propose(hit.replan, slots_of(hit)[:1], by=desk.by, now=desk.now)
    actions.propose(hit.replan, slots_of(hit)[1:], by=desk.by, now=desk.now + timedelta(minutes=5))
    first, second = told()
    assert (first.state, second.state) == (MessageState.CANCELLED, MessageState.PLANNED)


def test_listing_twice_and_sending_nothing(desk: Desk) -> None:
    away, hit = one_hit(desk)
    actions.list_hits(away, desk.trainer(), now=desk.now)
    assert db.session.scalar(select(func.count()).select_from(Replan)) == 1
    with pytest.raises(Invalid):
        actions.propose(hit.replan, [], by=desk.by, now=desk.now)


def test_guests_without_mail_are_for_the_telephone(desk: Desk) -> None:
    _, hit = one_hit(desk, desk.meet(mail=""))
    assert not hit.guests[0].is_reachable
    assert actions.propose(hit.replan, slots_of(hit), by=desk.by, now=desk.now) == 0
