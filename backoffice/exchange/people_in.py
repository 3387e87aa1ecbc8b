"""Importing people: each row is judged against who is here and the rows before it, then the new ones are made."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select

from backoffice.core.audit import Actor, record
from backoffice.core.contact import Identity, same_person
from backoffice.core.db import db
from backoffice.core.language import N_
from backoffice.exchange.people_file import PersonRow
from backoffice.exchange.verdicts import Judged, Verdict, counted
from backoffice.people.actions import PersonDraft, create_people, record_consents
from backoffice.people.models import Consent
from backoffice.people.recognition import people_with_contacts

SAME_CONTACT = N_("The same phone or mail, and the same name.")
SAME_ENTRY = N_("The same entry, word for word.")
FAMILY = N_("The same phone or mail, but another name: family?")
NAMESAKE = N_("The same name, but not the same ways to reach them: a namesake?")

_LOCK = "people import"
WORDING = "import"
MOST_LIKE = 50
"""So many with one name or phone are compared with a row; a file that names everybody alike must not take hours."""


@dataclass(frozen=True, slots=True)
class _Known:
    """Somebody a row may be: a person who is here, or a row before."""

    identity: Identity
    person_id: int | None = None
    row: int | None = None


@dataclass(slots=True)
class _Registry:
    """Those known, by every key they may be met at."""

    by_key: dict[str, list[_Known]] = field(default_factory=dict)

    def add(self, known: _Known) -> None:
        for key in _keys(known.identity):
            self.by_key.setdefault(key, []).append(known)

    def met_by(self, identity: Identity) -> Iterable[_Known]:
        met = (known for key in _keys(identity) for known in self.by_key.get(key, [])[:MOST_LIKE])
        return {id(known): known for known in met}.values()


def plan(rows: Sequence[PersonRow]) -> list[Judged]:
    """The verdict on every row, in their order. One statement, whatever the size of the file; nothing is written."""
    usable = [row.identity for row in rows if not row.blank and not row.refused]
    here = people_with_contacts(
        {phone for one in usable for phone in one.phones},
        {mail for one in usable for mail in one.mails},
        names={one.name for one in usable if one.name},
        readings={one.kana for one in usable if one.kana},
    )
    registry = _Registry()
    for person_id, identity in here.items():
        registry.add(_Known(identity, person_id=person_id))
    return [_judge(row, registry) for row in rows]


def run(rows: Sequence[PersonRow], *, with_doubtful: bool, by: Actor, now: datetime) -> list[Judged]:
    """Make the new people, and the doubtful ones when somebody said so: all of them or nobody. Answers what was judged.

    One import at a time, judged anew, so a file imported again adds nobody. Those who are here stay as they are.
    Consents are recorded only where the file states them.
    """
    db.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(_LOCK, 0))))
    judged = plan(rows)
    wanted = {Verdict.NEW, Verdict.DOUBTFUL} if with_doubtful else {Verdict.NEW}
    made = [row for row, one in zip(rows, judged, strict=True) if one.verdict in wanted]
    people = create_people([_draft(row) for row in made], by=by, now=now, lenient=True)
    record_consents(
        (
            Consent(
                person_id=person.id, purpose=purpose.value, granted=granted, wording=WORDING,
                language=row.language, source="import", at=now,
            )
            for row, person in zip(made, people, strict=True)
            for purpose, granted in row.consents.items()
        ),
        by=by,
        now=now,
    )  # fmt: skip
    record("people.imported", "people", None, by=by, now=now, after={**counted(judged), "added": len(made)})
    return judged


def _judge(row: PersonRow, registry: _Registry) -> Judged:
    shown = (row.name or row.kana, row.phones[0] if row.phones else "", row.mails[0] if row.mails else "")
    if row.blank:
        return Judged(row.number, (), Verdict.BLANK)
    if row.refused:
        return Judged(row.number, shown, Verdict.REFUSED, row.refused)
    verdict, why, like = Verdict.NEW, "", _Known(Identity())
    for known in registry.met_by(row.identity):
        here, reason = _compare(row.identity, known.identity)
        if _WEIGHT[here] > _WEIGHT[verdict]:
            verdict, why, like = here, reason, known
    if verdict is not Verdict.ALREADY:
        registry.add(_Known(row.identity, row=row.number))
    return Judged(
        row.number, shown, verdict, why, like.person_id, like.row,
        () if verdict is Verdict.ALREADY else row.warnings,
    )  # fmt: skip


_WEIGHT = {Verdict.NEW: 0, Verdict.DOUBTFUL: 1, Verdict.ALREADY: 2}


def _compare(row: Identity, known: Identity) -> tuple[Verdict, str]:
    """Whether the row is this known person. The same person says so alone; less is for somebody to decide."""
    if row.phones & known.phones or row.mails & known.mails:
        return (Verdict.ALREADY, SAME_CONTACT) if same_person(row, known) else (Verdict.DOUBTFUL, FAMILY)
    if row == known:
        return Verdict.ALREADY, SAME_ENTRY
    are_named = row.name and known.name
    if (row.name == known.name) if are_named else (row.kana and row.kana == known.kana):
        return Verdict.DOUBTFUL, NAMESAKE
    return Verdict.NEW, ""


def _keys(identity: Identity) -> frozenset[str]:
    return (identity.phones | identity.mails | {identity.name, identity.kana}) - {""}


def _draft(row: PersonRow) -> PersonDraft:
    return PersonDraft(
        name=row.name, kana=row.kana, former_name=row.former_name, phones=row.phones, mails=row.mails,
        language=row.language, gender=row.gender, birth_date=row.birth_date,
    )  # fmt: skip
