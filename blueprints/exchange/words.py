"""What columns, verdicts and files of an import are called."""

from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l

from backoffice.exchange.bookings_file import BookingColumn
from backoffice.exchange.imports import ImportKind
from backoffice.exchange.people_file import PersonColumn
from backoffice.exchange.verdicts import Verdict

TITLES = {ImportKind.PEOPLE: _l("Import people"), ImportKind.BOOKINGS: _l("Import past bookings")}

LEADS_IN = {
    ImportKind.PEOPLE: _l("Names, kana, phones and mails. Those already here stay as they are."),
    ImportKind.BOOKINGS: _l(
        "What is over: when, service, trainer, guest, how it ended. Nobody gets a message."
    ),
}

COLUMN_WORDS: dict[StrEnum, Any] = {
    BookingColumn.STARTS: _l("Begins (day and time)"),
    BookingColumn.DAY: _l("Day"),
    BookingColumn.TIME: _l("Starts at"),
    BookingColumn.ENDS: _l("Ends"),
    BookingColumn.MINUTES: _l("Minutes"),
    BookingColumn.SERVICE: _l("Service"),
    BookingColumn.TRAINER: _l("Trainer"),
    BookingColumn.STATE: _l("Status"),
    PersonColumn.NAME: _l("Name"),
    PersonColumn.FAMILY: _l("Family name"),
    PersonColumn.GIVEN: _l("Given name"),
    PersonColumn.KANA: _l("Kana"),
    PersonColumn.FAMILY_KANA: _l("Family name in kana"),
    PersonColumn.GIVEN_KANA: _l("Given name in kana"),
    PersonColumn.FORMER: _l("Former name"),
    PersonColumn.PHONE: _l("Phone"),
    PersonColumn.OTHER_PHONE: _l("Other phones"),
    PersonColumn.MAIL: _l("Mail"),
    PersonColumn.OTHER_MAIL: _l("Other mail addresses"),
    PersonColumn.BIRTH: _l("Date of birth"),
    PersonColumn.GENDER: _l("Gender"),
    PersonColumn.LANGUAGE: _l("Language"),
    PersonColumn.FOLLOW_UP: _l("Follow-up messages"),
    PersonColumn.MARKETING: _l("News and offers"),
}
"""In the order in which they are asked for."""

VERDICT_WORDS = {
    Verdict.NEW: _l("new"),
    Verdict.ALREADY: _l("already here"),
    Verdict.DOUBTFUL: _l("doubtful"),
    Verdict.OVERLAP: _l("overlaps"),
    Verdict.REFUSED: _l("left out"),
    Verdict.BLANK: _l("empty line"),
}
