"""Joining again: the same client and number, the earlier stay kept, old tickets decided, the open lead credited."""

from datetime import date, datetime, timedelta

import pytest

from backoffice.billing import charging
from backoffice.bookings.lead_steps import lead_for
from backoffice.clients.actions import AlreadyMember
from backoffice.clients.models import Client
from backoffice.core.audit import SYSTEM, Actor, AuditLine
from backoffice.core.db import db
from backoffice.core.errors import Invalid
from backoffice.joining import actions as papers
from backoffice.leads.actions import capture_lead
from backoffice.leads.models import Lead, Stage
from backoffice.memberships.actions import Joining, join
from backoffice.memberships.leaving import LeavingTerms, leave
from backoffice.memberships.models import Leaving, LeavingReason, Membership
from backoffice.memberships.queries import earlier_stays, leaving_of, plans
from backoffice.memberships.rejoining import ENDED, OldTickets, old_lots
from backoffice.messaging.models import Kind, Message
from backoffice.people.actions import create_person
from backoffice.people.models import Person
from backoffice.people.queries import person as find_person
from backoffice.reports.entries import Basis, Filters, Grouping
from backoffice.reports.funnel import cohorts
from backoffice.reports.home import Count, Span, counts
from backoffice.reports.maturity import maturity
from backoffice.reports.members import MemberFilters, Standing, count_members, member_months
from backoffice.reports.periods import Period
from backoffice.studio.models import Studio
from backoffice.studio.queries import service_by_slug
from backoffice.tickets.models import TicketEntry
from tests.backoffice.joining.test_papers import agreement

LATER = timedelta(days=40)


@pytest.fixture
def former(gym: Studio, now: datetime) -> Client:
    """Somebody who joined in May with a pack and left at the end of September."""
    spring = now - timedelta(days=190)
    person = create_person(
        name="戻田 圭", phones=["090-1234-0009"], mails=["modoru@guest.example"], by=SYSTEM, now=spring
    )
    pack = next(plan for plan in plans(gym.id) if not plan.is_monthly)
    pack.valid_months = 12
    terms = Joining(pack.id, date(2026, 5, 18), None)
    client = join(person, terms, studio_id=gym.id, lead=None, by=SYSTEM, now=spring)
    said = now - timedelta(days=60)
    leave(
        client.id, LeavingTerms(date(2026, 9, 30), LeavingReason.TIME), studio=gym, waiver="検査", by=SYSTEM, now=said
    )  # fmt: skip
    return client


def comes_back(gym: Studio, client: Client, now: datetime, **changes: object) -> Client:
    person = db.session.get_one(Person, client.person_id)
    terms = Joining(plans(gym.id)[0].id, now.date(), None, **{"old_tickets": OldTickets.KEEP} | changes)
    return join(person, terms, studio_id=gym.id, lead=None, by=SYSTEM, now=now)


def test_the_same_client_goes_on_and_the_earlier_stay_is_kept(
    gym: Studio, former: Client, now: datetime
) -> None:
    number = former.member_number
    again = comes_back(gym, former, now)
    assert (again.id, again.member_number, again.left_on) == (former.id, number, None)
    assert again.joined_on == now.date()
    assert db.session.query(Client).count() == 1
    assert leaving_of(former.id) is None
    (stay,) = earlier_stays(former.id)
    assert (stay.stay_began_on, stay.left_on, stay.rejoined_at) == (date(2026, 5, 18), date(2026, 9, 30), now)
    assert db.session.query(Membership).filter_by(client_id=former.id).count() == 2
    line = db.session.query(AuditLine).filter_by(action="client.rejoined").one()
    assert line.before == {"joined_on": "2026-05-18", "left_on": "2026-09-30"}
    assert db.session.query(Message).filter_by(kind=Kind.WELCOME.value).count() == 2


def test_who_stays_or_whose_last_day_is_to_come_does_not_join_again(
    gym: Studio, former: Client, now: datetime
) -> None:
    comes_back(gym, former, now)
    with pytest.raises(AlreadyMember):
        comes_back(gym, former, now)
    terms = LeavingTerms(now.date() + timedelta(days=3), LeavingReason.TIME)
    leave(former.id, terms, studio=gym, waiver="検査", by=SYSTEM, now=now)
    for day in (0, 3):  # also on the last day itself
        with pytest.raises(AlreadyMember):
            comes_back(gym, former, now + timedelta(days=day))
    comes_back(gym, former, now + timedelta(days=4))
    assert len(earlier_stays(former.id)) == 2


def test_the_first_day_is_after_the_last_one(gym: Studio, former: Client, now: datetime) -> None:
    person = db.session.get_one(Person, former.person_id)
    pack = next(plan for plan in plans(gym.id) if not plan.is_monthly)
    terms = Joining(pack.id, date(2026, 9, 30), None, old_tickets=OldTickets.KEEP)
    with pytest.raises(Invalid) as refused:
        join(person, terms, studio_id=gym.id, lead=None, by=SYSTEM, now=now)
    assert refused.value.field == "starts_on"
    with pytest.raises(Invalid):
        papers.begin_paper(
            person, agreement(gym, starts_on=date(2026, 9, 30)), studio=gym, lead=None, by=SYSTEM, now=now
        )


def test_old_tickets_are_decided(gym: Studio, former: Client, by: Actor, now: datetime) -> None:
    left = sum(lot.free for lot in old_lots(former.person_id, now.date()))
    assert left > 0
    with pytest.raises(Invalid) as refused:
        comes_back(gym, former, now, old_tickets=None)
    assert refused.value.field == "old_tickets"
    comes_back(gym, former, now, old_tickets=OldTickets.END)
    line = db.session.query(TicketEntry).filter_by(kind="ADJUST").one()
    assert (line.free, line.note) == (-left, ENDED)


def test_who_has_none_left_decides_nothing(gym: Studio, former: Client, now: datetime) -> None:
    later = now + timedelta(days=400)
    assert old_lots(former.person_id, later.date()) == []
    comes_back(gym, former, later, old_tickets=None)


def test_a_sale_lets_them_join_again_through_the_open_lead(
    gym: Studio, former: Client, by: Actor, now: datetime
) -> None:
    person = find_person(former.person_id)
    trial = lead_for(person, service_by_slug(gym.id, "trial"), channel="PHONE", by=by, now=now)
    assert trial is not None  # who has left is a new enquiry, a member is none
    sold = charging.sell(
        former, plans(gym.id)[0].id, now.date(), studio=gym, paid=None, old_tickets=OldTickets.KEEP, by=by, now=now
    )  # fmt: skip
    assert sold.lead_id == trial.id
    assert db.session.get_one(Lead, trial.id).stage == Stage.JOINED
    assert former.left_on is None
    assert lead_for(person, service_by_slug(gym.id, "trial"), channel="PHONE", by=by, now=now) is None
    charging.sell(former, plans(gym.id)[0].id, now.date(), studio=gym, paid=None, by=by, now=now)
    assert len(earlier_stays(former.id)) == 1


def test_the_papers_make_a_member_again_with_a_new_agreement(
    gym: Studio, former: Client, by: Actor, now: datetime
) -> None:
    person = find_person(former.person_id)
    lead = capture_lead(person, studio_id=gym.id, source="walk_in", by=by, now=now)
    paper = papers.begin_paper(person, agreement(gym), studio=gym, lead=lead, by=by, now=now)
    client = papers.finish_on_paper(gym, paper.id, version=None, old_tickets=OldTickets.KEEP, by=by, now=now)
    assert client.id == former.id
    newest = db.session.query(Membership).order_by(Membership.id.desc()).first()
    assert (paper.membership_id, newest.lead_id) == (newest.id, lead.id)
    period = Period(date(2026, 11, 1), date(2026, 11, 1))
    asked = Filters(gym.id, gym.zone, period, Basis.ENQUIRY)
    (row,) = cohorts(asked, Grouping.MONTH, maturity=maturity(asked, now=now), now=now)
    assert (row.people, row.joined) == (1, 1)


def test_reports_count_both_stays_and_the_months_between_as_away(
    gym: Studio, former: Client, now: datetime
) -> None:
    asked = MemberFilters(gym.id, Period(date(2026, 5, 1), date(2026, 11, 1)))
    before = member_months(asked)[:-1]
    comes_back(gym, former, now)
    months = member_months(asked)
    assert months[:-1] == before  # what was read stays as it was
    assert [row.joined for row in months] == [1, 0, 0, 0, 0, 0, 1]
    assert [row.left for row in months] == [0, 0, 0, 0, 1, 0, 0]
    assert [row.members for row in months] == [1, 1, 1, 1, 0, 0, 1]
    assert count_members(asked, Standing.JOINED) == 2
    span = Span(now, now + timedelta(hours=1))
    assert counts(gym, (Count.JOINED,), span) == {Count.JOINED: 1}


def test_an_earlier_leaving_asks_about_no_booking_any_more(
    gym: Studio, former: Client, now: datetime
) -> None:
    comes_back(gym, former, now)
    row = db.session.query(Leaving).one()
    assert row.cancelled_at is None
    terms = LeavingTerms(now.date() + LATER, LeavingReason.MONEY)
    leave(former.id, terms, studio=gym, waiver="検査", by=SYSTEM, now=now)
    assert db.session.query(Leaving).count() == 2
