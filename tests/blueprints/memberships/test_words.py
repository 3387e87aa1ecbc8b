"""What becomes of the ticket of a booking to decide about, and how the lines of a leaving statement came about."""

from datetime import date, datetime

import pytest
from flask import Flask

from backoffice.billing.leaving import Charge, Settled
from backoffice.billing.models import LineKind
from backoffice.bookings.models import Booking
from backoffice.core.language import Language
from backoffice.memberships.undecided import Decision, Undecided
from backoffice.studio.models import Studio
from backoffice.studio.queries import service_by_slug
from blueprints.memberships.statement import how
from blueprints.memberships.words import ticket_after
from blueprints.support.language import speaking


@pytest.mark.parametrize(
    ("decision", "is_late", "forgives", "said"),
    [
        (Decision.KEEP, True, False, "the ticket stays reserved"),
        (Decision.BY_GYM, True, False, "the ticket comes back"),
        (Decision.BY_GYM_QUIETLY, True, False, "the ticket comes back"),
        (Decision.BY_GUEST, False, False, "the ticket comes back"),
        (Decision.BY_GUEST, True, False, "late: the ticket is used"),
        (Decision.BY_GUEST, True, True, "late: the ticket is used, unless it is the first of the month"),
    ],
)
def test_each_button_says_what_becomes_of_the_ticket(
    gym: Studio, in_app: Flask, now: datetime, decision: Decision, is_late: bool, forgives: bool, said: str
) -> None:
    gym.forgives_first_late_cancel = forgives
    service = service_by_slug(gym.id, "session")
    one = Undecided(1, Booking(), service, None, 1, 1, is_late)
    with in_app.test_request_context("/?lang=en"):
        service.uses_tickets = True
        assert ticket_after(decision, one) == said
        service.uses_tickets = False
        assert ticket_after(decision, one) == ""


@pytest.mark.parametrize(
    ("kind", "month_on", "english", "japanese"),
    [
        (LineKind.MONTH, date(2026, 11, 30), "The month has begun", "始まった月は全額"),
        (LineKind.MONTH, date(2026, 12, 1), "The month has not begun", "まだ始まっていない月"),
        (LineKind.FREEZE, date(2026, 11, 30), "The month has begun", "始まった月は全額"),
        (LineKind.DISCOUNT, None, "Discount", "割引"),
        (LineKind.JOINING, None, "In full", "全額"),
    ],
)
def test_a_leaving_statement_goes_by_the_day_not_by_the_yen(
    in_app: Flask, kind: LineKind, month_on: date | None, english: str, japanese: str
) -> None:
    """A month of ¥0 has begun or not as any other has."""
    line = Settled("行", "Line", 0, 0, charge=Charge(kind, "行", "Line", 0, month_on=month_on))
    for language, said in ((Language.EN, english), (Language.JA, japanese)):
        with in_app.test_request_context("/"), speaking(language):
            assert how(line, date(2026, 11, 30)) == said
