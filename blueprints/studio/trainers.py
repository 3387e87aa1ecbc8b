"""Settings: trainers and their weekly hours."""

from datetime import timedelta

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from backoffice.core.db import transaction
from backoffice.core.submissions import first_use
from backoffice.shifts.outside import outside_hours
from backoffice.staff import trainers as staff_trainers
from backoffice.staff.models import Shift
from backoffice.staff.permissions import Permission
from blueprints.studio.blueprint import settings
from blueprints.studio.forms import NewTrainerForm, TrainerForm
from blueprints.studio.pages import done, form_page, saved
from blueprints.studio.week_form import HoursForm
from blueprints.support.access import actor, permit
from blueprints.support.clock import now, today
from blueprints.support.filters import own_name
from blueprints.support.forms import options
from blueprints.support.studio import current_studio


@settings.get("/trainers")
@permit(Permission.SHIFTS_EDIT)
def trainers() -> ResponseReturnValue:
    """All trainers, those out of the calendar last."""
    studio_id = current_studio().id
    return render_template(
        "studio/trainers.html",
        trainers=staff_trainers.all_trainers(studio_id),
        loose=staff_trainers.loose_accounts(studio_id),
    )


@settings.route("/trainers/new", methods=["GET", "POST"])
@permit(Permission.SHIFTS_EDIT)
def new_trainer() -> ResponseReturnValue:
    """A trainer to come; `?account=` is whose account they sign in with. Their weekly hours come next."""
    form = NewTrainerForm(data=None if request.method == "POST" else _begun(request.args.get("account")))
    form.staff_id.choices = _accounts()
    made: list[int] = []

    def save() -> None:
        if first_use(form.form_token.data, "trainer", now=now()):
            values = form.changes()
            del values["position"]
            names = values.pop("name_ja"), values.pop("name_en")
            is_public = values.pop("is_public")
            row = staff_trainers.add_trainer(
                current_studio().id, form.slug.data, *names, by=actor(), now=now(), **values
            )
            row.is_public = is_public
            made.append(row.id)

    if saved(form, save):
        back = url_for("settings.hours", trainer_id=made[0]) if made else url_for("settings.trainers")
        return done(back, _("Saved. Next, please set the weekly hours."))
    return form_page(form, _("New trainer"), url_for("settings.trainers"), status=422 if form.errors else 200)


@settings.route("/trainers/<int:trainer_id>", methods=["GET", "POST"])
@permit(Permission.SHIFTS_EDIT)
def trainer(trainer_id: int) -> ResponseReturnValue:
    """One trainer's profile."""
    row = staff_trainers.trainer(current_studio().id, trainer_id)
    form = TrainerForm(obj=row)
    form.staff_id.choices = _accounts()
    version = form.version.data
    if saved(
        form,
        lambda: staff_trainers.update_trainer(row.id, form.changes(), version=version, by=actor(), now=now()),
    ):
        return done(url_for("settings.trainers"))
    return form_page(
        form, own_name(row), url_for("settings.trainers"), status=422 if form.errors else 200, row=row,
        archive_url=url_for("settings.archive_trainer", trainer_id=row.id),
        restore_url=url_for("settings.restore_trainer", trainer_id=row.id),
    )  # fmt: skip


@settings.post("/trainers/<int:trainer_id>/archive")
@permit(Permission.SHIFTS_EDIT)
def archive_trainer(trainer_id: int) -> ResponseReturnValue:
    """Take a trainer out of the calendar."""
    row = staff_trainers.trainer(current_studio().id, trainer_id)
    with transaction():
        staff_trainers.archive_trainer(row.id, by=actor(), now=now())
    return done(url_for("settings.trainers"))


@settings.post("/trainers/<int:trainer_id>/restore")
@permit(Permission.SHIFTS_EDIT)
def restore_trainer(trainer_id: int) -> ResponseReturnValue:
    """Put a trainer back into the calendar."""
    row = staff_trainers.trainer(current_studio().id, trainer_id)
    with transaction():
        staff_trainers.restore_trainer(row.id, by=actor(), now=now())
    return done(url_for("settings.trainers"))


@settings.route("/trainers/<int:trainer_id>/hours", methods=["GET", "POST"])
@permit(Permission.SHIFTS_EDIT)
def hours(trainer_id: int) -> ResponseReturnValue:
    """A trainer's weekly hours from a day on; earlier days keep theirs."""
    row = staff_trainers.trainer(current_studio().id, trainer_id)
    tomorrow = today() + timedelta(days=1)
    held = staff_trainers.weekly_hours(row.id, tomorrow)
    later = staff_trainers.changes_of_hours(row.id, tomorrow)
    first = tomorrow if held or later else today()
    given = None if request.method == "POST" else {"valid_from": first, **_by_weekday(held)}
    form = HoursForm(data=given)
    if saved(
        form,
        lambda: staff_trainers.plan_weekly_hours(
            current_studio(), row, form.hours(), valid_from=form.valid_from.data, by=actor(), now=now()
        ),
    ):
        left = outside_hours(current_studio(), now=now(), trainer_id=row.id)
        return done(url_for("shifts.outside") if left else url_for("settings.trainers"))
    page = render_template(
        "studio/hours.html", form=form, trainer=row, back=url_for("settings.trainers"),
        later=later,
    )  # fmt: skip
    return page, 422 if form.errors else 200


def _begun(account: str | None) -> dict[str, object]:
    """What the form of a new trainer begins with."""
    who = next(
        (one for one in staff_trainers.loose_accounts(current_studio().id) if str(one.id) == account), None
    )
    named = {} if who is None else {"name_ja": who.name, "name_en": who.name_en, "staff_id": who.id}
    return {"is_public": True, "position": 0, **named}


def _by_weekday(shifts: list[Shift]) -> dict[str, object]:
    values: dict[str, object] = {}
    for shift in shifts:
        values[f"start_{shift.weekday}"], values[f"end_{shift.weekday}"] = shift.starts_at, shift.ends_at
        values[f"break_from_{shift.weekday}"] = shift.break_from
        values[f"break_to_{shift.weekday}"] = shift.break_to
    return values


def _accounts() -> list[SelectChoice]:
    people = staff_trainers.accounts_for_trainers(current_studio().id)
    return options({"": _("none"), **{one.id: one.name for one in people}})
