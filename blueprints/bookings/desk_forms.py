"""What the desk types while the guest is on the phone: whom, what, when, with whom."""

import re
from datetime import datetime
from typing import Any, NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TelField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import InputRequired, Length, Optional

from backoffice.bookings.guests import SHOE_SIZES, WEAR_SIZES
from backoffice.bookings.models import BookingChannel
from backoffice.bookings.refusals import Slot
from blueprints.bookings.words import CHANNEL_WORDS
from blueprints.support.forms import CreateForm, SafeForm, VersionField, optional_int, options

CLOCK = ["%H:%M", "%H:%M:%S"]
GUESTS = ("first", "second")
ANY_SIZE = "?"
ROW_ID = re.compile(r"[0-9]{1,18}")


HOLDS = {
    "": _l("no, book it"),
    2: _l("keep it for 2 hours"),
    24: _l("keep it for a day"),
    72: _l("keep it for three days"),
}
"""How long a time is kept (in hours) for somebody who has not decided."""


class Pick(NamedTuple):
    """A free time that was clicked: when, with whom, where."""

    starts_at: datetime
    trainer_id: int
    room_id: int | None


def write_pick(slot: Slot) -> str:
    """A slot as the value of a button."""
    return f"{slot.starts_at.isoformat()}/{slot.trainer_id}/{slot.room_id or ''}"


def read_instant(value: str) -> datetime | None:
    """An instant with its offset (2026-11-24T10:00:00+09:00); None for anything else."""
    try:
        at = datetime.fromisoformat(value[:40])
    except ValueError:
        return None
    return at if at.tzinfo is not None else None


def read_pick(value: str | None) -> Pick | None:
    """The slot behind a button; None for anything else."""
    at, _slash, rest = (value or "")[:80].partition("/")
    trainer, _slash, room = rest.partition("/")
    starts_at = read_instant(at)
    if starts_at is None or not ROW_ID.fullmatch(trainer) or not ROW_ID.fullmatch(room or "0"):
        return None
    return Pick(starts_at, int(trainer), int(room) if room else None)


class WhenForm(SafeForm):
    """Which service, with whom and when; a clicked time wins over nothing, a typed one over a clicked one."""

    trainer_id = SelectField(_l("Trainer"), coerce=optional_int)
    day = DateField(_l("Day"), validators=[InputRequired()])
    clock = TimeField(_l("Or another time"), format=CLOCK, validators=[Optional()])
    pick = HiddenField("", validators=[Length(max=80)])
    nearest = HiddenField("", validators=[Length(max=80)])
    waiver = StringField(_l("Reason for an exception"), validators=[Length(max=200)])

    @property
    def picked(self) -> Pick | None:
        """The free time that was clicked: one of the nearest, or one of the list unless a time was typed."""
        chosen = read_pick(self.nearest.data)
        if chosen is None and self.clock.data is None:
            chosen = read_pick(self.pick.data)
        return chosen

    def validate(self, extra_validators: Any = None) -> bool:
        """A time is needed: clicked or typed."""
        good = super().validate(extra_validators)
        if self.picked is None and self.clock.data is None and not self.clock.errors:
            self.clock.errors = [_("Please choose a free time or type one.")]
            return False
        return good


class BookingForm(CreateForm, WhenForm):
    """A new booking for one or two guests."""

    service_id = SelectField(_l("Service"), coerce=int)
    lead_id = HiddenField("", validators=[Length(max=20)])
    channel = RadioField(
        _l("Reached us by"),
        choices=options(CHANNEL_WORDS),
        default=BookingChannel.PHONE.value,
    )
    is_named = BooleanField(_l("The guest asked for this trainer"))
    wants_woman = BooleanField(_l("The guest would like a female trainer"))
    room_id = SelectField(_l("Room"), coerce=optional_int, default="")
    note = TextAreaField(_l("Note"), validators=[Length(max=1000)])
    hold_hours = SelectField(_l("Tentative"), choices=options(HOLDS), coerce=optional_int, default="")

    def guest(self, which: str) -> dict[str, Any]:
        """What was typed about the first or the second guest."""
        return {name: self._fields[f"{which}_{name}"].data for name in GUEST_FIELDS}

    def has_guest(self, which: str) -> bool:
        """Whether anything says who this guest is."""
        typed = self.guest(which)
        return any(typed[name] for name in ("person_id", "name", "kana", "phone", "mail"))

    def validate(self, extra_validators: Any = None) -> bool:
        """A first guest is needed, with a name or a reading."""
        good = super().validate(extra_validators)
        return all([self._check_guest(which) for which in GUESTS]) and good  # noqa: C419 - every guest is checked

    def _check_guest(self, which: str) -> bool:
        typed = self.guest(which)
        if typed["person_id"] or (which == "second" and not self.has_guest(which)):
            return True
        if typed["name"] or typed["kana"]:
            return True
        self._fields[f"{which}_name"].errors = [_("Please type a name, or its reading in kana.")]
        return False


GUEST_FIELDS = {
    "person_id": lambda: HiddenField("", validators=[Length(max=20)]),
    "name": lambda: StringField(_l("Name"), validators=[Length(max=60)]),
    "kana": lambda: StringField(_l("Name in kana"), validators=[Length(max=60)]),
    "phone": lambda: TelField(_l("Phone"), validators=[Length(max=40)]),
    "mail": lambda: StringField(_l("Mail address"), validators=[Length(max=200)]),
    "wear": lambda: SelectField(
        _l("Wear"),
        default="",
        choices=options(
            {"": _l("brings own"), **{size: size for size in WEAR_SIZES}, ANY_SIZE: _l("size not known")}
        ),
    ),
    "shoe": lambda: SelectField(
        _l("Shoes"),
        default="",
        choices=options({"": _l("brings own"), **{size: f"{size} cm" for size in SHOE_SIZES}}),
    ),
}

for _which in GUESTS:
    for _name, _make in GUEST_FIELDS.items():
        setattr(BookingForm, f"{_which}_{_name}", _make())


class MoveForm(WhenForm):
    """A new time for a booking; `is_here` when the guest stands at the desk."""

    is_here = HiddenField("", validators=[Length(max=1)])
    version = VersionField()


class CancelForm(SafeForm):
    """Who calls the booking off, and why."""

    by = RadioField(
        _l("Who cancels?"),
        choices=options({"client": _l("The guest"), "gym": _l("The gym")}),
        default="client",
    )
    reason = StringField(_l("Reason"), validators=[Length(max=200)])
    tell = BooleanField(_l("Tell the guest by message"), default=True)
    version = VersionField()
