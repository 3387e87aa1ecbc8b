"""What changes a person: their names, the keys they are found by, their consents, notes about them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import func, select

from backoffice.core.audit import Actor, Entry, record, record_many
from backoffice.core.contact import (
    Phone,
    fold_kana,
    fold_name,
    is_kana,
    parse_mail,
    parse_phone,
    plain_text,
    search_text,
)
from backoffice.core.db import db
from backoffice.core.errors import Invalid, NotFound, check_version
from backoffice.core.language import N_, Language
from backoffice.people.models import Consent, Person, PersonMail, PersonNote, PersonPhone, Purpose
from backoffice.people.queries import locked_people, recognise

LONGEST_NAME = 100
LONGEST_NOTE = 10_000
MOST_CONTACTS = 10

Item = TypeVar("Item")

NO_NAME = N_("Please enter a name, or the reading in kana.")
BAD_KANA = N_("Please enter the reading in hiragana or katakana.")
BAD_PHONE = N_("This phone number cannot be read: %(text)s")
BAD_MAIL = N_("This mail address cannot be read: %(text)s")


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


def create_people(
    drafts: Sequence[PersonDraft], *, by: Actor, now: datetime, lenient: bool = False
) -> list[Person]:
    """Create many people in a handful of statements (imports), in the order given. As `create_person`."""
    people = [_build(draft, now=now, lenient=lenient) for draft in drafts]
    db.session.add_all(people)
    db.session.flush()
    lines = [Entry("person.created", "person", one.id, one.id, after=_values(one)) for one in people]
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
    add_contact(person, phone=phone, mail=mail, by=by, now=now)
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
    version: int | None,
    by: Actor,
    now: datetime,
) -> None:
    """Change what is known of a person; phones and addresses not listed any more are taken away.

    Refuses (Stale) when somebody saved since the form was opened, and (Invalid) what cannot be read.
    """
    _lock(person)
    check_version(person.version, version)
    before = _values(person)
    _set_names(person, name, kana, former_name, lenient=False)
    person.language, person.gender = Language(language).value, gender
    wanted_phones = {phone.e164: phone for phone in _phones(phones, lenient=False)}
    wanted_mails = {address: raw for raw, address in _mails(mails, lenient=False)}
    _keep_only(person, wanted_phones, wanted_mails)
    for phone in wanted_phones.values():
        _add_phone(person, phone)
    for address, raw in wanted_mails.items():
        _add_mail(person, raw, address)
    _save(person, "person.changed", before, by=by, now=now)


def add_contact(person: Person, *, phone: str = "", mail: str = "", by: Actor, now: datetime) -> None:
    """Add a phone or an address the person is not known by yet. What cannot be read is left out."""
    add_contacts({person.id: ((phone,), (mail,))}, by=by, now=now)


def add_contacts(
    additions: Mapping[int, tuple[Sequence[str], Sequence[str]]], *, by: Actor, now: datetime
) -> None:
    """Add phones and addresses to many people, by id. What is known already or cannot be read is left out."""
    lines = []
    for person in locked_people(additions):
        phones, mails = additions[person.id]
        before = _values(person)
        for phone in _phones(phones, lenient=True):
            _add_phone(person, phone)
        for raw, address in _mails(mails, lenient=True):
            _add_mail(person, raw, address)
        if (after := _values(person)) != before:
            _fold(person)
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
        language=Language(draft.language).value, gender=draft.gender, created_at=now, phones=[], mails=[]
    )
    _set_names(person, draft.name, draft.kana, draft.former_name, lenient=lenient)
    for phone in _phones(draft.phones, lenient=lenient):
        person.phones.append(PersonPhone(raw=phone.raw, e164=phone.e164))
    for raw, address in _mails(draft.mails, lenient=lenient):
        person.mails.append(PersonMail(raw=raw, address=address))
    _fold(person)
    return person


def _lock(person: Person) -> None:
    """Hold the row, as it is now, until the end of the transaction."""
    if locked_people([person.id]) != [person]:
        raise NotFound


def _set_names(person: Person, name: str, kana: str, former_name: str, *, lenient: bool) -> None:
    person.name, person.kana = plain_text(name, LONGEST_NAME), plain_text(kana, LONGEST_NAME)
    person.former_name = plain_text(former_name, LONGEST_NAME)
    if not fold_name(person.name) and not fold_kana(person.kana):
        raise Invalid(NO_NAME, field="name")
    if person.kana and not is_kana(person.kana) and not lenient:
        raise Invalid(BAD_KANA, field="kana")


def _complete_names(person: Person, name: str, kana: str, *, by: Actor, now: datetime) -> None:
    """Fill in a name or reading that was missing; what is already there stands."""
    before = _values(person)
    _set_names(person, person.name or name, person.kana or kana, person.former_name, lenient=True)
    _save(person, "person.name_completed", before, by=by, now=now)


def _phones(texts: Iterable[str], *, lenient: bool) -> list[Phone]:
    found = {}
    for text in texts:
        phone = parse_phone(text)
        if phone is not None:
            found[phone.e164] = phone
        elif text.strip() and not lenient:
            raise Invalid(BAD_PHONE, field="phone", text=plain_text(text, 40))
    return _few(list(found.values()), "phone")


def _mails(texts: Iterable[str], *, lenient: bool) -> list[tuple[str, str]]:
    found = {}
    for text in texts:
        address = parse_mail(text)
        if address is not None:
            found[address] = plain_text(text)
        elif text.strip() and not lenient:
            raise Invalid(BAD_MAIL, field="mail", text=plain_text(text, 80))
    return _few([(raw, address) for address, raw in found.items()], "mail")


def _few(items: list[Item], field: str) -> list[Item]:
    if len(items) > MOST_CONTACTS:
        raise Invalid(N_("At most %(limit)s can be kept."), field=field, limit=MOST_CONTACTS)
    return items


def _keep_only(person: Person, phones: Iterable[str], mails: Iterable[str]) -> None:
    for phone in [phone for phone in person.phones if phone.e164 not in set(phones)]:
        person.phones.remove(phone)
        db.session.delete(phone)
    for mail in [mail for mail in person.mails if mail.address not in set(mails)]:
        person.mails.remove(mail)
        db.session.delete(mail)


def _add_phone(person: Person, phone: Phone) -> None:
    if phone.e164 not in {known.e164 for known in person.phones}:
        person.phones.append(PersonPhone(raw=phone.raw, e164=phone.e164))


def _add_mail(person: Person, raw: str, address: str) -> None:
    if address not in {known.address for known in person.mails}:
        person.mails.append(PersonMail(raw=raw, address=address))


def _save(person: Person, action: str, before: dict[str, object], *, by: Actor, now: datetime) -> None:
    _fold(person)
    person.version += 1
    db.session.flush()
    record(
        action, "person", person.id, by=by, now=now, person_id=person.id, before=before, after=_values(person)
    )


def _fold(person: Person) -> None:
    """Work out every key the person is found by."""
    person.name_key, person.kana_key = fold_name(person.name), fold_kana(person.kana)
    person.search = search_text(
        person.name,
        person.kana,
        person.former_name,
        [phone.e164 for phone in person.phones],
        [mail.address for mail in person.mails],
    )


def _values(person: Person) -> dict[str, object]:
    """What an audit line keeps of a person."""
    return {
        "name": person.name,
        "kana": person.kana,
        "former_name": person.former_name,
        "phones": [phone.e164 for phone in person.phones],
        "mails": [mail.address for mail in person.mails],
        "language": person.language,
        "gender": person.gender,
    }
