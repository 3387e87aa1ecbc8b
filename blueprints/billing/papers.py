"""Invoices and receipts as they are printed: in Japanese, or with the English word beside each Japanese one."""

from collections.abc import Sequence
from datetime import date

from backoffice.billing import queries
from backoffice.billing.models import (
    BillingSettings,
    Invoice,
    InvoiceLine,
    Payment,
    PaymentKind,
    Receipt,
    ReceiptIssue,
)
from backoffice.billing.receipts import day_received, went_back
from backoffice.billing.taxes import by_rate
from backoffice.core.contact import format_phone
from backoffice.core.language import Language
from backoffice.core.paper.sheet import Column, Sheet
from backoffice.people.models import Person
from blueprints.support.clock import now
from blueprints.support.filters import show_yen
from blueprints.support.studio import current_studio

REDUCED = "※"
STAMPED_FROM = 50_000
"""Yen in cash from which a printed receipt carries a revenue stamp (印紙税法, table of rates, no. 17)."""
KIND_WORDS = {
    PaymentKind.CASH: ("現金", "cash"),
    PaymentKind.CARD: ("クレジットカード", "card"),
    PaymentKind.TRANSFER: ("銀行振込", "bank transfer"),
    PaymentKind.DEBIT: ("口座振替", "direct debit"),
    PaymentKind.PAYPAY: ("PayPay", "PayPay"),
    PaymentKind.OTHER: ("その他", "another way"),
}


def invoice_paper(invoice: Invoice, person: Person) -> bytes:
    """請求書, or 返還請求書 for what takes one back: a qualified invoice once the gym has its number."""
    words, own = Words(person.language), queries.settings_of(invoice.studio_id)
    is_credit = invoice.credits_id is not None
    title = words("返還請求書", "Credit note") if is_credit else words("請求書", "Invoice")
    sheet = Sheet(title, language=person.language, at=now(), footer=f"{title} {invoice.label}")
    sheet.text(title, size=20, bold=True, align="C")
    sheet.gap(6)
    sheet.text(words.to(person.shown_name), size=14, bold=True)
    sheet.beside([], issuer_rows(own, words))
    sheet.gap(4)
    facts = [
        (words("番号", "Number"), invoice.label),
        (words("発行日", "Issued"), words.day(invoice.issued_on)),
    ]
    if is_credit:
        origin = queries.invoice(invoice.credits_id or 0, invoice.studio_id)
        facts.append((words("対象の請求書", "Takes back"), f"{origin.label} · {words.day(origin.issued_on)}"))
    else:
        facts.append((words("お支払期限", "To be paid by"), words.day(invoice.due_on)))
    sheet.facts(facts)
    sheet.gap(4)
    sheet.amount(
        words("返還金額（税込）", "Amount taken back")
        if is_credit
        else words("ご請求金額（税込）", "Amount due"),
        show_yen(abs(invoice.total_yen)),
    )
    lines = queries.lines_of([invoice.id])
    _lines(sheet, lines, words)
    _taxes(sheet, lines, words)
    if not is_credit:
        _payments(sheet, invoice, own, words)
    return sheet.content()


def receipt_paper(receipt: Receipt, printed: ReceiptIssue, payment: Payment) -> bytes:
    """領収書. It states the tax when it pays whole invoices at once; else it names the invoice that does.

    Of a payment that went back in part by then it states what is kept, what was received and what went back.
    """
    words, own = Words(printed.language), queries.settings_of(receipt.studio_id)
    title = words("領収書", "Receipt")
    sheet = Sheet(title, language=printed.language, at=now(), footer=f"{title} {receipt.label}")
    if printed.position > 1:
        sheet.text(words("再発行", "Reissued"), size=12, bold=True, align="R")
    sheet.text(title, size=22, bold=True, align="C")
    sheet.gap(6)
    sheet.text(printed.addressee or "", size=15, bold=True)
    sheet.gap(4)
    back_yen = went_back(payment, printed)
    sheet.amount(words("金額（税込）", "Amount"), f"{show_yen(payment.amount_yen - back_yen)} –")
    sheet.text(
        f"但し {printed.proviso or ''} として"
        if not words.is_double
        else f"但し / For: {printed.proviso or ''}"
    )
    sheet.text(words("上記の金額を正に領収いたしました。", "Received with thanks."))
    sheet.gap(4)
    kind = KIND_WORDS[PaymentKind(payment.kind)]
    facts = [
        (words("番号", "Number"), receipt.label),
        (words("受領日", "Received"), words.day(day_received(payment, current_studio().zone))),
        (words("お支払方法", "Paid by"), words(*kind)),
        (words("発行日", "Printed"), words.day(printed.issued_on)),
    ]
    if back_yen:
        facts += [
            (words("当初の受領額", "Received at first"), show_yen(payment.amount_yen)),
            (words("返金額", "Paid back"), show_yen(-back_yen)),
            (words("差引受領額", "Kept"), show_yen(payment.amount_yen - back_yen)),
        ]
    sheet.facts(facts)
    sheet.gap(4)
    _what_for(sheet, payment, words, is_whole=not back_yen)
    sheet.gap(8)
    needs_stamp = payment.kind == PaymentKind.CASH and payment.amount_yen - back_yen >= STAMPED_FROM
    sheet.beside([words("収入印紙", "Revenue stamp")] if needs_stamp else [], issuer_rows(own, words))
    return sheet.content()


def proviso_of(payment: Payment) -> str:
    """What a payment was for: its first item, and how many other kinds there are.

    Months of one membership are one kind, and lines of the same name; what was taken off is none. Less than an
    invoice asks for is a part of it.
    """
    (whole,) = queries.paid([payment])
    ids = [invoice.id for invoice, _yen_of in whole.parts]
    lines, due = queries.lines_of(ids), {item.invoice.id: item.due_yen for item in queries.items(ids)}
    part = "の一部" if any(yen < due[invoice.id] for invoice, yen in whole.parts) else ""
    kinds: dict[object, str] = {}
    for line in lines:
        if line.unit_price_yen > 0:
            kinds.setdefault((line.kind, line.membership_id or line.name_ja), line.name_ja)
    first, *others = kinds.values() or [""]
    more = f" ほか{len(others)}点" if others else ""
    return f"{first[:40]}{more} 代{part}" if first else ""


class Words:
    """Japanese words, with the English ones beside them for who reads English."""

    def __init__(self, language: str) -> None:
        self.is_double = language == Language.EN

    def __call__(self, ja: str, en: str) -> str:
        return f"{ja} / {en}" if self.is_double and ja != en else ja

    def day(self, day: date) -> str:
        """2026年11月24日, with 2026-11-24 beside it."""
        return self(f"{day.year}年{day.month}月{day.day}日", day.isoformat())

    def to(self, name: str) -> str:
        """The name as an address says it."""
        return f"{name} 様"

    def name(self, line: InvoiceLine) -> str:
        """What a line is for."""
        return self(line.name_ja, line.name_en)


def issuer_rows(own: BillingSettings, words: Words) -> list[str]:
    """Who writes a paper: name, address, phone, and the number of a qualified issuer."""
    studio = current_studio()
    name = words(own.issuer_ja or studio.name_ja, own.issuer_en or studio.name_en or studio.name_ja)
    number = words("登録番号", "Registration no.") + f" {own.registration_number}"
    address = [studio.address_ja, studio.address_en if words.is_double else ""]
    rows = [name, *address, format_phone(studio.phone) if studio.phone else ""]
    return [row for row in (*rows, number if own.registration_number else "") if row]


def _lines(sheet: Sheet, lines: Sequence[InvoiceLine], words: Words) -> None:
    columns = [
        Column(words("品目", "Item"), 5), Column(words("数量", "Qty"), 1.2, is_number=True),
        Column(words("単価（税込）", "Price"), 1.8, is_number=True), Column(words("税率", "Tax"), 1.2, is_number=True),
        Column(words("金額（税込）", "Amount"), 2, is_number=True),
    ]  # fmt: skip
    rows = [
        (
            f"{words.name(line)}{REDUCED if line.tax_rate == 8 else ''}", str(abs(line.quantity)),
            show_yen(line.unit_price_yen), f"{line.tax_rate}%" if line.tax_rate else "–",
            show_yen(abs(line.quantity) * line.unit_price_yen),
        )
        for line in lines
    ]  # fmt: skip
    total = abs(sum(line.amount_yen for line in lines))
    sheet.table(columns, rows, total=(words("合計", "Total"), "", "", "", show_yen(total)))
    if any(line.tax_rate == 8 for line in lines):
        sheet.text(words("※は軽減税率の対象です。", "※ reduced tax rate"), size=8.5, muted=True)
    sheet.gap(3)


def _taxes(sheet: Sheet, lines: Sequence[InvoiceLine], words: Words) -> None:
    rows = []
    for rate, total, tax in by_rate((line.tax_rate, line.amount_yen) for line in lines):
        name = words(f"{rate}%対象", f"at {rate}%") if rate else words("対象外", "outside the tax")
        rows.append((name, show_yen(abs(total)), show_yen(abs(tax)) if rate else "–"))
    columns = [
        Column(words("税率ごとの内訳", "By tax rate"), 3), Column(words("金額（税込）", "Amount"), 2, is_number=True),
        Column(words("うち消費税", "Tax included"), 2, is_number=True),
    ]  # fmt: skip
    sheet.table(columns, rows, size=9)
    sheet.gap(3)


def _payments(sheet: Sheet, invoice: Invoice, own: BillingSettings, words: Words) -> None:
    (item,) = queries.items([invoice.id])
    facts = []
    if item.credited_yen:
        facts.append((words("取消額", "Cancelled"), show_yen(-item.credited_yen)))
    if item.paid_yen:
        facts.append((words("ご入金額", "Paid"), show_yen(item.paid_yen)))
    if facts:
        sheet.facts([*facts, (words("ご請求残高", "Still open"), show_yen(max(item.open_yen, 0)))])
        sheet.gap(3)
    bank = words(own.bank_ja, own.bank_en or own.bank_ja)
    if bank and item.open_yen > 0:
        sheet.facts([(words("お振込先", "Transfer to"), bank)])


def _what_for(sheet: Sheet, payment: Payment, words: Words, *, is_whole: bool) -> None:
    (whole,) = queries.paid([payment])
    if is_whole and all(yen == invoice.total_yen for invoice, yen in whole.parts):
        _taxes(sheet, queries.lines_of([invoice.id for invoice, _yen_of in whole.parts]), words)
        return
    sheet.facts(
        [
            (words("対象の請求書", "Part of invoice"), f"{invoice.label} · {show_yen(yen)}")
            for invoice, yen in whole.parts
        ]
    )
    sheet.text(
        words("税率ごとの内訳は請求書に記載しています。", "Tax is stated on the invoice."),
        size=8.5,
        muted=True,
    )
