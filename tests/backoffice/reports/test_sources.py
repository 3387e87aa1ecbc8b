"""Sources: the funnel's people, and the money of those who joined, refunds taken off."""

from datetime import UTC, date, datetime

from backoffice.billing.actions import Line, charge, pay, refund
from backoffice.billing.models import LineKind, Payment, PaymentKind
from backoffice.core.audit import Actor
from backoffice.core.db import db
from backoffice.leads.models import Lead, Stage
from backoffice.people.models import Person
from backoffice.reports.entries import Basis, Filters, Grouping
from backoffice.reports.maturity import Maturity
from backoffice.reports.members import MemberFilters, Standing, members_behind
from backoffice.reports.periods import Period
from backoffice.reports.sources import brought
from backoffice.studio.models import Studio
from tests.backoffice.reports.test_members import a_member

USUAL = Maturity(60, 0, is_observed=False)
OPENED = datetime(2026, 10, 5, 3, tzinfo=UTC)


def an_enquiry(gym: Studio, source: str, stage: Stage, person: Person | None = None) -> Person:
    if person is None:
        person = Person(name="試験", created_at=OPENED)
        db.session.add(person)
        db.session.flush()
    lead = Lead(
        studio_id=gym.id, person_id=person.id, source=source, stage=stage, stage_since=OPENED, opened_at=OPENED,
        closed_at=OPENED if stage == Stage.JOINED else None,
    )  # fmt: skip
    db.session.add(lead)
    db.session.flush()
    return person


def paid(gym: Studio, person: Person, yen: int, by: Actor, now: datetime) -> Payment:
    """So much for an invoice of the day."""
    lines = [Line(LineKind.OTHER, "回数券", "Pack", yen)]
    invoice = charge(person.id, lines, studio_id=gym.id, due_on=now.date(), by=by, now=now)
    return pay(invoice, PaymentKind.CASH, yen, received_on=now.date(), by=by, now=now)


def test_a_source_is_the_funnels_people_and_what_its_members_paid(
    gym: Studio, by: Actor, now: datetime
) -> None:
    member = an_enquiry(gym, "line", Stage.JOINED)
    an_enquiry(gym, "line", Stage.NEW)
    visitor = an_enquiry(gym, "web", Stage.LOST)
    paid(gym, member, 100_000, by, now)
    payment = paid(gym, member, 50_000, by, now)
    refund(payment, PaymentKind.CASH, 20_000, reason="取消", received_on=now.date(), by=by, now=now)
    paid(gym, visitor, 3_000, by, now)
    filters = Filters(gym.id, gym.zone, Period(date(2026, 10, 1), date(2026, 10, 1)), Basis.ENQUIRY)
    lines = brought(filters, Grouping.SOURCE, maturity=USUAL, now=now).lines
    assert [
        (line.cohort.key, line.cohort.people, line.cohort.joined, line.received_yen) for line in lines
    ] == [
        ("line", 2, 1, 130_000),
        ("web", 1, 0, 0),
    ]


def test_a_member_with_two_enquiries_through_one_source_pays_once(
    gym: Studio, by: Actor, now: datetime
) -> None:
    member = an_enquiry(gym, "line", Stage.JOINED)
    lead = db.session.query(Lead).filter_by(person_id=member.id).one()
    an_enquiry(gym, "line", Stage.JOINED, member)
    lead.opened_at = datetime(2026, 9, 5, 3, tzinfo=UTC)
    paid(gym, member, 100_000, by, now)
    filters = Filters(gym.id, gym.zone, Period(date(2026, 9, 1), date(2026, 10, 1)), Basis.ENQUIRY)
    (line,) = brought(filters, Grouping.SOURCE, maturity=USUAL, now=now).lines
    assert (line.cohort.joined, line.received_yen) == (2, 100_000)


def test_all_rows_together_are_everybody_once_with_those_of_no_known_enquiry(
    gym: Studio, by: Actor, now: datetime
) -> None:
    """A member by two sources, a visitor, and one who became a member without an enquiry: money once each."""
    member = an_enquiry(gym, "line", Stage.JOINED)
    an_enquiry(gym, "web", Stage.JOINED, member).name = "試験"
    db.session.query(Lead).filter_by(source="web").one().opened_at = datetime(2026, 9, 5, 3, tzinfo=UTC)
    an_enquiry(gym, "web", Stage.NEW)
    walked_in = db.session.get_one(Person, a_member(gym, date(2026, 10, 20), None).person_id)
    a_member(gym, date(2026, 8, 20), None)
    paid(gym, member, 100_000, by, now)
    paid(gym, walked_in, 30_000, by, now)
    filters = Filters(gym.id, gym.zone, Period(date(2026, 9, 1), date(2026, 10, 1)), Basis.ENQUIRY)
    together = brought(filters, Grouping.SOURCE, maturity=USUAL, now=now)
    lines = together.lines
    assert sum(line.cohort.people for line in lines) == together.cohort.people == 3
    assert (together.without.cohort.joined, together.without.received_yen) == (1, 30_000)
    assert sum(line.cohort.joined for line in lines) + 1 == together.joined == 3
    assert sum(line.received_yen for line in lines) == 200_000
    assert together.received_yen == 130_000
    months = MemberFilters(gym.id, filters.period)
    (behind,) = members_behind(months, Standing.NO_ENQUIRY, limit=9)
    assert behind.person_id == walked_in.id
