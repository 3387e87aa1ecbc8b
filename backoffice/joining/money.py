"""What joining costs, line by line: shown, signed, printed and charged alike."""

from datetime import date, datetime, timedelta

from backoffice.billing.actions import Line
from backoffice.billing.charging import Paid, charge_membership
from backoffice.billing.models import Invoice, LineKind, PaymentKind
from backoffice.billing.standing_fees import trial_fee
from backoffice.core.audit import Actor
from backoffice.core.clock import at_local, local_date
from backoffice.joining.models import TakenFrom
from backoffice.joining.queries import Agreed
from backoffice.memberships.models import Membership, Plan
from backoffice.studio.models import Studio

CONSUMPTION_TAX = 10
"""Percent, on the joining fee and the trial."""
OUTSIDE_TAX = 0
"""A deposit is paid back, so no tax is on it."""


def lines(agreed: Agreed) -> list[Line]:
    """The lines of a paper in yen with tax: the plan (of a month the first one), the deposit, and what is `added`."""
    paper, plan = agreed.paper, agreed.plan
    kind = LineKind.MONTH if plan.is_monthly else LineKind.PACK
    found = [Line(kind, plan.name_ja, plan.name_en, paper.price_yen, tax_rate=plan.tax_rate)]
    if paper.deposit_yen:
        found.append(Line(LineKind.DEPOSIT, "預り金", "Deposit", paper.deposit_yen, tax_rate=OUTSIDE_TAX))
    return found + added(agreed)


def added(agreed: Agreed, *, membership_id: int | None = None) -> list[Line]:
    """What joining adds to the plan: the fee, what is taken off, the trial fee that is credited.

    What is taken off the plan names its membership: it makes its sessions cheaper, also when they are paid back.
    """
    paper = agreed.paper
    rate_of = {TakenFrom.PLAN: agreed.plan.tax_rate, TakenFrom.FEE: CONSUMPTION_TAX}
    found = [Line(LineKind.JOINING, "入会金", "Joining fee", paper.joining_fee_yen)]
    found += [
        Line(
            LineKind.DISCOUNT,
            one.name_ja,
            one.name_en,
            -one.yen,
            tax_rate=rate_of[TakenFrom(one.taken_from)],
            membership_id=membership_id if one.taken_from == TakenFrom.PLAN else None,
        )
        for one in agreed.discounts
    ]
    found.append(Line(LineKind.TRIAL_CREDIT, "体験料金の充当", "Trial fee credited", -paper.trial_credit_yen))
    return [one for one in found if one.unit_price_yen]


def off_plan(agreed: Agreed) -> int:
    """Yen taken off the plan itself."""
    return sum(one.yen for one in agreed.discounts if one.taken_from == TakenFrom.PLAN)


def total_yen(agreed: Agreed) -> int:
    """What is to pay when joining."""
    return sum(one.unit_price_yen for one in lines(agreed))


def trial_credit(person_id: int, plan: Plan, studio: Studio, *, left_yen: int, now: datetime) -> int:
    """The fee of a trial held within the plan's days before today, as far as there is something left to pay.

    A fee that was waived is not credited; whether it was paid is asked when somebody joins (`is_trial_paid`).
    """
    if not plan.trial_credit_days:
        return 0
    first: date = local_date(now, studio.zone) - timedelta(days=plan.trial_credit_days)
    trial = trial_fee(person_id, since=at_local(first, datetime.min.time(), studio.zone))
    return 0 if trial is None else min(trial.fee_yen, left_yen)


def is_trial_paid(agreed: Agreed) -> bool:
    """Whether as much of the trial fee was paid as the papers credit."""
    trial = trial_fee(agreed.paper.person_id)
    return agreed.paper.trial_credit_yen <= (0 if trial is None else trial.paid_yen)


def charge_joining(
    studio: Studio,
    agreed: Agreed,
    membership: Membership,
    paid_with: PaymentKind | None,
    *,
    by: Actor,
    now: datetime,
) -> Invoice | None:
    """The invoice of a joining, the same sum as signed; with `paid_with` it is paid at once. None when it is free."""
    paid = None if paid_with is None else Paid(paid_with)
    extra = added(agreed, membership_id=membership.id)
    return charge_membership(
        membership, agreed.paper.person_id, studio=studio, extra=extra, paid=paid, by=by, now=now
    )
