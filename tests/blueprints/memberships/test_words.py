"""What becomes of the ticket of a booking to decide about, said before somebody decides."""

from datetime import datetime

import pytest
from flask import Flask

from backoffice.bookings.models import Booking
from backoffice.memberships.undecided import Decision, Undecided
from backoffice.studio.models import Studio
from backoffice.studio.queries import service_by_slug
from blueprints.memberships.words import ticket_after


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
