"""Results of a direct debit (口座振替) from the bank's file: each row judged, then written, or left out."""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import exists, func, select, union_all
from sqlalchemy.orm import aliased

from backoffice.billing.actions import take
from backoffice.billing.models import FailedDebit, Invoice, Payment, PaymentKind, PaymentPart
from backoffice.billing.queries import Item, items, items_of
from backoffice.clients.models import Client
from backoffice.core.audit import Actor, record
from backoffice.core.db import db
from backoffice.core.errors import Invalid
from backoffice.core.language import N_
from backoffice.core.tables.reading import MOST_BYTES, read_table
from backoffice.core.uploads import Upload, find_upload, keep_upload
from backoffice.studio.models import Studio
from backoffice.todos.actions import add_todo
from backoffice.todos.models import Todo, TodoKind

UPLOAD = "debits"
MARK = "debit:"
"""How the source of what a file brought begins."""
TITLES = {
    "key": ("会員番号", "顧客番号", "請求書番号", "member number", "invoice number"),
    "amount": ("金額", "振替金額", "引落金額", "amount"),
    "code": ("結果", "結果コード", "振替結果", "result"),
}
DONE = "0"
CODES = {
    "1": N_("Not enough money on the account"),
    "2": N_("The account does not exist"),
    "3": N_("Stopped by the account holder"),
    "4": N_("The bank has no mandate"),
    "8": N_("Stopped by the gym"),
    "9": N_("Another reason"),
}
"""Result codes of the Japanese Bankers Association's format for direct debits."""
NO_COLUMNS = N_("The file needs columns for the member or invoice number, the amount and the result.")
NOBODY = N_("No member and no invoice has this number.")
NO_AMOUNT = N_("The amount is no number of yen.")
NO_CODE = N_("This result code is not known.")
TOO_MUCH = N_("More than is open: please write this one down by hand.")
PAID_ALREADY = N_("Nothing is open any more: it was paid already.")
TASK = N_("A direct debit failed: please ask for the payment")


class Verdict(StrEnum):
    """What happens with a row."""

    PAID = "paid"
    FAILED = "failed"
    KNOWN = "known"
    LEFT_OUT = "left out"


@dataclass(frozen=True)
class Row:
    """A row of the file with its verdict and why (a marked text), and whose open items it is about.

    `taken_on`: when as much of them was debited by another file.
    """

    number: int
    key: str
    amount_yen: int
    verdict: Verdict
    why: str = ""
    person_id: int | None = None
    invoice_ids: tuple[int, ...] = ()
    invoices: tuple[str, ...] = ()
    taken_on: date | None = None


def keep_file(content: bytes, name: str, *, by: Actor, now: datetime) -> Upload:
    """Keep a file until somebody has looked at it. Refuses (Invalid) what cannot be read as such a file."""
    _columns(content)
    return keep_upload(UPLOAD, content, name, most_bytes=MOST_BYTES, by=by, now=now)


def judge(content: bytes, studio: Studio) -> list[Row]:
    """What would happen with each row; nothing is written."""
    mark, taken = _mark(content), Counter[int]()
    known = _known(mark)
    return [_judged(studio, cells, f"{mark}:{cells[0]}" in known, taken) for cells in _columns(content)]


def import_file(token: str, studio: Studio, day: date, *, by: Actor, now: datetime) -> dict[Verdict, int]:
    """Write what the bank took on a day as payments, and a task for each failed debit; how many rows got which verdict.

    Sent twice it answers what it did; with the same file chosen again nothing is written, and nobody asked, twice.
    A row that is refused is left out. Raises `NotFound`; what `take` refuses of a day refuses the whole file.
    """
    upload = find_upload(UPLOAD, token, by=by, lock=True)
    if upload.imported_at is not None:
        return {verdict: int(upload.result[verdict.value]) for verdict in Verdict}
    counts, mark = dict.fromkeys(Verdict, 0), _mark(upload.content)
    # Two copies of one file wait for each other, so that each sees what the other wrote.
    db.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(mark, 0))))
    known = _known(mark)
    for number, key, amount, code in _columns(upload.content):
        source = f"{mark}:{number}"
        row = _judged(studio, (number, key, amount, code), source in known, Counter())
        counts[row.verdict] += 1
        if row.verdict is Verdict.PAID:
            ids, yen = row.invoice_ids, row.amount_yen
            take(ids, PaymentKind.DEBIT, yen, received_on=day, source=source, by=by, now=now)
        elif row.verdict is Verdict.FAILED and row.person_id is not None:
            db.session.add(FailedDebit(studio_id=studio.id, source=source, created_at=now))
            _ask(studio, row.person_id, by=by, now=now)
    upload.imported_at, upload.result = now, {verdict.value: number for verdict, number in counts.items()}
    record("payment.imported", "payment", None, by=by, now=now, after=upload.result)
    return counts


def _known(mark: str) -> set[str]:
    """Rows of a file that were taken, or had failed, when it was chosen before."""
    sources = (select(one.source).where(one.source.startswith(f"{mark}:")) for one in (Payment, FailedDebit))
    return set(db.session.scalars(union_all(*sources)))


def _judged(studio: Studio, cells: tuple[int, str, str, str], is_known: bool, taken: Counter[int]) -> Row:
    """The verdict of a row. `taken`: yen by invoice that rows before it took and that are not in the books yet."""
    number, key, amount, code = cells
    yen = int(amount) if re.fullmatch(r"\d{1,8}", amount, re.ASCII) else 0
    found = _open_items(studio, key)
    if found is None:
        return Row(number, key, yen, Verdict.LEFT_OUT, NOBODY)
    person_id, named, open_items = found
    left = {item.invoice.id: item.open_yen - taken[item.invoice.id] for item in open_items}
    ids = tuple(invoice_id for invoice_id, open_yen in left.items() if open_yen > 0)

    labels = tuple(item.invoice.label for item in open_items if item.invoice.id in ids)

    def row(verdict: Verdict, why: str = "", taken_on: date | None = None) -> Row:
        return Row(number, key, yen, verdict, why, person_id, ids, labels, taken_on)

    if is_known:
        return row(Verdict.KNOWN)
    if code in CODES:
        return row(Verdict.FAILED, CODES[code])
    if code != DONE:
        return row(Verdict.LEFT_OUT, NO_CODE)
    if not yen:
        return row(Verdict.LEFT_OUT, NO_AMOUNT)
    if yen > sum(left[invoice_id] for invoice_id in ids):
        day = _debited(studio.id, person_id, named, yen)
        if day is not None and named is not None:
            return row(Verdict.KNOWN, taken_on=day)
        # By a member's number it may be the month before that was as much: a person has to look.
        return row(Verdict.LEFT_OUT, TOO_MUCH if open_items else PAID_ALREADY, taken_on=day)
    rest = yen
    for invoice_id in ids:
        taken[invoice_id] += (part := min(rest, left[invoice_id]))
        rest -= part
    return row(Verdict.PAID)


def _debited(studio_id: int, person_id: int, invoice_id: int | None, yen: int) -> date | None:
    """The last day on which a file took as many yen of a person, or for that invoice, that did not go back."""
    back = aliased(Payment)
    query = select(func.max(Payment.received_on)).where(
        Payment.studio_id == studio_id, Payment.person_id == person_id, Payment.amount_yen == yen,
        Payment.source.startswith(MARK), ~exists().where(back.refunds_id == Payment.id),
    )  # fmt: skip
    if invoice_id is not None:
        query = query.where(
            exists().where(PaymentPart.payment_id == Payment.id, PaymentPart.invoice_id == invoice_id)
        )
    return db.session.scalar(query)


def _open_items(studio: Studio, key: str) -> tuple[int, int | None, list[Item]] | None:
    """Whose number it is, the invoice it names (that one alone is meant then), and what of it is open."""
    if named := re.fullmatch(r"(\d{4})-(\d{1,9})", key, re.ASCII):
        query = select(Invoice).where(
            Invoice.studio_id == studio.id, Invoice.year == int(named[1]), Invoice.number == int(named[2]),
            Invoice.credits_id.is_(None),
        )  # fmt: skip
        found = db.session.scalars(query).one_or_none()
        return None if found is None else (found.person_id, found.id, _open(items([found.id])))
    if not re.fullmatch(r"\d{1,9}", key, re.ASCII):
        return None
    person_id = db.session.scalar(select(Client.person_id).where(Client.member_number == int(key)))
    return None if person_id is None else (person_id, None, _open(items_of(person_id, studio.id)))


def _open(found: Sequence[Item]) -> list[Item]:
    """What is not settled, the earliest due first, as money is spread over it."""
    due = sorted(found, key=lambda item: (item.invoice.due_on, item.invoice.id))
    return [item for item in due if item.open_yen > 0]


def _ask(studio: Studio, person_id: int, *, by: Actor, now: datetime) -> None:
    """One open task for a person, however many debits failed."""
    query = select(Todo.id).where(
        Todo.kind == TodoKind.DEBIT_FAILED, Todo.person_id == person_id, Todo.done_at.is_(None)
    )
    if db.session.scalar(query.limit(1)) is None:
        add_todo(
            TodoKind.DEBIT_FAILED, TASK, studio_id=studio.id, due_at=now, person_id=person_id, by=by, now=now
        )


def _columns(content: bytes) -> list[tuple[int, str, str, str]]:
    """Line, number, amount and code of each row that is not blank. Refuses (Invalid) a file without these columns."""
    table = read_table(
        content, is_header=lambda titles: any(_at(titles, name) is not None for name in TITLES)
    )
    places = [_at(table.header, name) for name in TITLES]
    if None in places:
        raise Invalid(NO_COLUMNS, field="file")
    rows = []
    for number, cells in table.rows:
        key, amount, code = (_plain(cells[at]) if at is not None and at < len(cells) else "" for at in places)
        if key or amount or code:
            rows.append((number, key, re.sub("[,¥円]", "", amount), code))
    return rows


def _plain(cell: str) -> str:
    """A cell with digits as a computer writes them: ０１２ is 012."""
    return unicodedata.normalize("NFKC", cell).strip()


def _at(titles: Sequence[str], name: str) -> int | None:
    return next((at for at, title in enumerate(titles) if title.strip().lower() in TITLES[name]), None)


def _mark(content: bytes) -> str:
    return f"{MARK}{hashlib.sha256(content).hexdigest()[:24]}"
