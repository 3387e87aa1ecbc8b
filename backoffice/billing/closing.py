"""The close of a day (レジ締め): what the books say by kind, the cash as it was counted, and why they differ."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from backoffice.billing.days import close_of, hold_day
from backoffice.billing.models import DayClose, Payment, PaymentKind
from backoffice.billing.queries import settings_of
from backoffice.core.audit import Actor, record
from backoffice.core.clock import local_date
from backoffice.core.contact import plain_text
from backoffice.core.db import db
from backoffice.core.errors import DomainError, Invalid, NotFound
from backoffice.core.language import N_
from backoffice.people.models import Person
from backoffice.studio.models import Studio

NOTES_AND_COINS = (10_000, 5_000, 2_000, 1_000, 500, 100, 50, 10, 5, 1)
MOST_OF_ONE = 9_999
LONGEST_REASON = 300

COUNT = N_("Please enter a number from 0 to 9,999.")
WHY_DIFFERENT = N_(
    "Counted: ¥%(counted)s. By the books: ¥%(books)s. The difference is %(difference)s yen. "
    "Please say why, or count again."
)
WHY_OPEN = N_("Please say why the day is opened again.")
NOT_YET = N_("That day has not come yet.")


class ClosedAlready(DomainError):
    """Somebody closed the day meanwhile."""

    status = 409
    message = N_("This day is closed already.")


@dataclass(frozen=True)
class Day:
    """What the books say of one day in yen: by kind what came and went, and the cash there should be with the float."""

    day: date
    came: Mapping[PaymentKind, int]
    went: Mapping[PaymentKind, int]
    float_yen: int

    @property
    def totals(self) -> dict[PaymentKind, int]:
        """What came less what went, by kind; every kind."""
        return {kind: self.came.get(kind, 0) + self.went.get(kind, 0) for kind in PaymentKind}

    @property
    def total_yen(self) -> int:
        """All of it."""
        return sum(self.totals.values())

    @property
    def cash_yen(self) -> int:
        """What should lie in the drawer."""
        return self.float_yen + self.totals[PaymentKind.CASH]


def day_of(studio_id: int, day: date) -> Day:
    """The sums of a day as they stand now."""
    amount = Payment.amount_yen
    query = (
        select(Payment.kind, func.sum(func.greatest(amount, 0)), func.sum(func.least(amount, 0)))
        .where(Payment.studio_id == studio_id, Payment.received_on == day)
        .group_by(Payment.kind)
    )
    rows = [(PaymentKind(kind), int(came), int(went)) for kind, came, went in db.session.execute(query)]
    came, went = {kind: yen for kind, yen, _back in rows}, {kind: back for kind, _yen, back in rows}
    return Day(day, came, went, settings_of(studio_id).float_yen)


def payments_on(studio_id: int, day: date) -> list[tuple[Payment, Person]]:
    """The payments and refunds of a day and whose they are, in the order they were written."""
    query = select(Payment, Person).join(Person, Person.id == Payment.person_id)
    rows = db.session.execute(
        query.where(Payment.studio_id == studio_id, Payment.received_on == day).order_by(Payment.id)
    )
    return [(payment, person) for payment, person in rows]


def closes_of(studio_id: int, day: date) -> list[DayClose]:
    """Every close of a day, those opened again too, the newest first."""
    query = select(DayClose).where(DayClose.studio_id == studio_id, DayClose.day == day)
    return list(db.session.scalars(query.order_by(DayClose.id.desc())))


def counted(counts: Mapping[int, int]) -> int:
    """Yen of so many of each note and coin. Pure."""
    return sum(worth * number for worth, number in counts.items())


def close_day(
    studio: Studio, day: date, counts: Mapping[int, int], *, reason: str, by: Actor, now: datetime
) -> DayClose:
    """Close a day: from now on no payment of it can be written. Waits for payments that are being written.

    `counts`: how many of each note and coin. Refuses (ClosedAlready) a second close; (Invalid) a day ahead, impossible
    numbers, or a difference without a reason.
    """
    if day > local_date(now, studio.zone):
        raise Invalid(NOT_YET)
    if not set(counts) <= set(NOTES_AND_COINS) or not all(0 <= n <= MOST_OF_ONE for n in counts.values()):
        raise Invalid(COUNT)
    hold_day(studio.id, day, alone=True)
    if close_of(studio.id, day) is not None:
        raise ClosedAlready
    books, cash, words = day_of(studio.id, day), counted(counts), plain_text(reason, LONGEST_REASON)
    if cash != books.cash_yen and not words:
        raise Invalid(
            WHY_DIFFERENT, field="reason", counted=f"{cash:,}", books=f"{books.cash_yen:,}",
            difference=f"{cash - books.cash_yen:+,}".replace("-", "−"),
        )  # fmt: skip
    made = DayClose(
        studio_id=studio.id, day=day, totals={kind.value: yen for kind, yen in books.totals.items()},
        counts={str(worth): number for worth, number in counts.items()}, float_yen=books.float_yen,
        counted_yen=cash, reason=words or None, closed_at=now, closed_by=by.label,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    after = {"day": day, "counted_yen": cash, "difference_yen": cash - books.cash_yen}
    record("day_close.closed_day", "day_close", made.id, by=by, now=now, after=after)
    return made


def reopen_day(studio_id: int, day: date, *, reason: str, by: Actor, now: datetime) -> None:
    """Open a closed day again; the close stays readable. Refuses (Invalid) no reason; `NotFound` for an open day."""
    words = plain_text(reason, LONGEST_REASON)
    if not words:
        raise Invalid(WHY_OPEN, field="reason")
    hold_day(studio_id, day, alone=True)
    standing = close_of(studio_id, day)
    if standing is None:
        raise NotFound
    standing.reopened_at, standing.reopened_by, standing.reopen_reason = now, by.label, words
    db.session.flush()
    record("day_close.reopened", "day_close", standing.id, by=by, now=now, after={"day": day})


def remove_words(studio_id: int, day: date, *, by: Actor, now: datetime) -> None:
    """Take away what was typed at the closes of a day, for good: somebody in it may have asked to be erased.

    The sums stay, and who took the words away. Nothing is left to do for whoever presses second.
    """
    query = select(DayClose).where(DayClose.studio_id == studio_id, DayClose.day == day)
    rows = db.session.scalars(query.order_by(DayClose.id).with_for_update())
    worded = [row for row in rows if row.has_words]
    for row in worded:
        row.reason = row.reopen_reason = None
        row.words_removed_at, row.words_removed_by = now, by.label
    db.session.flush()
    for row in worded:
        record("day_close.words_removed", "day_close", row.id, by=by, now=now, after={"day": day})


def expected_cash(close: DayClose) -> int:
    """What should have lain in the drawer at a close."""
    return close.float_yen + int(close.totals.get(PaymentKind.CASH, 0))
