"""Paying out on the page: one step for a manager, once, as it was looked at."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from backoffice.billing.actions import pay
from backoffice.billing.models import Invoice, Payment, PaymentKind
from backoffice.core.audit import SYSTEM, AuditLine
from backoffice.core.db import db
from backoffice.core.submissions import new_token
from backoffice.memberships.leaving import LeavingTerms, leave
from backoffice.memberships.models import Leaving, LeavingReason
from backoffice.people.models import Person
from backoffice.staff.models import Role
from backoffice.studio.models import Studio
from backoffice.tickets.models import TicketEntry
from tests.backoffice.billing.test_unused import a_client, a_plan, buy, newest_lot, spend
from tests.pages import PageClient

TODAY = date(2026, 11, 24)


@pytest.fixture
def gone(gym: Studio, now: datetime) -> Person:
    """Somebody who left today with three of four sessions unused; they paid 30,000 of 40,000."""
    client = a_client(gym, now)
    buy(gym, client, a_plan(gym), now, paid=30_000)
    spend(gym, newest_lot().id, now)
    terms = LeavingTerms(TODAY, LeavingReason.MOVING)
    leave(client.id, terms, studio=gym, waiver="本人の希望", by=SYSTEM, now=now)
    db.session.commit()
    return db.session.get_one(Person, client.person_id)


def typed(page: str, **changes: str) -> dict[str, str]:
    """The form as it was opened, filled in."""
    mark = re.search(r'name="mark"[^>]*value="(\w+)"', page)
    assert mark is not None
    known = {"kind": "TRANSFER", "reason": "退会の清算", "is_agreed": "y", "mark": mark.group(1)}
    return known | {"form_token": new_token()} | changes


def test_a_manager_pays_out_in_one_step_and_once(gone: Person, sign_in: Callable[..., PageClient]) -> None:
    address = f"/people/{gone.id}/leaving-statement"
    manager = sign_in(Role.MANAGER)
    page = manager.open(address).text
    assert "¥20,000" in page
    assert "回数券3回分" in page
    form = typed(page)
    assert manager.post(f"{address}/payout?on=2026-11-24", data=form | {"is_agreed": ""}).status_code == 422
    for _ in range(2):  # sent twice
        assert manager.post(f"{address}/payout?on=2026-11-24", data=form).status_code == 303
    assert [row.amount_yen for row in db.session.query(Payment).order_by(Payment.id)] == [30_000, -20_000]
    assert db.session.query(TicketEntry).filter_by(kind="REFUND").one().free == -3
    again = manager.post(f"{address}/payout?on=2026-11-24", data=form | {"form_token": new_token()})
    assert again.status_code == 409
    after = manager.open(address).text
    assert 'name="mark"' not in after
    assert "¥20,000" in after
    line = db.session.query(AuditLine).filter_by(action="leaving.paid_out").one()
    assert line.after == {"refund_yen": 20_000, "kind": "TRANSFER"}


def test_what_changed_meanwhile_is_shown_and_looked_at_anew(
    gone: Person, sign_in: Callable[..., PageClient], now: datetime
) -> None:
    address = f"/people/{gone.id}/leaving-statement"
    manager = sign_in(Role.MANAGER)
    form = typed(manager.open(address).text)
    invoice = db.session.query(Invoice).one()
    pay(invoice, PaymentKind.CASH, 10_000, received_on=TODAY, by=SYSTEM, now=now)
    db.session.commit()
    refused = manager.post(f"{address}/payout?on=2026-11-24", data=form)
    assert refused.status_code == 409
    shown = refused.get_data(as_text=True)
    assert "¥30,000" in shown
    assert db.session.query(Leaving).one().settled_at is None
    fresh = typed(shown)
    assert fresh["mark"] != form["mark"]
    assert manager.post(f"{address}/payout?on=2026-11-24", data=fresh).status_code == 303
    assert db.session.query(Leaving).one().refund_yen == 30_000


def test_the_desk_sees_the_statement_and_cannot_pay_it_out(
    gone: Person, sign_in: Callable[..., PageClient]
) -> None:
    desk = sign_in(Role.FRONT_DESK)
    address = f"/people/{gone.id}/leaving-statement"
    assert 'name="mark"' not in desk.open(address).text
    assert desk.post(f"{address}/payout", data={"mark": "x", "form_token": new_token()}).status_code == 403


def test_before_the_last_day_and_with_bookings_the_page_says_what_comes_first(
    gym: Studio, sign_in: Callable[..., PageClient], now: datetime
) -> None:
    manager = sign_in(Role.MANAGER)
    pages = []
    for days, is_booked in ((3, False), (0, True)):
        client = a_client(gym, now)
        buy(gym, client, a_plan(gym), now, paid=None)
        if is_booked:
            spend(gym, newest_lot().id, now, is_used=False)
        terms = LeavingTerms(TODAY + timedelta(days=days), LeavingReason.TIME)
        leave(client.id, terms, studio=gym, waiver="検査", by=SYSTEM, now=now)
        db.session.commit()
        pages.append(manager.open(f"/people/{client.person_id}/leaving-statement").text)
    assert all('name="mark"' not in page for page in pages)
    assert "11月27日" in pages[0]
    assert "予約" in pages[1]
