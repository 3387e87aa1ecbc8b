"""The copy of the papers as a PDF: what was agreed, what was written, the terms, who signed."""

from datetime import date, datetime

from backoffice.core.clock import local
from backoffice.core.language import N_, Language, pick, translate
from backoffice.core.paper.sheet import Column, Sheet
from backoffice.joining import money
from backoffice.joining.answers import Answers, unpacked
from backoffice.joining.contract import contract_rows
from backoffice.joining.models import TermsVersion
from backoffice.joining.queries import Agreed
from backoffice.joining.signing import picture
from backoffice.studio.models import Studio

TITLE = N_("Joining papers")
SIGNED_HEIGHT = 18.0
SIGNED_BLOCK = 52.0
"""Millimetres."""


def draw_copy(
    studio: Studio,
    agreed: Agreed,
    terms: TermsVersion,
    *,
    member_number: int | None,
    language: str,
    at: datetime,
) -> bytes:
    """The papers as they were signed, on A4, in the member's language, with a number once there is one.

    Raises `FacesMissing`.
    """
    return _Copy(studio, agreed, terms, language, at).drawn(member_number)


class _Copy:
    """One copy in the making."""

    def __init__(
        self, studio: Studio, agreed: Agreed, terms: TermsVersion, language: str, at: datetime
    ) -> None:
        self._studio, self._agreed, self._terms, self._language = studio, agreed, terms, language
        self._answers = unpacked(agreed.paper.answers)
        title = self._said(TITLE)
        self._sheet = Sheet(title, language=language, at=at, footer=f"{self._own(studio)} {title}")

    def drawn(self, member_number: int | None) -> bytes:
        self._head(member_number)
        self._person()
        self._agreement()
        self._rules()
        self._signatures()
        return self._sheet.content()

    def _head(self, member_number: int | None) -> None:
        signed_on = self._day(local(self._signed_at(), self._studio.zone).date())
        self._sheet.text(self._said(TITLE), size=18, bold=True)
        self._sheet.gap(2)
        rows = [] if member_number is None else [self._said(N_("Member number")) + f" {member_number}"]
        self._sheet.beside(
            [*rows, self._said(N_("Signed on")) + f" {signed_on}"],
            [self._own(self._studio), pick(self._language, self._studio.address_ja, self._studio.address_en)],
        )

    def _person(self) -> None:
        one = self._answers
        self._heading(N_("Member"))
        born = "" if one.born is None else self._day(one.born)
        rows: list[tuple[str, str]] = [
            (N_("Name"), one.name),
            *([(N_("Kana"), one.kana)] if one.kana else []),
            (N_("Date of birth"), born),
            (N_("Address"), f"〒{one.postal_code} {one.address}"),
            (N_("Phone"), one.phone),
            (N_("Mail"), one.mail),
            (N_("Emergency contact"), _together(one)),
        ]
        self._sheet.facts([(self._said(name), value) for name, value in rows])

    def _agreement(self) -> None:
        paper, trainer = self._agreed.paper, self._agreed.trainer
        self._heading(N_("What is agreed"))
        rows = [(self._said(N_("Starts on")), self._day(paper.starts_on))]
        if trainer is not None:
            rows.append((self._said(N_("Main trainer")), self._own(trainer)))
        if self._agreed.referrer is not None:
            rows.append((self._said(N_("Referred by")), self._agreed.referrer.shown_name))
        self._sheet.facts([*rows, *contract_rows(paper.contract, self._language)])
        self._sheet.gap(3)
        self._sheet.table(
            [
                Column(self._said(N_("Item")), 7),
                Column(self._said(N_("Yen, tax included")), 3, True),
            ],
            [[self._own(line), _yen(line.unit_price_yen)] for line in money.lines(self._agreed)],
            total=[
                self._said(N_("To pay when joining")),
                _yen(money.total_yen(self._agreed)),
            ],
        )

    def _rules(self) -> None:
        """The terms; their last paragraph stays with the signature, which never stands alone on a page."""
        self._heading(N_("Terms"))
        number = translate(N_("Version %(n)s"), self._language, n=self._terms.number)
        self._sheet.text(number, size=8.5, muted=True)
        *first, last = pick(self._language, self._terms.text_ja, self._terms.text_en).rstrip().split("\n")
        if first:
            self._sheet.text("\n".join(first), size=8.5)
        self._sheet.keep(self._sheet.height_of(last, size=8.5) + SIGNED_BLOCK)
        self._sheet.text(last, size=8.5)

    def _signatures(self) -> None:
        paper = self._agreed.paper
        self._sheet.keep(SIGNED_BLOCK)
        self._heading(N_("Signature"))
        agrees = N_("I agree to the terms and join as written above.")
        self._signature(agrees, self._answers.name, paper.signature)
        if paper.guardian_signature:
            self._sheet.keep(SIGNED_BLOCK)
            self._sheet.gap(4)
            agrees = N_("As the guardian I agree that they join.")
            self._signature(agrees, self._answers.guardian_name, paper.guardian_signature)

    def _signature(self, words: str, name: str, path: str | None) -> None:
        self._sheet.text(self._said(words))
        if path is not None:
            self._sheet.picture(picture(path), height=SIGNED_HEIGHT)
        self._sheet.text(name, bold=True)
        when = local(self._signed_at(), self._studio.zone)
        self._sheet.text(f"{self._day(when.date())} {when:%H:%M}", size=8.5, muted=True)

    def _heading(self, words: str) -> None:
        self._sheet.gap(5)
        self._sheet.text(self._said(words), size=12, bold=True)
        self._sheet.rule()
        self._sheet.gap(1.5)

    def _signed_at(self) -> datetime:
        signed_at = self._agreed.paper.signed_at
        assert signed_at is not None  # noqa: S101 - only signed papers are drawn
        return signed_at

    def _said(self, words: str) -> str:
        return translate(words, self._language)

    def _own(self, row: object) -> str:
        return pick(self._language, row.name_ja, row.name_en)  # type: ignore[attr-defined]

    def _day(self, day: date) -> str:
        is_japanese = self._language == Language.JA
        return f"{day.year}年{day.month}月{day.day}日" if is_japanese else f"{day.day} {day:%B %Y}"


def _together(one: Answers) -> str:
    return f"{one.emergency_name}（{one.emergency_relation}） {one.emergency_phone}"


def _yen(amount: int) -> str:
    return f"¥{amount:,}" if amount >= 0 else f"−¥{-amount:,}"
