"""What somebody agrees to beyond the sum of the first day: kept with the papers, said alike on screen and in print."""

from dataclasses import asdict, dataclass, fields
from typing import Any

from backoffice.billing.queries import settings_of
from backoffice.core.language import N_, Language, pick, translate
from backoffice.memberships.models import Plan
from backoffice.studio.models import Studio
from backoffice.studio.queries import services


@dataclass(frozen=True)
class Contract:
    """Plan and rules of the house on the day they were agreed on. Yen with tax; 0 yen: it costs nothing."""

    name_ja: str
    name_en: str
    is_monthly: bool
    price_yen: int
    sessions: int
    valid_months: int | None
    carries_months: int
    deposit_yen: int
    cut_off_day: int
    freeze_fee_yen: int
    late_cancel_yen: int
    no_show_yen: int
    forgives_first: bool
    cancel_until_hours: tuple[int, ...]
    """Hours before the start, of each service that uses a session; a service each, without doubles."""


def contract_now(plan: Plan, studio: Studio) -> dict[str, Any]:
    """What is agreed to if it is agreed today, as it is kept."""
    own = settings_of(studio.id)
    hours = {one.cancel_until_hours for one in services(studio.id) if one.uses_tickets}
    return asdict(
        Contract(
            plan.name_ja, plan.name_en, plan.is_monthly, plan.price_yen, plan.sessions, plan.valid_months,
            plan.carries_months, plan.deposit_yen, studio.cut_off_day, studio.freeze_fee_yen, own.late_cancel_yen,
            own.no_show_yen, studio.forgives_first_late_cancel, tuple(sorted(hours)),
        )
    )  # fmt: skip


def contract_of(kept: dict[str, Any] | None) -> Contract | None:
    """What was kept; None for papers from before it was."""
    if kept is None:
        return None
    return Contract(**{one.name: kept[one.name] for one in fields(Contract)})


def contract_rows(kept: dict[str, Any] | None, language: str) -> list[tuple[str, str]]:
    """The contract as names and values in a language; none for papers from before it was kept."""
    one = contract_of(kept)
    if one is None:
        return []
    rows = [
        (N_("Plan"), pick(language, one.name_ja, one.name_en)),
        *_price(one, language),
        *_leaving(one, language),
        *_cancelling(one, language),
    ]
    return [(translate(name, language), value) for name, value in rows]


def _price(one: Contract, language: str) -> list[tuple[str, str]]:
    yen = _yen(one.price_yen)
    if one.is_monthly:
        said = [
            (N_("Monthly fee"), translate(N_("%(yen)s each month, tax included"), language, yen=yen)),
            (N_("Number of sessions"), translate(N_("%(n)s a month"), language, n=one.sessions)),
            (N_("Unused sessions"), _carried(one.carries_months, language)),
        ]
    else:
        said = [
            (N_("Price"), translate(N_("%(yen)s in all, tax included"), language, yen=yen)),
            (N_("Number of sessions"), translate(N_("%(n)s in all"), language, n=one.sessions)),
            (N_("Can be used for"), _valid(one.valid_months, language)),
        ]
    if one.deposit_yen:
        back = N_("%(yen)s, paid back when you leave")
        said.append((N_("Deposit"), translate(back, language, yen=_yen(one.deposit_yen))))
    return said


def _carried(months: int, language: str) -> str:
    if months == 0:
        return translate(N_("End with their month"), language)
    if months == 1:
        return translate(N_("Can be used one month longer"), language)
    return translate(N_("Can be used %(n)s months longer"), language, n=months)


def _valid(months: int | None, language: str) -> str:
    if months is None:
        return translate(N_("No end"), language)
    if months == 1:
        return translate(N_("One month from the first day"), language)
    return translate(N_("%(n)s months from the first day"), language, n=months)


def _leaving(one: Contract, language: str) -> list[tuple[str, str]]:
    """Only months are frozen and left with notice; a pack ends by itself."""
    if not one.is_monthly:
        return []
    until = N_(
        "Tell us by day %(n)s of a month to freeze or leave from the next month on; later, from the one after"
    )
    fee = N_("%(yen)s for each month") if one.freeze_fee_yen else N_("Nothing")
    return [
        (N_("Freezing and leaving"), translate(until, language, n=one.cut_off_day)),
        (N_("Fee while frozen"), translate(fee, language, yen=_yen(one.freeze_fee_yen))),
    ]


def _cancelling(one: Contract, language: str) -> list[tuple[str, str]]:
    hours = translate(N_(" or "), language).join(str(hours) for hours in one.cancel_until_hours)
    late = [
        translate(
            N_("Later than %(hours)s hours before the start one session is used."), language, hours=hours
        )
    ]
    missed = [translate(N_("One session is used."), language)]
    fee = N_("Without a session left: %(yen)s.")
    if one.late_cancel_yen:
        late.append(translate(fee, language, yen=_yen(one.late_cancel_yen)))
    if one.forgives_first:
        late.append(translate(N_("The first of a month is forgiven."), language))
    if one.no_show_yen:
        missed.append(translate(fee, language, yen=_yen(one.no_show_yen)))
    space = "" if language == Language.JA else " "
    rows = [(N_("Not coming without a word"), space.join(missed))]
    return [(N_("Cancelling late"), space.join(late)), *rows] if hours else rows


def _yen(amount: int) -> str:
    return f"¥{amount:,}"
