"""Enquiry files into people and leads: first a plan to look at, then everything in one transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil

from sqlalchemy import ARRAY, Text, any_, func, literal, select

from backoffice.core.audit import Actor, record
from backoffice.core.db import db
from backoffice.core.language import translate
from backoffice.core.tables.writing import write_csv
from backoffice.leads.capture import NewEnquiry, capture_leads
from backoffice.leads.enquiry_columns import Column
from backoffice.leads.enquiry_file import (
    BAD_MAIL,
    BAD_PHONE,
    BAD_RECEIVED,
    EnquiryFile,
    EnquiryRow,
)
from backoffice.leads.enquiry_match import KnownPerson, RowKind, count, judge
from backoffice.leads.models import Lead, LeadSource
from backoffice.leads.sources import OTHER_SOURCE, guess_source
from backoffice.people.actions import PersonDraft, add_contacts, create_people
from backoffice.people.recognition import people_with_contacts
from backoffice.studio.calendar_days import closing_times

_LOCK = "enquiry import"

OLD = timedelta(days=1)
REPLIES_A_DAY = 20
"""Enquiries older than a day are a backlog, not today's work: so many replies a day fall due, the newest first."""

_INTERESTS = (
    ("体験", "trial"),
    ("trial", "trial"),
    ("カウンセリング", "counselling"),
    ("counsel", "counselling"),
)
_KEPT_AS_TEXT = {BAD_RECEIVED: Column.RECEIVED, BAD_PHONE: Column.PHONE, BAD_MAIL: Column.MAIL}


class Fate(StrEnum):
    """What importing does with a row."""

    NEW_PERSON = "NEW_PERSON"
    KNOWN_PERSON = "KNOWN_PERSON"
    ALREADY = "ALREADY"
    REJECTED = "REJECTED"
    BLANK = "BLANK"


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """A row, what it is within its file, and what importing does with it; `who` is shared by rows of one person."""

    row: EnquiryRow
    kind: RowKind
    fate: Fate
    who: KnownPerson | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would do. `counts` speak of the file alone, so they are the same however often it is read."""

    counts: dict[str, int]
    rows: tuple[PlannedRow, ...]

    def number_of(self, *fates: Fate) -> int:
        """How many rows meet one of these fates."""
        return sum(row.fate in fates for row in self.rows)

    @property
    def new_leads(self) -> int:
        """How many enquiries importing would add."""
        return self.number_of(Fate.NEW_PERSON, Fate.KNOWN_PERSON)

    @property
    def to_add(self) -> list[PlannedRow]:
        """The rows that importing adds as enquiries."""
        return [row for row in self.rows if row.fate in (Fate.NEW_PERSON, Fate.KNOWN_PERSON)]


def plan(file: EnquiryFile) -> Plan:
    """Compare a file with who is already here. Two statements, whatever its size; nothing is written."""
    usable = [row for row in file.rows if not row.blank and not row.rejected]
    seen = set(_imported_keys([row.key for row in usable]))
    known = people_with_contacts(
        {row.phone.e164 for row in usable if row.phone}, {row.mail for row in usable if row.mail}
    )
    alone = judge(file.rows)
    met = judge(file.rows, [KnownPerson([identity], person_id) for person_id, identity in known.items()])
    rows = []
    for by_itself, here in zip(alone, met, strict=True):
        fate = _fate(here.row, here.kind, already=here.row.key in seen)
        rows.append(PlannedRow(here.row, by_itself.kind, fate, here.who))
        if here.who is not None:
            seen.add(here.row.key)
    return Plan(count(alone), tuple(rows))


def run(file: EnquiryFile, *, studio_id: int, by: Actor, now: datetime) -> Plan:
    """Import a file: what `plan` says is done, for all of it or nothing. Returns what was done.

    One import at a time; a file imported again adds nothing, because each enquiry's key is unique.
    """
    db.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(_LOCK, 0))))
    made = plan(file)
    rows = made.to_add
    _settle_people(rows, by=by, now=now)
    sources = _source_names()
    due = reply_days(rows, studio_id, now=now)
    enquiries = [_enquiry(row, file, sources, due.get(row.row.key), now=now) for row in rows]
    capture_leads(enquiries, studio_id=studio_id, by=by, now=now)
    record("leads.imported", "studio", studio_id, by=by, now=now, after={**made.counts, "added": len(rows)})
    return made


def reply_days(rows: Sequence[PlannedRow], studio_id: int, *, now: datetime) -> dict[str, datetime]:
    """By the key of the enquiry, when the replies to old enquiries fall due; newer ones keep the usual clock.

    Each falls due when the studio closes, on open days from tomorrow on.
    """
    old = [row.row for row in rows if row.row.received_at is not None and row.row.received_at < now - OLD]
    newest_first = sorted(old, key=lambda row: row.received_at or now, reverse=True)
    ends = closing_times(studio_id, ceil(len(old) / REPLIES_A_DAY), now=now)
    return {row.key: ends[min(n // REPLIES_A_DAY, len(ends) - 1)] for n, row in enumerate(newest_first)}


def rejected_csv(file: EnquiryFile, language: str) -> bytes:
    """The rows that could not be imported, as they were, each with the reason in the reader's language."""
    width = len(file.header)
    rows = [
        [translate(row.rejected, language), *row.cells, *[""] * (width - len(row.cells))]
        for row in file.rows
        if row.rejected
    ]
    return write_csv(rows, [translate("Reason", language), *file.header])


def _imported_keys(keys: Sequence[str]) -> Iterable[str]:
    found = select(Lead.import_key).where(Lead.import_key == any_(literal(list(keys), ARRAY(Text))))
    return [key for key in db.session.scalars(found) if key]


def _fate(row: EnquiryRow, kind: RowKind, *, already: bool) -> Fate:
    if row.blank:
        return Fate.BLANK
    if row.rejected:
        return Fate.REJECTED
    if already:
        return Fate.ALREADY
    return Fate.KNOWN_PERSON if kind is RowKind.AGAIN else Fate.NEW_PERSON


def _settle_people(rows: Sequence[PlannedRow], *, by: Actor, now: datetime) -> None:
    """Give every `who` of these rows a person: new ones are created, known ones learn what they lacked."""
    grouped: dict[int, tuple[KnownPerson, list[EnquiryRow]]] = {}
    for planned in rows:
        if planned.who is not None:
            grouped.setdefault(id(planned.who), (planned.who, []))[1].append(planned.row)
    new = [(who, theirs) for who, theirs in grouped.values() if who.person_id is None]
    known = {
        who.person_id: _contacts(theirs) for who, theirs in grouped.values() if who.person_id is not None
    }
    add_contacts(known, by=by, now=now)
    people = create_people([_draft(theirs) for _, theirs in new], by=by, now=now, lenient=True)
    for (who, _), person in zip(new, people, strict=True):
        who.person_id = person.id


def _draft(rows: Sequence[EnquiryRow]) -> PersonDraft:
    """One person out of their rows: the first name and reading written, every phone and address."""
    phones, mails = _contacts(rows)
    name = next((row.name for row in rows if row.name), "")
    kana = next((row.kana for row in rows if row.kana), "")
    return PersonDraft(name=name, kana=kana, phones=phones, mails=mails)


def _contacts(rows: Sequence[EnquiryRow]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    phones = dict.fromkeys(row.phone.raw for row in rows if row.phone)
    mails = dict.fromkeys(row.mail for row in rows if row.mail)
    return tuple(phones), tuple(mails)


def _source_names() -> dict[str, str]:
    """The studio's own words for its sources, in both languages."""
    rows = db.session.execute(select(LeadSource.key, LeadSource.name_ja, LeadSource.name_en))
    return {name: key for key, *names in rows for name in names if name}


def _enquiry(
    planned: PlannedRow,
    file: EnquiryFile,
    sources: dict[str, str],
    reply_by: datetime | None,
    *,
    now: datetime,
) -> NewEnquiry:
    row = planned.row
    assert planned.who is not None and planned.who.person_id is not None  # noqa: S101, PT018 - settled above
    source = sources.get(row.source_text) or guess_source(row.source_text, article=row.article)
    return NewEnquiry(
        person_id=planned.who.person_id,
        source=source,
        article=row.article,
        interest=_interest(row.interest),
        enquiry=_words(row, file, keep_source=source == OTHER_SOURCE),
        opened_at=min(row.received_at or now, now),
        reply_by=reply_by,
        import_key=row.key,
    )


def _interest(text: str) -> str:
    """The service a wish means, by its slug; other words stay as they are."""
    return next((slug for word, slug in _INTERESTS if word in text.casefold()), text)


def _words(row: EnquiryRow, file: EnquiryFile, *, keep_source: bool) -> str:
    """What was written, and under it what has no place of its own: the wished time, cells nobody could read."""
    kept = [Column.WISH, *([Column.SOURCE] if keep_source else [])]
    kept += [_KEPT_AS_TEXT[warning] for warning in row.warnings if warning in _KEPT_AS_TEXT]
    lines = [row.body] if row.body else []
    for column in kept:
        at = file.columns.get(column)
        if at is not None and at < len(row.cells) and row.cells[at]:
            lines.append(f"{file.header[at]}: {row.cells[at]}")
    return "\n".join(lines)
