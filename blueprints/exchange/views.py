"""Where data goes out: people and the bookings of a period, as files; leads and reports have theirs on their lists."""

from datetime import timedelta

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.bookings.models import Attendance, BookingChannel, BookingState
from backoffice.core.errors import DomainError
from backoffice.core.tables.writing import Row
from backoffice.exchange.bookings_out import BookingOut, bookings_between
from backoffice.exchange.people_out import PersonOut, everybody
from backoffice.staff.permissions import Permission
from blueprints.bookings.words import ATTENDANCE_WORDS, CHANNEL_WORDS, STATE_WORDS
from blueprints.exchange.forms import PeriodForm
from blueprints.people.scope import only_visible
from blueprints.people.words import GENDER_WORDS
from blueprints.support.access import permit
from blueprints.support.clock import today
from blueprints.support.exports import hand_out, phone_cell, yes_or_no
from blueprints.support.filters import either
from blueprints.support.forms import add_domain_error
from blueprints.support.studio import current_studio

exchange = Blueprint("exchange", __name__, url_prefix="/data")

LONGEST_TYPED = 300


@exchange.get("")
@permit(Permission.EXPORTS_MAKE)
def index() -> ResponseReturnValue:
    """What can be taken out, with the last month of bookings proposed."""
    first = today().replace(day=1) - timedelta(days=1)
    return _index(PeriodForm(formdata=None, data={"first": first.replace(day=1), "last": first}))


@exchange.get("/people.<any(csv, xlsx):kind>")
@permit(Permission.EXPORTS_MAKE, fresh=True)
def people(kind: str) -> ResponseReturnValue:
    """Everybody, or those found by what was typed; whom was searched for is not recorded."""
    query = request.args.get("q", "")[:LONGEST_TYPED]
    return hand_out(
        "people",
        kind,
        _people_header(),
        lambda: map(_person_row, everybody(query, only=only_visible())),
        {"narrowed": bool(query.strip())},
    )


@exchange.get("/bookings.<any(csv, xlsx):kind>")
@permit(Permission.EXPORTS_MAKE, fresh=True)
def bookings(kind: str) -> ResponseReturnValue:
    """The bookings of a period, one row for each guest. A period that cannot be brings the page back."""
    form, studio = PeriodForm(formdata=request.args), current_studio()
    if not form.validate():
        return _index(form), 422
    first, last = form.first.data, form.last.data
    try:
        return hand_out(
            "bookings",
            kind,
            _bookings_header(),
            lambda: map(_booking_row, bookings_between(studio.id, first, last, zone=studio.zone)),
            {"first": first, "last": last},
        )
    except DomainError as error:
        add_domain_error(form, error)
        return _index(form), error.status


def _index(form: PeriodForm) -> str:
    return render_template("exchange/index.html", form=form)


def _people_header() -> list[str]:
    return [
        _("Person number"), _("Name"), _("Kana"), _("Former name"), _("Phone"), _("Other phones"), _("Mail"),
        _("Other mail addresses"), _("Language"), _("Gender"), _("Date of birth"), _("Follow-up messages"),
        _("News and offers"), _("Here since"), _("Member number"), _("Member since"),
    ]  # fmt: skip


def _person_row(row: PersonOut) -> Row:
    phones, mails = [phone_cell(one) for one in row.phones or ()], row.mails or []
    return [
        row.id, row.name, row.kana, row.former_name, *_first_and_rest(phones), *_first_and_rest(mails),
        row.language, str(GENDER_WORDS.get(row.gender, "")), row.birth_date, yes_or_no(row.follow_up),
        yes_or_no(row.marketing), row.created_at, row.member_number, row.joined_on,
    ]  # fmt: skip


def _first_and_rest(values: list[str]) -> tuple[str, str]:
    return (values[0] if values else "", " / ".join(values[1:]))


def _bookings_header() -> list[str]:
    return [
        _("Booking number"), _("Begins"), _("Ends"), _("Status"), _("Service"), _("Trainer"), _("Room"), _("Channel"),
        _("Trainer named"), _("Person number"), _("Name"), _("Kana"), _("Phone"), _("Attendance"), _("Fee (yen)"),
        _("Fee received"),
    ]  # fmt: skip


def _booking_row(row: BookingOut) -> Row:
    return [
        row.booking_id, row.starts_at, row.ends_at, str(STATE_WORDS[BookingState(row.state)]),
        either(row.service_ja, row.service_en), either(row.trainer_ja, row.trainer_en),
        either(row.room_ja, row.room_en), str(CHANNEL_WORDS[BookingChannel(row.channel)]), yes_or_no(row.is_named),
        row.person_id, row.name, row.kana, phone_cell(row.phone),
        str(ATTENDANCE_WORDS[Attendance(row.attendance)]), row.fee_yen, row.fee_received_at,
    ]  # fmt: skip
