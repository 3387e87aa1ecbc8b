"""What the members paid: packs on the day they were sold, months when they begin."""

from collections.abc import Iterator
from datetime import date, time

from sqlalchemy import exists, select

from backoffice.billing.actions import Line, charge, pay
from backoffice.billing.models import InvoiceLine, LineKind, PaymentKind
from backoffice.clients.models import Client
from backoffice.core.audit import SYSTEM
from backoffice.core.clock import at_local, local_date
from backoffice.core.db import db, transaction
from backoffice.demo.diary import Diary
from backoffice.memberships.freezes import freezes_of, months_due
from backoffice.memberships.models import Membership

OPENS = time(10)


def tell_money(diary: Diary) -> None:
    """Charge and take what every agreement owed until today, unless it was charged before."""
    today = local_date(diary.now, diary.studio.zone)
    is_charged = exists().where(InvoiceLine.membership_id == Membership.id)
    query = select(Membership, Client.person_id).join(Client, Client.id == Membership.client_id)
    agreements = db.session.execute(query.where(~is_charged).order_by(Membership.id)).all()
    for number, (membership, person_id) in enumerate(agreements):
        diary.progress("payments", number, len(agreements))
        with transaction():
            for line, day in _owed(membership, today):
                _take(diary, person_id, line, day)


def _owed(membership: Membership, today: date) -> Iterator[tuple[Line, date]]:
    names = (membership.name_ja, membership.name_en)
    if not membership.is_monthly and membership.starts_on <= today:
        line = Line(LineKind.PACK, *names, membership.price_yen, membership_id=membership.id)
        yield line, membership.starts_on
    freezes = freezes_of([membership.id])[membership.id]
    for month in months_due(membership, freezes, first=membership.starts_on, last=today):
        kind = LineKind.FREEZE if month.is_frozen else LineKind.MONTH
        line = Line(kind, *names, month.price_yen, membership_id=membership.id, month_on=month.first)
        yield line, month.first


def _take(diary: Diary, person_id: int, line: Line, day: date) -> None:
    kinds = (
        (PaymentKind.DEBIT,) if line.month_on else (PaymentKind.CARD, PaymentKind.CASH, PaymentKind.TRANSFER)
    )
    at = min(diary.now, at_local(day, OPENS, diary.studio.zone))
    invoice = charge(person_id, [line], studio_id=diary.studio.id, due_on=day, by=SYSTEM, now=at)
    if line.unit_price_yen:
        kind = diary.random.choice(kinds)
        pay(invoice, kind, line.unit_price_yen, received_on=day, by=SYSTEM, now=at)
