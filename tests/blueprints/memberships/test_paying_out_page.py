"""Paying out on the page: one step for a manager, once, as it was looked at."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader

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
    known = {"kind": "TRANSFER", "reason": "退会の精算", "is_agreed": "y", "mark": mark.group(1)}
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


def test_after_it_page_and_paper_tell_it_as_it_was_settled(
    gone: Person, sign_in: Callable[..., PageClient]
) -> None:
    address = f"/people/{gone.id}/leaving-statement"
    manager = sign_in(Role.MANAGER)
    opened = manager.open(address).text
    assert "現金 ¥30,000" in opened
    assert re.search(r'<option selected value="CASH"', opened), "as most of it was paid"
    assert manager.post(f"{address}/payout?on=2026-11-24", data=typed(opened)).status_code == 303
    after = manager.open(address).text
    assert "¥40,000" in after, "the pack as it was charged"
    paper = PdfReader(BytesIO(manager.get(f"{address}/pdf?on=2026-11-24").data)).pages[0].extract_text()
    for said in ("¥40,000", "¥30,000", "¥20,000 · 2026年11月24日"):
        assert said in paper
    show = manager.open(f"/people/{gone.id}/membership").text
    assert "leaving/removal" not in show


def test_a_month_that_will_be_charged_is_said_before_the_last_day(
    gym: Studio, sign_in: Callable[..., PageClient], now: datetime
) -> None:
    """On the statement, on paper, and while the last day is set."""
    client = a_client(gym, now)
    month = a_plan(gym, price=39_600)
    month.is_monthly, month.valid_months = True, None
    buy(gym, client, month, now, paid=None)
    db.session.commit()
    desk = sign_in(Role.FRONT_DESK)
    words = "12月24日(木)からの会費（1か月分）として、さらに¥39,600が発生します。"
    form = desk.open(f"/people/{client.person_id}/membership/leaving").text
    assert words in form
    leave(client.id, LeavingTerms(date(2026, 12, 31), LeavingReason.TIME), studio=gym, by=SYSTEM, now=now)
    db.session.commit()
    address = f"/people/{client.person_id}/leaving-statement"
    assert words in desk.open(address).text
    assert words not in desk.open(f"{address}?on=2026-12-23").text
