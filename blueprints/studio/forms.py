"""Forms of the settings pages. `SECTIONS` says in which order and under which heading the fields stand."""

from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    DateTimeLocalField,
    EmailField,
    IntegerField,
    SelectField,
    StringField,
    TelField,
    TextAreaField,
    TimeField,
    URLField,
)
from wtforms.validators import DataRequired, Email, InputRequired, Length, NumberRange, Optional, Regexp

from backoffice.core.contact import format_phone
from backoffice.core.language import N_
from backoffice.studio.models import ServiceKind
from blueprints.support.forms import CreateForm, SafeForm, VersionField, optional_int, options

NAME = Length(max=80)
LONG = Length(max=600)
STEPS = (5, 10, 15, 20, 30, 60)
LINE_ID = r"@[0-9a-z._-]{1,30}$"
CLOCK = ["%H:%M", "%H:%M:%S"]

KIND_WORDS = {
    ServiceKind.COUNSELLING: _l("Counselling"),
    ServiceKind.TRIAL: _l("Trial"),
    ServiceKind.SESSION: _l("Session"),
    ServiceKind.CARE: _l("CARE"),
    ServiceKind.ONLINE: _l("Online"),
}

Sections = tuple[tuple[str, tuple[str, ...]], ...]


class SettingsForm(SafeForm):
    """A form of a row that exists: carries its version."""

    SECTIONS: ClassVar[Sections] = ()
    HINTS: ClassVar[dict[str, Any]] = {}
    version = VersionField()

    def changes(self) -> dict[str, Any]:
        """What was typed, by column name."""
        return {name: self._fields[name].data for _title, names in self.SECTIONS for name in names}


def amount(label: Any, most: int, least: int = 0) -> IntegerField:
    """A whole number that must be given."""
    return IntegerField(label, validators=[InputRequired(), NumberRange(least, most)])


def read_out(phone: str | None) -> str | None:
    """A phone that is kept for dialling, as people read it."""
    return format_phone(phone) if phone else phone


class StudioForm(SettingsForm):
    """Name, place, what visitors are told, and the habits of the booking page."""

    SECTIONS = (
        (N_("Name and contact"), ("name_ja", "name_en", "phone", "mail", "line_id")),
        (N_("How to find us"), ("address_ja", "address_en", "way_ja", "way_en", "map_url")),
        (N_("Told to guests before they come"), ("bring_ja", "bring_en", "changing_ja", "changing_en")),
        (
            N_("Booking and messages"),
            ("slot_step_minutes", "horizon_days", "quiet_from", "quiet_to", "follow_ups_a_week"),
        ),
        (N_("Memberships"), ("cut_off_day", "freeze_fee_yen", "forgives_first_late_cancel")),
    )
    HINTS: ClassVar[dict[str, Any]] = {
        "slot_step_minutes": _l("Free times are offered in steps of so many minutes."),
        "horizon_days": _l("How many days ahead visitors can book."),
        "line_id": _l(
            "The basic ID of the gym's LINE account, beginning with @. Empty: LINE is offered nowhere."
        ),
        "quiet_from": _l("Follow-up messages wait until the quiet hours are over."),
        "follow_ups_a_week": _l("The most that one person gets in seven days; 0 sends none."),
        "cut_off_day": _l(
            "Who says it until this day of a month can freeze from the next month on, or leave at the end of this one."
        ),
        "freeze_fee_yen": _l("Owed for each frozen month, tax included. 0: nothing."),
    }

    name_ja = StringField(_l("Name (Japanese)"), validators=[DataRequired(), NAME])
    name_en = StringField(_l("Name (English)"), validators=[NAME])
    phone = TelField(_l("Phone"), validators=[Length(max=40)], filters=[read_out])
    mail = EmailField(
        _l("Mail"),
        validators=[Optional(), Email(message=_l("Please enter a mail address.")), Length(max=254)],
    )
    line_id = StringField(_l("LINE ID"), validators=[Optional(), Regexp(LINE_ID), Length(max=40)])
    address_ja = TextAreaField(_l("Address (Japanese)"), validators=[LONG])
    address_en = TextAreaField(_l("Address (English)"), validators=[LONG])
    way_ja = TextAreaField(_l("Way (Japanese)"), validators=[LONG])
    way_en = TextAreaField(_l("Way (English)"), validators=[LONG])
    map_url = URLField(_l("Map link"), validators=[Length(max=500)])
    bring_ja = TextAreaField(_l("What to bring (Japanese)"), validators=[LONG])
    bring_en = TextAreaField(_l("What to bring (English)"), validators=[LONG])
    changing_ja = TextAreaField(_l("Changing room (Japanese)"), validators=[LONG])
    changing_en = TextAreaField(_l("Changing room (English)"), validators=[LONG])
    slot_step_minutes = SelectField(
        _l("Step of free times (minutes)"), coerce=int, choices=options({step: str(step) for step in STEPS})
    )
    horizon_days = amount(_l("Bookable days ahead"), 365, 1)
    quiet_from = TimeField(_l("Quiet hours from"), format=CLOCK, validators=[InputRequired()])
    quiet_to = TimeField(_l("Quiet hours until"), format=CLOCK, validators=[InputRequired()])
    follow_ups_a_week = amount(_l("Follow-ups a week"), 14, 0)
    cut_off_day = amount(_l("Cut-off day of freezing and leaving"), 28, 1)
    freeze_fee_yen = amount(_l("Fee of a frozen month (yen)"), 1_000_000)
    forgives_first_late_cancel = BooleanField(_l("The first late cancel of a month uses no ticket"))


class ServiceForm(SettingsForm):
    """A service that can be booked."""

    SECTIONS = (
        (N_("What it is"), ("name_ja", "name_en", "kind", "price_yen", "position")),
        (N_("How long"), ("minutes", "prep_minutes", "cleanup_minutes", "needs_room", "max_participants")),
        (
            N_("Who may book, and until when"),
            ("is_public", "notice_minutes", "change_until_hours", "cancel_until_hours"),
        ),
        (
            N_("Service for the guest"),
            ("uses_tickets", "offers_wear", "reminds_day_before", "reminds_two_hours_before"),
        ),
    )
    HINTS: ClassVar[dict[str, Any]] = {
        "prep_minutes": _l("Trainer and room are taken this long before the start."),
        "cleanup_minutes": _l("Trainer and room are taken this long after the end."),
        "notice_minutes": _l("Visitors must book at least this long before the start."),
        "change_until_hours": _l("Hours before the start until which guests can move by themselves."),
        "cancel_until_hours": _l("Hours before the start until which guests can cancel by themselves."),
        "position": _l("Smaller numbers stand first."),
    }

    name_ja = StringField(_l("Name (Japanese)"), validators=[DataRequired(), NAME])
    name_en = StringField(_l("Name (English)"), validators=[DataRequired(), NAME])
    kind = SelectField(_l("Kind"), choices=options(KIND_WORDS))
    price_yen = amount(_l("Price (yen)"), 10_000_000)
    position = amount(_l("Place in the order"), 999)
    minutes = amount(_l("Length (minutes)"), 480, 5)
    prep_minutes = amount(_l("Preparation (minutes)"), 120)
    cleanup_minutes = amount(_l("Clean-up (minutes)"), 120)
    needs_room = BooleanField(_l("Needs a room"))
    max_participants = SelectField(_l("Participants at most"), coerce=int, choices=options({1: "1", 2: "2"}))
    is_public = BooleanField(_l("Visitors can book it on the public page"))
    notice_minutes = amount(_l("Notice (minutes)"), 20_160)
    change_until_hours = amount(_l("Moving until (hours before)"), 336)
    cancel_until_hours = amount(_l("Cancelling until (hours before)"), 336)
    uses_tickets = BooleanField(_l("Uses a ticket"))
    offers_wear = BooleanField(_l("Wear and shoes can be lent"))
    reminds_day_before = BooleanField(_l("Reminder 24 hours before"))
    reminds_two_hours_before = BooleanField(_l("Reminder 2 hours before"))


class NewServiceForm(ServiceForm):
    """The same for a service to come, with the word that stands in addresses."""

    HINTS: ClassVar[dict[str, Any]] = {
        **ServiceForm.HINTS,
        "slug": _l(
            "Stands in addresses, for example /book/trial. Small letters, digits, hyphens; it never changes."
        ),
    }

    slug = StringField(_l("Short name for addresses"), validators=[DataRequired(), Length(max=40)])
    form_token = CreateForm.form_token


class RoomForm(SettingsForm):
    """A room."""

    SECTIONS = (("", ("name_ja", "name_en", "position")),)

    name_ja = StringField(_l("Name (Japanese)"), validators=[DataRequired(), NAME])
    name_en = StringField(_l("Name (English)"), validators=[DataRequired(), NAME])
    position = amount(_l("Place in the order"), 999)


class NewRoomForm(CreateForm):
    """A room to add."""

    name_ja = StringField(_l("Name (Japanese)"), validators=[DataRequired(), NAME])
    name_en = StringField(_l("Name (English)"), validators=[DataRequired(), NAME])


class TrainerForm(SettingsForm):
    """A trainer's profile."""

    SECTIONS = (
        (N_("Profile"), ("name_ja", "name_en", "intro_ja", "intro_en")),
        (N_("Booking"), ("is_public", "is_woman", "staff_id", "position")),
    )
    HINTS: ClassVar[dict[str, Any]] = {
        "is_woman": _l("Used when a guest asks for a female trainer."),
        "staff_id": _l("With it the trainer sees the own day after signing in."),
        "position": _l("Smaller numbers stand first."),
    }

    name_ja = StringField(_l("Their name in Japanese"), validators=[DataRequired(), NAME])
    name_en = StringField(_l("Their name in English"), validators=[DataRequired(), NAME])
    intro_ja = TextAreaField(_l("Introduction (Japanese)"), validators=[LONG])
    intro_en = TextAreaField(_l("Introduction (English)"), validators=[LONG])
    is_public = BooleanField(_l("Visitors can choose this trainer"))
    is_woman = BooleanField(_l("Female trainer"))
    staff_id = SelectField(_l("Signs in as"), coerce=optional_int)
    position = amount(_l("Place in the order"), 999)


class NewTrainerForm(TrainerForm):
    """The same for a trainer to come."""

    HINTS: ClassVar[dict[str, Any]] = {
        **TrainerForm.HINTS,
        "slug": _l(
            "Stands in addresses, as in /book/trial?trainer=mori. Small letters, digits, hyphens; it never changes."
        ),
    }

    slug = StringField(_l("Short name for addresses"), validators=[DataRequired(), Length(max=40)])
    form_token = CreateForm.form_token


class SpecialDayForm(CreateForm):
    """A closing day or a day with other hours, or a row of such days."""

    day = DateField(_l("First day"), validators=[InputRequired()])
    until = DateField(_l("Last day"), validators=[Optional()])
    name_ja = StringField(_l("Name (Japanese)"), validators=[NAME])
    name_en = StringField(_l("Name (English)"), validators=[NAME])
    opens_at = TimeField(_l("Opens at"), format=CLOCK, validators=[Optional()])
    closes_at = TimeField(_l("Closes at"), format=CLOCK, validators=[Optional()])


class TimeOffForm(CreateForm):
    """A span in which a trainer does not work."""

    trainer_id = SelectField(_l("Trainer"), coerce=int)
    starts_at = DateTimeLocalField(
        _l("From"), format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], validators=[InputRequired()]
    )
    ends_at = DateTimeLocalField(
        _l("Until"), format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], validators=[InputRequired()]
    )
    reason = StringField(_l("Reason"), validators=[Length(max=120)])


class BlockForm(CreateForm):
    """Time of a trainer or a room that nobody can book."""

    resource = SelectField(_l("Trainer or room"))
    starts_at = DateTimeLocalField(
        _l("From"), format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], validators=[InputRequired()]
    )
    ends_at = DateTimeLocalField(
        _l("Until"), format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], validators=[InputRequired()]
    )
    reason = StringField(_l("Reason"), validators=[DataRequired(), Length(max=120)])
