"""Settings: time off of trainers, and blocked times of trainers and rooms."""

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.bookings import schedule
from backoffice.bookings.affected import blocks_ahead, by_time_off
from backoffice.bookings.refusals import SlotTaken
from backoffice.core.db import transaction
from backoffice.core.errors import DomainError
from backoffice.core.submissions import first_use
from backoffice.staff.permissions import Permission
from backoffice.staff.trainers import all_trainers, time_off_since, trainer, trainers
from backoffice.studio.queries import all_rooms, rooms
from blueprints.studio.blueprint import settings
from blueprints.studio.days import told
from blueprints.studio.forms import BlockForm, TimeOffForm
from blueprints.studio.pages import done
from blueprints.support.access import actor, permit
from blueprints.support.clock import now
from blueprints.support.filters import own_name
from blueprints.support.forms import add_domain_error, options
from blueprints.support.studio import current_studio


@settings.route("/time-off", methods=["GET", "POST"])
@permit(Permission.SHIFTS_EDIT)
def time_off() -> ResponseReturnValue:
    """Who is away when, the bookings that must be moved for it, and a form to add."""
    form = TimeOffForm()
    form.trainer_id.choices = options({one.id: own_name(one) for one in trainers(current_studio().id)})
    if form.validate_on_submit():
        try:
            with transaction():
                _add_time_off(form)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            return done(url_for("settings.time_off"), told(len(by_time_off(current_studio().id, now=now()))))
    page = render_template(
        "studio/time_off.html",
        form=form,
        rows=time_off_since(current_studio().id, now()),
        hits=by_time_off(current_studio().id, now=now()),
    )
    return page, 422 if form.errors else 200


@settings.post("/time-off/<int:time_off_id>/removal")
@permit(Permission.SHIFTS_EDIT)
def remove_time_off(time_off_id: int) -> ResponseReturnValue:
    """The trainer works after all."""
    with transaction():
        schedule.cancel_time_off(current_studio().id, time_off_id, by=actor(), now=now())
    return done(url_for("settings.time_off"), _("Taken back."))


@settings.route("/blocks", methods=["GET", "POST"])
@permit(Permission.SHIFTS_EDIT)
def blocks() -> ResponseReturnValue:
    """Blocked times ahead and a form to add one; over a booking it is refused with who is in the way."""
    form, in_the_way = BlockForm(), ()
    studio_id = current_studio().id
    offered = {f"trainer-{one.id}": own_name(one) for one in trainers(studio_id)}
    form.resource.choices = options(offered | {f"room-{one.id}": own_name(one) for one in rooms(studio_id)})
    if form.validate_on_submit():
        try:
            with transaction():
                _add_block(form)
        except DomainError as error:
            add_domain_error(form, error)
            in_the_way = error.in_the_way if isinstance(error, SlotTaken) else ()
        else:
            return done(url_for("settings.blocks"))
    names = {(one.id, None): own_name(one) for one in all_trainers(studio_id)}
    names |= {(None, one.id): own_name(one) for one in all_rooms(studio_id)}
    page = render_template(
        "studio/blocks.html",
        form=form,
        rows=blocks_ahead(studio_id, now=now()),
        names=names,
        in_the_way=in_the_way,
    )
    return page, 422 if form.errors else 200


@settings.post("/blocks/<int:block_id>/removal")
@permit(Permission.SHIFTS_EDIT)
def remove_block(block_id: int) -> ResponseReturnValue:
    """The time can be booked again."""
    with transaction():
        schedule.remove_block(current_studio().id, block_id, by=actor(), now=now())
    return done(url_for("settings.blocks"), _("Taken back."))


def _add_time_off(form: TimeOffForm) -> None:
    if first_use(form.form_token.data, "time_off", now=now()):
        schedule.add_time_off(
            trainer(current_studio().id, form.trainer_id.data),
            _instant(form.starts_at.data), _instant(form.ends_at.data),
            reason=form.reason.data or "", by=actor(), now=now(),
        )  # fmt: skip


def _add_block(form: BlockForm) -> None:
    kind, _dash, number = form.resource.data.partition("-")
    if first_use(form.form_token.data, "block", now=now()):
        schedule.add_block(
            studio_id=current_studio().id,
            trainer_id=int(number) if kind == "trainer" else None,
            room_id=int(number) if kind == "room" else None,
            starts_at=_instant(form.starts_at.data), ends_at=_instant(form.ends_at.data),
            reason=form.reason.data, by=actor(), now=now(),
        )  # fmt: skip


def _instant(typed: datetime) -> datetime:
    """What was typed, on the studio's clock."""
    return typed.replace(tzinfo=ZoneInfo(current_studio().zone))
