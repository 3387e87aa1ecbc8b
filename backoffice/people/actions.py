"""What changes a person: their names, the keys they are found by, their consents, notes about them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from backoffice.core.audit import Actor, Entry, record, record_many
from backoffice.core.contact import (
    parse_mail,
    parse_phone,
    plain_text,
)
from backoffice.core.db import db
from backoffice.core.errors import Invalid, check_version
from backoffice.core.language import N_, Language
from backoffice.people.models import Consent, Person, PersonMail, PersonNote, PersonPhone, Purpose
from backoffice.people.queries import MergedAway, check_stands, held_person, locked_people
from backoffice.people.recognition import recognise
from backoffice.people.row import (
    add_mail,
    add_phone,
    fold,
    keep_only,
    possible_birth,
    readable_mails,
    readable_phones,
    set_names,
    values_of,
)

LONGEST_NOTE = 10_000


def create_person(
    *,
    name: str = "",
    kana: str = "",
    former_name: str = "",
    phones: Sequence[str] = (),
    mails: Sequence[str] = (),
    language: str = Language.JA,
    gender: str = "",
    by: Actor,
    now: datetime,
    lenient: bool = False,
) -> Person:
    """A new person. A name or a reading is enough to begin.

    Refuses (Invalid on name, kana, phone, mail) what cannot be read; `lenient` leaves an unreadable phone or
    address out instead and keeps the person.
    """
    draft = PersonDraft(name, kana, former_name, tuple(phones), tuple(mails), language, gender)
    return create_people([draft], by=by, now=now, lenient=lenient)[0]


@dataclass(frozen=True, slots=True)
class PersonDraft:
    """What is known of somebody about to be created; the fields are those of `create_person`."""

    name: str = ""
    kana: str = ""
    former_name: str = ""
    phones: tuple[str, ...] = ()
    mails: tuple[str, ...] = ()
    language: str = Language.JA
    gender: str = ""
    birth_date: date | None = None


def create_people(
    drafts: Sequence[PersonDraft], *, by: Actor, now: datetime, lenient: bool = False
) -> list[Person]:
    """Create many people in a handful of statements (imports), in the order given. As `create_person`."""
    people = [_build(draft, now=now, lenient=lenient) for draft in drafts]
    db.session.add_all(people)
    db.session.flush()
    lines = [Entry("person.created", "person", one.id, one.id, after=values_of(one)) for one in people]
    record_many(lines, by=by, now=now)
    return people


def recognise_or_create(
    *,
    name: str = "",
    kana: str = "",
    phone: str = "",
    mail: str = "",
    language: str = Language.JA,
    by: Actor,
    now: datetime,
) -> tuple[Person, bool]:
    """The person this is, or a new one (True). New ways to reach a known person are added to them.

    Two visitors with one phone wait for each other here until the first transaction ends, so that one
    human pressing twice does not become two people.
    """
    wait_for_contacts([phone], [mail])
    person = recognise(name=name, kana=kana, phone=phone, mail=mail)
    if person is None:
        created = create_person(
            name=name,
            kana=kana,
            phones=[phone] if phone else [],
            mails=[mail] if mail else [],
            language=language,
            by=by,
            now=now,
        )
        return created, True
    try:
        add_contact(person, phone=phone, mail=mail, by=by, now=now)
    except MergedAway:  # in this very moment: they are found under the row that is left
        return recognise_or_create(
            name=name, kana=kana, phone=phone, mail=mail, language=language, by=by, now=now
        )
    if (name and not person.name) or (kana and not person.kana):
        _complete_names(person, name, kana, by=by, now=now)
    return person, False


def update_person(
    person: Person,
    *,
    name: str,
    kana: str,
    former_name: str,
    phones: Sequence[str],
    mails: Sequence[str],
    language: str,
    gender: str,
    birth_date: date | None,
    version: int | None,
    by: Actor,
    now: datetime,
) -> None:
    """Change what is known of a person; phones and addresses not listed any more are taken away.

    Refuses (Stale) when somebody saved since the form was opened, and (Invalid) what cannot be read.
    Raises `MergedAway`.
    """
    held_person(person.id)
    check_version(person.version, version)
    before = values_of(person)
    set_names(person, name, kana, former_name, lenient=False)
    person.language, person.gender = Language(language).value, gender
    if birth_date != person.birth_date:  # what an old file brought may stand
        person.birth_date = possible_birth(birth_date, now)
    wanted_phones = {phone.e164: phone for phone in readable_phones(phones, lenient=False)}
    wanted_mails = {address: raw for raw, address in readable_mails(mails, lenient=False)}
    keep_only(person, wanted_phones, wanted_mails)
    for phone in wanted_phones.values():
        add_phone(person, phone)
    for address, raw in wanted_mails.items():
        add_mail(person, raw, address)
    _save(person, "person.changed", before, by=by, now=now)


def add_contact(person: Person, *, phone: str = "", mail: str = "", by: Actor, now: datetime) -> None:
    """Add a phone or an address the person is not known by yet. What cannot be read is left out."""
    add_contacts({person.id: ((phone,), (mail,))}, by=by, now=now)


def add_contacts(
    additions: Mapping[int, tuple[Sequence[str], Sequence[str]]], *, by: Actor, now: datetime
) -> None:
    """Add phones and addresses to many people, by id. What is known already or cannot be read is left out.

    Raises `MergedAway` when one of them was merged since they were looked up.
    """
    lines = []
    for person in locked_people(additions):
        check_stands(person)
        phones, mails = additions[person.id]
        before = values_of(person)
        for phone in readable_phones(phones, lenient=True):
            add_phone(person, phone)
        for raw, address in readable_mails(mails, lenient=True):
            add_mail(person, raw, address)
        if (after := values_of(person)) != before:
            fold(person)
            person.version += 1
            lines.append(Entry("person.contact_added", "person", person.id, person.id, before, after))
    db.session.flush()
    record_many(lines, by=by, now=now)


def record_consent(
    person_id: int,
    purpose: Purpose,
    granted: bool,
    *,
    wording: str,
    language: str,
    source: str,
    by: Actor,
    now: datetime,
) -> None:
    """Write down a yes or a no as it was given. Earlier answers stay; the newest holds."""
    db.session.add(
        Consent(
            person_id=person_id,
            purpose=purpose,
            granted=granted,
            wording=wording,
            language=language,
            source=source,
            at=now,
        )
    )
    answer = {purpose.value: granted}
    record("person.consent", "person", person_id, by=by, now=now, person_id=person_id, after=answer)


def record_consents(answers: Iterable[Consent], *, by: Actor, now: datetime) -> None:
    """As `record_consent`, for many people in a few statements (imports)."""
    given = list(answers)
    db.session.add_all(given)
    db.session.flush()
    lines = [
        Entry("person.consent", "person", one.person_id, one.person_id, after={one.purpose: one.granted})
        for one in given
    ]
    record_many(lines, by=by, now=now)


def add_note(person_id: int, body: str, *, by: Actor, now: datetime) -> PersonNote:
    """Keep a note about a person. Refuses an empty one."""
    text = plain_text(body, LONGEST_NOTE)
    if not text:
        raise Invalid(N_("Please write something."), field="body")
    note = PersonNote(
        person_id=person_id,
        body=text,
        by_label=by.label,
        by_staff_id=by.id if by.kind == "staff" else None,
        at=now,
    )
    db.session.add(note)
    db.session.flush()
    record(
        "person.note_added", "person", person_id, by=by, now=now, person_id=person_id, after={"note": note.id}
    )
    return note


def wait_for_contacts(phones: Iterable[str], mails: Iterable[str]) -> None:
    """Let nobody else with one of these phones or addresses pass until this transaction ends."""
    keys = {phone.e164 for text in phones if (phone := parse_phone(text))}
    keys |= {mail for text in mails if (mail := parse_mail(text))}
    for key in sorted(keys):
        db.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))


def _build(draft: PersonDraft, *, now: datetime, lenient: bool) -> Person:
    person = Person(
        language=Language(draft.language).value, gender=draft.gender, birth_date=draft.birth_date, created_at=now,
        phones=[], mails=[],
    )  # fmt: skip
    set_names(person, draft.name, draft.kana, draft.former_name, lenient=lenient)
    for phone in readable_phones(draft.phones, lenient=lenient):
        person.phones.append(PersonPhone(raw=phone.raw, e164=phone.e164))
    for raw, address in readable_mails(draft.mails, lenient=lenient):
        person.mails.append(PersonMail(raw=raw, address=address))
    fold(person)
    return person


def _complete_names(person: Person, name: str, kana: str, *, by: Actor, now: datetime) -> None:
    """Fill in a name or reading that was missing; what is already there stands."""
    before = values_of(person)
    set_names(person, person.name or name, person.kana or kana, person.former_name, lenient=True)
    _save(person, "person.name_completed", before, by=by, now=now)


def _save(person: Person, action: str, before: dict[str, object], *, by: Actor, now: datetime) -> None:
    fold(person)
    person.version += 1
    db.session.flush()
    record(
        action,
        "person",
        person.id,
        by=by,
        now=now,
        person_id=person.id,
        before=before,
        after=values_of(person),
    )
