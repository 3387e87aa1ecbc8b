"""What stands on the row of a person, and the keys it is found by: set together, so that they never disagree."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import TypeVar

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
from backoffice.core.errors import Invalid
from backoffice.core.language import N_
from backoffice.people.models import Person, PersonMail, PersonPhone

LONGEST_NAME = 100
MOST_CONTACTS = 10
OLDEST = timedelta(days=365 * 120)

Item = TypeVar("Item")

NO_NAME = N_("Please enter a name, or the reading in kana.")
BAD_KANA = N_("Please enter the reading in hiragana or katakana.")
BAD_PHONE = N_("This phone number cannot be read: %(text)s")
BAD_MAIL = N_("This mail address cannot be read: %(text)s")


def set_names(person: Person, name: str, kana: str, former_name: str, *, lenient: bool) -> None:
    """Write the names. Refuses (Invalid) when there is neither name nor reading, or the reading is no kana."""
    person.name, person.kana = plain_text(name, LONGEST_NAME), plain_text(kana, LONGEST_NAME)
    person.former_name = plain_text(former_name, LONGEST_NAME)
    if not fold_name(person.name) and not fold_kana(person.kana):
        raise Invalid(NO_NAME, field="name")
    if person.kana and not is_kana(person.kana) and not lenient:
        raise Invalid(BAD_KANA, field="kana")


def readable_phones(texts: Iterable[str], *, lenient: bool) -> list[Phone]:
    """The numbers that can be dialled, each once. What cannot be read is refused, or left out when lenient."""
    found = {}
    for text in texts:
        phone = parse_phone(text)
        if phone is not None:
            found[phone.e164] = phone
        elif text.strip() and not lenient:
            raise Invalid(BAD_PHONE, field="phone", text=plain_text(text, 40))
    return _few(list(found.values()), "phone")


def readable_mails(texts: Iterable[str], *, lenient: bool) -> list[tuple[str, str]]:
    """The addresses as written and folded, each once. What cannot be read is refused, or left out when lenient."""
    found = {}
    for text in texts:
        address = parse_mail(text)
        if address is not None:
            found[address] = plain_text(text)
        elif text.strip() and not lenient:
            raise Invalid(BAD_MAIL, field="mail", text=plain_text(text, 80))
    return _few([(raw, address) for address, raw in found.items()], "mail")


def possible_birth(day: date | None, now: datetime) -> date | None:
    """A date of birth, or none. Refuses (Invalid) what nobody can have: a day to come, or 120 years ago."""
    if day is not None and not now.date() - OLDEST < day <= now.date():
        raise Invalid(N_("Please check the date of birth."), field="birth_date")
    return day


def _few(items: list[Item], field: str) -> list[Item]:
    if len(items) > MOST_CONTACTS:
        raise Invalid(N_("At most %(limit)s can be kept."), field=field, limit=MOST_CONTACTS)
    return items


def keep_only(person: Person, phones: Iterable[str], mails: Iterable[str]) -> None:
    """Take away the numbers (E.164) and addresses that are not wanted any more."""
    for phone in [phone for phone in person.phones if phone.e164 not in set(phones)]:
        person.phones.remove(phone)
        db.session.delete(phone)
    for mail in [mail for mail in person.mails if mail.address not in set(mails)]:
        person.mails.remove(mail)
        db.session.delete(mail)


def add_phone(person: Person, phone: Phone) -> None:
    """Add a number unless it is known already."""
    if phone.e164 not in {known.e164 for known in person.phones}:
        person.phones.append(PersonPhone(raw=phone.raw, e164=phone.e164))


def add_mail(person: Person, raw: str, address: str) -> None:
    """Add an address unless it is known already."""
    if address not in {known.address for known in person.mails}:
        person.mails.append(PersonMail(raw=raw, address=address))


def fold(person: Person) -> None:
    """Work out every key the person is found by."""
    person.name_key, person.kana_key = fold_name(person.name), fold_kana(person.kana)
    person.search = search_text(
        person.name,
        person.kana,
        person.former_name,
        [phone.e164 for phone in person.phones],
        [mail.address for mail in person.mails],
    )


def values_of(person: Person) -> dict[str, object]:
    """What an audit line keeps of a person."""
    return {
        "name": person.name,
        "kana": person.kana,
        "former_name": person.former_name,
        "phones": [phone.e164 for phone in person.phones],
        "mails": [mail.address for mail in person.mails],
        "language": person.language,
        "gender": person.gender,
        "birth_date": person.birth_date,
    }
