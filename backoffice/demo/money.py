"""The money of the demo: what was sold is charged week by week, most of it is paid, a little is overdue."""

from datetime import datetime, timedelta

from sqlalchemy import select

from backoffice.billing.actions import pay
from backoffice.billing.charging import Paid, charge_membership, charge_months
from backoffice.billing.closing import close_day, day_of
from backoffice.billing.fees import follow_cancellations
from backoffice.billing.house import House, change_settings
from backoffice.billing.models import Invoice, InvoiceLine, PaymentKind
from backoffice.billing.queries import items
from backoffice.billing.visit_fees import follow_fees
from backoffice.clients.models import Client
from backoffice.core.audit import SYSTEM
from backoffice.core.clock import local_date
from backoffice.core.db import db, transaction
from backoffice.demo.diary import Diary
from backoffice.memberships.models import Membership

AT_ONCE = (PaymentKind.CARD, PaymentKind.CARD, PaymentKind.CASH, PaymentKind.PAYPAY, PaymentKind.TRANSFER)
PAID_AT_ONCE, MONTHS_PAID = 0.94, 0.96
HOUSE = House(
    issuer_ja="株式会社整（デモ）", issuer_en="SEI Inc. (demo)", registration_number="T0000000000000",
    bank_ja="デモ銀行 二条支店 普通 0000000 カ)セイ", bank_en="Demo Bank, Nijo branch, ordinary 0000000",
    payment_days=14, float_yen=30_000, late_cancel_yen=3_300, no_show_yen=5_500,
)  # fmt: skip


def tell_money(diary: Diary, since: datetime) -> None:
    """Charge packs as they were sold and months as they began, from the founding to now; yesterday is counted."""
    with transaction():
        house = change_settings(diary.studio.id, HOUSE, version=None, by=SYSTEM, now=since)
        # Trials of before were counted without books.
        house.visits_from = local_date(diary.now, diary.studio.zone)
        charged = select(InvoiceLine.id).where(InvoiceLine.membership_id == Membership.id)
        sold = select(Membership, Client.person_id).join(Client, Client.id == Membership.client_id)
        sold = sold.where(~charged.exists(), ~Membership.is_monthly)
        left = list(db.session.execute(sold.order_by(Membership.created_at, Membership.id)))
    at = since
    while at < diary.now:
        at = min(at + timedelta(days=7), diary.now)
        with transaction():
            while left and left[0][0].created_at <= at:
                _charge_sale(diary, *left.pop(0))
            _charge_months(diary, at)
    with transaction():
        follow_fees(diary.studio, by=SYSTEM, now=diary.now)
        follow_cancellations(diary.studio, by=SYSTEM, now=diary.now)
        _count_yesterday(diary)


def _charge_sale(diary: Diary, membership: Membership, person_id: int) -> None:
    has_paid = diary.random.random() < PAID_AT_ONCE
    paid = Paid(diary.random.choice(AT_ONCE)) if has_paid else None
    charge_membership(
        membership, person_id, studio=diary.studio, paid=paid, by=SYSTEM, now=membership.created_at
    )


def _charge_months(diary: Diary, at: datetime) -> None:
    """The months that have begun are charged; the bank takes most of them."""
    last = db.session.scalar(select(Invoice.id).order_by(Invoice.id.desc()).limit(1)) or 0
    charge_months(diary.studio, by=SYSTEM, now=at)
    new = db.session.scalars(select(Invoice.id).where(Invoice.id > last)).all()
    for item in items(new):
        if diary.random.random() < MONTHS_PAID:
            day = local_date(at, diary.studio.zone)
            pay(item.invoice, PaymentKind.DEBIT, item.open_yen, received_on=day, by=SYSTEM, now=at)


def _count_yesterday(diary: Diary) -> None:
    """Every coin is there."""
    day = local_date(diary.now, diary.studio.zone) - timedelta(days=1)
    cash = day_of(diary.studio.id, day).cash_yen
    counts = {10_000: cash // 10_000, 1_000: cash % 10_000 // 1_000, 100: cash % 1_000 // 100}
    close_day(diary.studio, day, counts, reason="", by=SYSTEM, now=diary.now)
