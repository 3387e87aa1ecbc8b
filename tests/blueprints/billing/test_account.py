"""The account of a person in the browser: charge, part payment, refund, taking back, receipts; who may do what."""

import io
from collections.abc import Callable
from datetime import date, datetime, timedelta
from unittest.mock import patch

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from backoffice.billing.actions import Line, charge, refund
from backoffice.billing.actions import pay as pay_invoice
from backoffice.billing.charging import sell
from backoffice.billing.closing import close_day
from backoffice.billing.models import Invoice, InvoiceLine, LineKind, Payment, PaymentKind, ReceiptIssue
from backoffice.billing.queries import items_of, settings_of
from backoffice.billing.receipts import MOST, issue
from backoffice.clients.actions import register
from backoffice.core.audit import SYSTEM, Actor
from backoffice.core.db import db, transaction
from backoffice.core.language import Language
from backoffice.core.submissions import new_token
from backoffice.memberships.actions import Joining, join
from backoffice.memberships.models import Plan
from backoffice.memberships.queries import plans
from backoffice.people.actions import create_person
from backoffice.people.models import Person
from backoffice.staff.models import Role
from backoffice.staff.trainers import trainers
from backoffice.studio.models import Studio
from backoffice.tickets.queries import lots_of
from blueprints.billing.papers import proviso_of
from tests.pages import PageClient


@pytest.fixture
def person(gym: Studio, now: datetime) -> Person:
    """Somebody whose name has rare characters."""
    with transaction():
        return create_person(
            name="髙﨑 濵子", kana="たかさき はまこ", phones=["090-1234-0001"], by=SYSTEM, now=now
        )


@pytest.fixture
def charged(person: Person, sign_in: Callable[..., PageClient]) -> Invoice:
    """Two bottles of tea, charged at the desk."""
    typed = {
        "name_ja": "お茶", "name_en": "Tea", "quantity": "2", "unit_price_yen": "540", "tax_rate": "8",
        "due_on": "2026-11-24",
    }  # fmt: skip
    done = send(sign_in(Role.FRONT_DESK), person, "charge", typed)
    assert done.status_code == 303
    return db.session.query(Invoice).one()


def send(client: PageClient, person: Person, page: str, typed: dict[str, object]) -> object:
    """Open a form and send it."""
    client.open(f"/people/{person.id}/account/{page}")
    return client.post(f"/people/{person.id}/account/{page}", data={"form_token": new_token(), **typed})


def pay(client: PageClient, person: Person, yen: int, **more: object) -> object:
    typed = {"kind": "CASH", "amount_yen": yen, "received_on": "2026-11-24", **more}
    return send(client, person, "pay", typed)


def open_yen(gym: Studio, person: Person) -> int:
    db.session.expire_all()
    return sum(item.open_yen for item in items_of(person.id, gym.id))


def words(client: PageClient, address: str) -> str:
    """The words of a PDF."""
    answer = client.get(address)
    assert answer.mimetype == "application/pdf"
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages)


def test_a_part_is_paid_once_however_often_it_is_sent(
    gym: Studio, person: Person, charged: Invoice, sign_in: Callable[..., PageClient]
) -> None:
    desk = sign_in(Role.FRONT_DESK, mail="d2@x.example")
    token = new_token()
    for _ in range(2):
        assert pay(desk, person, 1_000, form_token=token).status_code == 303
    assert open_yen(gym, person) == 80
    too_much = pay(desk, person, 81)
    assert too_much.status_code == 409
    assert "未収額は¥80です" in too_much.text
    page = desk.open(f"/people/{person.id}/account").text
    assert "¥80" in page
    assert "返金する" not in page
    assert "¥80" in desk.open(f"/people/{person.id}").text
    assert "¥80" in desk.open("/money").text


def test_a_manager_refunds_and_takes_back_with_a_reason(
    gym: Studio, person: Person, charged: Invoice, sign_in: Callable[..., PageClient]
) -> None:
    boss = sign_in(Role.MANAGER)
    pay(boss, person, 1_080)
    payment = db.session.query(Payment).one()
    refund = {"kind": "CASH", "amount_yen": 1_080, "received_on": "2026-11-24", "reason": "返品"}
    assert send(boss, person, f"payments/{payment.id}/refund", refund | {"reason": ""}).status_code == 422
    assert send(boss, person, f"payments/{payment.id}/refund", refund).status_code == 303
    assert open_yen(gym, person) == 1_080
    back = {"line_ids": [line.id for line in _lines(charged)], "why": "CHANGED", "reason": "返品"}
    assert send(boss, person, f"invoices/{charged.id}/credit", back).status_code == 303
    assert open_yen(gym, person) == 0
    assert "返品" in boss.open(f"/people/{person.id}/account").text
    credit = db.session.query(Invoice).filter(Invoice.credits_id.is_not(None)).one()
    text = words(boss, f"/people/{person.id}/account/invoices/{credit.id}.pdf")
    assert "返還請求書" in text
    assert charged.label in text


@pytest.mark.parametrize("is_monthly", [False, True])
def test_a_sale_is_taken_back_with_its_free_tickets_or_without(
    gym: Studio, person: Person, sign_in: Callable[..., PageClient], now: datetime, is_monthly: bool
) -> None:
    with transaction():
        client = register(person.id, joined_on=now.date(), main_trainer_id=None, by=SYSTEM, now=now)
        plan = next(plan for plan in plans(gym.id) if plan.is_monthly == is_monthly and plan.sessions)
        sold = [
            sell(client, plan.id, now.date() + day, studio=gym, paid=None, by=SYSTEM, now=now)
            for day in ((timedelta(0),) if is_monthly else (timedelta(0), timedelta(1)))
        ]
    boss = sign_in(Role.MANAGER)
    for membership, ticked in zip(sold, ({"with_tickets": "y"}, {}), strict=False):
        invoice = db.session.scalars(
            select(Invoice).join(InvoiceLine).where(InvoiceLine.membership_id == membership.id)
        ).first()
        page = f"invoices/{invoice.id}/credit"
        free = _free(person, membership.id)
        assert f"{free}枚" in boss.open(f"/people/{person.id}/account/{page}").text
        typed = {"why": "MISTAKE", "reason": "誤って販売", **ticked}
        refused = send(boss, person, page, typed)
        assert refused.status_code == 422
        assert "明細を選んで" in refused.text
        assert _free(person, membership.id) == free
        typed["line_ids"] = [line[0] for line in _lines(invoice)]
        assert send(boss, person, page, typed).status_code == 303
        assert send(boss, person, page, typed).status_code == 422  # nothing is left to choose
        assert _free(person, membership.id) == (0 if ticked else free)
        assert "誤って販売" in boss.open(f"/people/{person.id}/account").text


def _free(person: Person, membership_id: int) -> int:
    return sum(lot.free for lot in lots_of(person.id) if lot.grant.membership_id == membership_id)


def _lines(invoice: Invoice) -> list[object]:
    from_db = db.session.execute(
        db.text("select id from invoice_lines where invoice_id = :i"), {"i": invoice.id}
    )
    return list(from_db)


@pytest.mark.parametrize("role", [Role.FRONT_DESK, Role.TRAINER])
def test_who_may_not_correct(
    person: Person, charged: Invoice, sign_in: Callable[..., PageClient], role: Role
) -> None:
    boss = sign_in(Role.MANAGER)
    pay(boss, person, 80)
    payment = db.session.query(Payment).one()
    other = sign_in(role, mail="other@x.example")
    for page in (f"payments/{payment.id}/refund", f"invoices/{charged.id}/credit"):
        assert other.get(f"/people/{person.id}/account/{page}").status_code == 403
    if role is Role.TRAINER:
        for page in ("", "/pay", "/charge", f"/invoices/{charged.id}.pdf"):
            assert other.get(f"/people/{person.id}/account{page}").status_code == 403
        assert other.get("/money").status_code == 403


def test_receipts_are_numbered_once_and_reissues_are_marked(
    gym: Studio, person: Person, charged: Invoice, sign_in: Callable[..., PageClient]
) -> None:
    with transaction():
        own = settings_of(gym.id)
        own.registration_number, own.issuer_ja = "T1234567890123", "株式会社整"
    desk = sign_in(Role.FRONT_DESK, mail="d2@x.example")
    pay(desk, person, 1_080)
    payment = db.session.query(Payment).one()
    page = desk.open(f"/people/{person.id}/account/payments/{payment.id}/receipt").text
    assert "髙﨑 濵子 様" in page
    typed = {"addressee": "髙﨑商店 御中", "proviso": "お茶 代", "language": "ja"}
    for _ in range(2):
        assert send(desk, person, f"payments/{payment.id}/receipt", typed).status_code == 303
    first, second = db.session.query(ReceiptIssue).order_by(ReceiptIssue.position)
    shown = [words(desk, f"/people/{person.id}/account/receipts/{one.id}.pdf") for one in (first, second)]
    for text in shown:
        for part in (
            "領収書",
            "髙﨑商店 御中",
            "¥1,080",
            "お茶 代",
            "R2026-00001",
            "T1234567890123",
            "株式会社整",
            "8%対象",
            "¥80",
        ):
            assert part in text
    assert ["再発行" in text for text in shown] == [False, True]


def test_the_proviso_counts_kinds_of_what_was_paid(
    gym: Studio, person: Person, sign_in: Callable[..., PageClient], by: Actor, now: datetime
) -> None:
    lines = [
        Line(LineKind.JOINING, "入会金", "Joining fee", 22_000),
        *(Line(LineKind.OTHER, "プロテイン", "Protein", 500) for _ in range(3)),
        Line(LineKind.DISCOUNT, "紹介割", "Referral", -2_000),
        Line(LineKind.OTHER, "タオル", "Towel", 300),
    ]
    charge(person.id, lines, studio_id=gym.id, due_on=now.date(), by=by, now=now)
    desk = sign_in(Role.FRONT_DESK, mail="d2@x.example")
    pay(desk, person, 21_800)
    payment = db.session.query(Payment).one()
    page = desk.open(f"/people/{person.id}/account/payments/{payment.id}/receipt").text
    assert "入会金 ほか2点 代" in page  # protein, once, and a towel; what was taken off is none


def test_a_receipt_for_what_went_back_in_part_says_what_is_kept_and_none_is_for_what_went_back_whole(
    person: Person, charged: Invoice, sign_in: Callable[..., PageClient], by: Actor, now: datetime
) -> None:
    boss = sign_in(Role.MANAGER)
    pay(boss, person, 1_080)
    payment = db.session.query(Payment).one()
    page = f"payments/{payment.id}/receipt"
    typed = {"addressee": "髙﨑商店 御中", "proviso": "お茶 代", "language": "ja"}
    assert send(boss, person, page, typed).status_code == 303
    later = {"by": by, "now": now + timedelta(hours=1)}
    with transaction():
        refund(payment, PaymentKind.CASH, 300, reason="返品", received_on=now.date(), **later)
        said = {"addressee": "髙﨑商店 御中", "proviso": "お茶 代", "language": Language.JA}
        issue(payment, **said, **later)
    assert "¥780" in boss.open(f"/people/{person.id}/account/{page}").text
    first, second = (
        words(boss, f"/people/{person.id}/account/receipts/{one.id}.pdf")
        for one in db.session.query(ReceiptIssue).order_by(ReceiptIssue.position)
    )
    assert "返金" not in first  # as it was printed then
    assert "¥1,080 –" in first
    for part in ("¥780 –", "返金額", "−¥300", "当初の受領額", "¥1,080", charged.label):
        assert part in second
    assert "8%対象" not in second  # the tax of the whole would be too much
    with transaction():
        refund(payment, PaymentKind.CASH, 780, reason="返品", received_on=now.date(), **later)
    refused = send(boss, person, page, typed)
    assert refused.status_code == 409
    assert "返金済み" in refused.text


def test_the_hundredth_printing_is_refused_in_words(
    person: Person, charged: Invoice, sign_in: Callable[..., PageClient]
) -> None:
    desk = sign_in(Role.FRONT_DESK, mail="d2@x.example")
    pay(desk, person, 1_080)
    payment = db.session.query(Payment).one()
    typed = {"addressee": "髙﨑商店 御中", "proviso": "お茶 代", "language": "ja"}
    with patch("backoffice.billing.receipts.MOST", 1):
        assert send(desk, person, f"payments/{payment.id}/receipt", typed).status_code == 303
        assert send(desk, person, f"payments/{payment.id}/receipt", typed).status_code == 409
    assert MOST == 99  # as many as the database takes


def test_an_invoice_states_tax_by_rate_and_what_is_open(
    person: Person, charged: Invoice, sign_in: Callable[..., PageClient]
) -> None:
    desk = sign_in(Role.FRONT_DESK, mail="d2@x.example")
    pay(desk, person, 1_000)
    text = words(desk, f"/people/{person.id}/account/invoices/{charged.id}.pdf")
    for part in (
        "請求書",
        "髙﨑 濵子 様",
        "2026-00001",
        "お茶※",
        "軽減税率",
        "8%対象",
        "¥1,080",
        "ご請求残高",
        "¥80",
    ):
        assert part in text


def test_english_stands_beside_for_who_reads_english(
    person: Person, charged: Invoice, sign_in: Callable[..., PageClient]
) -> None:
    with transaction():
        db.session.get_one(Person, person.id).language = "en"
    text = words(sign_in(Role.MANAGER), f"/people/{person.id}/account/invoices/{charged.id}.pdf")
    for part in ("請求書 / Invoice", "お茶 / Tea", "Amount due"):
        assert part in text


def test_a_sale_is_charged_and_paid_in_one_go(
    gym: Studio, person: Person, now: datetime, sign_in: Callable[..., PageClient]
) -> None:
    with transaction():
        pack = db.session.query(Plan).filter_by(is_monthly=False).one()
        terms = Joining(pack.id, date(2026, 11, 24), trainers(gym.id)[0].id)
        join(person, terms, studio_id=gym.id, lead=None, by=SYSTEM, now=now)
    desk = sign_in(Role.FRONT_DESK)
    address = f"/people/{person.id}/tickets/sale"
    desk.open(address)
    typed = {"plan_id": pack.id, "starts_on": "2026-11-24", "form_token": new_token(), "looked_at": "1"}
    typed["is_another"] = "y"  # they have joined just now, with the same
    too_much = desk.post(address, data=typed | {"paid_kind": "CARD", "paid_yen": "158001"})
    assert too_much.status_code == 409
    for _ in range(2):
        sold = desk.post(address, data=typed | {"paid_kind": "CARD", "paid_yen": "58000"})
        assert sold.status_code == 303
    assert open_yen(gym, person) == 100_000
    assert [one.kind for one in db.session.query(Payment)] == ["CARD"]


@pytest.mark.parametrize(
    "wrong",
    [{"name_ja": "  \u3000 "}, {"due_on": "2026-11-23"}, {"due_on": "9999-12-31"}, {"due_on": "2027-11-26"}],
)
def test_what_stays_in_the_books_for_ever_is_looked_at_first(
    person: Person, sign_in: Callable[..., PageClient], wrong: dict[str, str]
) -> None:
    typed = {
        "name_ja": "お茶",
        "quantity": "1",
        "unit_price_yen": "540",
        "tax_rate": "8",
        "due_on": "2026-11-24",
    }
    assert send(sign_in(Role.FRONT_DESK), person, "charge", typed | wrong).status_code == 422
    assert db.session.query(Invoice).count() == 0


def test_after_the_day_is_counted_the_form_says_for_which_day_it_writes(
    gym: Studio, person: Person, sign_in: Callable[..., PageClient], now: datetime, by: Actor
) -> None:
    desk, address = sign_in(Role.FRONT_DESK), f"/people/{person.id}/account/pay"
    assert "本日のレジは締め済み" not in desk.get(address).text
    with transaction():
        close_day(gym, now.date(), {10_000: 3}, reason="釣銭", by=by, now=now)
    assert "本日のレジは締め済み" in desk.get(address).text


def test_as_much_again_on_one_day_is_asked_about(
    gym: Studio, person: Person, charged: Invoice, sign_in: Callable[..., PageClient]
) -> None:
    """Another sum, another day, and what went back ask nothing; a tick says yes."""
    desk = sign_in(Role.FRONT_DESK, mail="two@x.example")
    assert "is_another" not in desk.open(f"/people/{person.id}/account/pay").text
    assert pay(desk, person, 200).status_code == 303
    asked = pay(desk, person, 200)
    assert asked.status_code == 409
    assert "同額（¥200）の入金が登録済みです（11月24日(火) 12:00 検査 花）" in asked.text
    assert 'name="is_another"' in asked.text
    assert open_yen(gym, person) == 880
    assert pay(desk, person, 100).status_code == 303
    assert pay(desk, person, 200, received_on="2026-11-23").status_code == 303
    assert pay(desk, person, 200, is_another="y").status_code == 303
    assert open_yen(gym, person) == 380
    payments = db.session.scalars(select(Payment).where(Payment.amount_yen == 200)).all()
    with transaction():
        for one in payments:
            day = date(2026, 11, 24)
            refund(one, PaymentKind.CASH, 200, reason="誤り", received_on=day, by=SYSTEM, now=one.created_at)
    assert pay(desk, person, 200).status_code == 303


def test_a_part_is_named_as_a_part(
    gym: Studio, person: Person, sign_in: Callable[..., PageClient], by: Actor, now: datetime
) -> None:
    line = Line(LineKind.PACK, "回数券 16回", "Pack of 16", 158_000)
    invoice = charge(person.id, [line], studio_id=gym.id, due_on=now.date(), by=by, now=now)
    desk = sign_in(Role.FRONT_DESK, mail="d2@x.example")
    pay(desk, person, 58_000)
    first = db.session.query(Payment).one()
    page = f"/people/{person.id}/account/payments/{first.id}/receipt"
    assert 'value="回数券 16回 代の一部"' in desk.open(page).text
    whole = charge(person.id, [line], studio_id=gym.id, due_on=now.date(), by=by, now=now)
    paid = pay_invoice(whole, PaymentKind.CARD, 158_000, received_on=now.date(), by=by, now=now)
    assert (proviso_of(first), proviso_of(paid)) == ("回数券 16回 代の一部", "回数券 16回 代")
    assert invoice.id != whole.id


def test_a_receipt_says_the_day_on_which_the_money_came(
    gym: Studio,
    person: Person,
    charged: Invoice,
    sign_in: Callable[..., PageClient],
    by: Actor,
    now: datetime,
) -> None:
    """After the close the books say tomorrow and the paper today; a transfer of an earlier day keeps its day."""
    today = now.date()
    close_day(gym, today, {10_000: 3}, reason="", by=by, now=now)
    late = pay_invoice(charged, PaymentKind.CASH, 500, received_on=today + timedelta(days=1), by=by, now=now)
    typed = pay_invoice(
        charged, PaymentKind.TRANSFER, 580, received_on=today - timedelta(days=3), by=by, now=now
    )
    desk = sign_in(Role.FRONT_DESK, mail="d2@x.example")
    for payment in (late, typed):
        said = {"addressee": "髙﨑商店 御中", "proviso": "お茶 代", "language": "ja"}
        assert send(desk, person, f"payments/{payment.id}/receipt", said).status_code == 303
    first, second = (
        words(desk, f"/people/{person.id}/account/receipts/{one.id}.pdf")
        for one in db.session.query(ReceiptIssue).order_by(ReceiptIssue.id)
    )
    assert "2026年11月25日" not in first
    assert first.count("2026年11月24日") == 2  # received and printed
    assert "2026年11月21日" in second


def test_money_is_not_dated_months_before_its_invoice(
    person: Person, charged: Invoice, sign_in: Callable[..., PageClient]
) -> None:
    desk = sign_in(Role.FRONT_DESK, mail="d2@x.example")
    refused = pay(desk, person, 100, received_on="2026-10-23")
    assert refused.status_code == 422
    assert "請求書" in refused.text
    assert pay(desk, person, 100, received_on="2026-10-24").status_code == 303


def test_all_of_it_taken_by_a_colleague_is_said_not_missing(
    gym: Studio, person: Person, charged: Invoice, sign_in: Callable[..., PageClient]
) -> None:
    """The commonest second payment: everything open, from a page that was opened before."""
    desk = sign_in(Role.FRONT_DESK, mail="two@x.example")
    assert pay(desk, person, 1_080).status_code == 303
    for more in ({}, {"is_another": "y"}):
        told = pay(desk, person, 1_080, **more)
        assert told.status_code == 409
        assert "¥1,080は受領済みです（11月24日(火) 12:00 検査 花）。未払いはもうありません。" in told.text
    assert "未払いはもうありません。何も記録していません。" in pay(desk, person, 90).text
    assert db.session.query(Payment).count() == 1
