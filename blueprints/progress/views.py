"""A person's measurements: looked at, added with one hand, taken out and back; goals and what was noticed."""

from datetime import timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.core.db import in_transaction, transaction
from backoffice.core.errors import DomainError
from backoffice.core.submissions import first_use
from backoffice.files.agreed import may_be_shown
from backoffice.progress import actions, queries
from backoffice.progress.courses import courses_of
from backoffice.progress.models import Effect, EffectNote, MeasureKind, Measurement
from backoffice.progress.reviews import reviews_of
from backoffice.staff.permissions import Permission
from backoffice.studio.scope import of_studio
from blueprints.clients.frame import frame
from blueprints.people.scope import check_own_guest
from blueprints.progress.chart import drawing
from blueprints.progress.forms import EffectForm, GoalForm, MeasureForm, measure_form
from blueprints.progress.words import EFFECT_WORDS, FIRST_WORDS, SPANS
from blueprints.support.access import actor, permit
from blueprints.support.clock import now, today
from blueprints.support.forms import add_domain_error
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done, flash_undo

progress = Blueprint("progress", __name__)


@progress.get("/people/<int:person_id>/progress")
@permit(Permission.TRAINING_EDIT)
def show(person_id: int) -> ResponseReturnValue:
    """Each kind with its chart and its table; `span` says how far back."""
    check_own_guest(person_id)
    span = request.args.get("span") if request.args.get("span") in SPANS else "90"
    days, _word = SPANS[span or ""]
    since = None if days is None else today() - timedelta(days=days)
    noticed = queries.effects_of(current_studio().id, person_id)
    return render_template(
        "progress/show.html",
        drawn=[(one, drawing(one)) for one in courses_of(current_studio().id, person_id, since=since)],
        noticed=noticed,
        firsts=queries.first_effects(noticed),
        first_words=FIRST_WORDS,
        effect_words=EFFECT_WORDS,
        reviews=reviews_of(current_studio().id, person_id),
        is_agreed=may_be_shown(person_id),
        span=span,
        spans=SPANS,
        **frame(person_id),
    )


@progress.route("/people/<int:person_id>/progress/measurements/new", methods=["GET", "POST"])
@permit(Permission.TRAINING_EDIT)
def measure(person_id: int) -> ResponseReturnValue:
    """Add what was measured on a day; sent twice it is kept once."""
    check_own_guest(person_id)
    form = measure_form(queries.kinds(current_studio().id), data={"day": today()})
    far = {}
    if form.validate_on_submit():
        far = {} if form.is_sure.data else _far(person_id, form)
        form.ask_about(far)
    if form.is_submitted() and not form.errors:
        try:
            count = in_transaction(lambda: _keep(person_id, form))
        except DomainError as error:
            add_domain_error(form, error)
        else:
            if count:
                flash_done(_("Kept: %(count)s values.", count=count))
            return redirect(url_for("progress.show", person_id=person_id), 303)
    newest = {kind: values[-1] for kind, values in queries.values_of(current_studio().id, person_id).items()}
    page = render_template(
        "progress/measure.html", form=form, newest=newest, is_asked=bool(far), **frame(person_id)
    )
    return page, 422 if form.errors else 200


@progress.post("/progress/measurements/<int:measurement_id>/removal")
@permit(Permission.TRAINING_EDIT)
def remove(measurement_id: int) -> ResponseReturnValue:
    """Take a wrong value out; the toast takes it back."""
    person_id = _whose(Measurement, measurement_id)
    with transaction():
        actions.remove_measurement(current_studio().id, measurement_id, by=actor(), now=now())
    flash_undo(_("The value is taken out."), url_for("progress.restore", measurement_id=measurement_id))
    return redirect(url_for("progress.show", person_id=person_id), 303)


@progress.post("/progress/measurements/<int:measurement_id>/removal/undo")
@permit(Permission.TRAINING_EDIT)
def restore(measurement_id: int) -> ResponseReturnValue:
    """Take the value back in."""
    person_id = _whose(Measurement, measurement_id)
    with transaction():
        actions.restore_measurement(current_studio().id, measurement_id, by=actor(), now=now())
    return redirect(url_for("progress.show", person_id=person_id), 303)


@progress.route("/people/<int:person_id>/progress/goals/<int:kind_id>", methods=["GET", "POST"])
@permit(Permission.TRAINING_EDIT)
def goal(person_id: int, kind_id: int) -> ResponseReturnValue:
    """Where a value is to go; saved without a target the goal ends."""
    check_own_guest(person_id)
    kind = of_studio(MeasureKind, current_studio().id, kind_id)
    held = queries.goals_of(current_studio().id, person_id).get(kind_id)
    form = GoalForm(data={"target": actions.shown(held.target), "by_day": held.by_day} if held else {})
    form.target.unit = kind.unit
    if form.validate_on_submit():
        try:
            in_transaction(lambda: _set_goal(person_id, kind_id, form))
        except DomainError as error:
            add_domain_error(form, error)
        else:
            flash_done(_("Saved."))
            return redirect(url_for("progress.show", person_id=person_id), 303)
    page = render_template("progress/goal.html", form=form, kind=kind, **frame(person_id))
    return page, 422 if form.errors else 200


@progress.route("/people/<int:person_id>/progress/effects/new", methods=["GET", "POST"])
@permit(Permission.TRAINING_EDIT)
def notice(person_id: int) -> ResponseReturnValue:
    """Keep the day on which the client felt or saw something."""
    check_own_guest(person_id)
    form = EffectForm(data={"day": today()})
    if form.validate_on_submit():
        try:
            in_transaction(lambda: _note(person_id, form))
        except DomainError as error:
            add_domain_error(form, error)
        else:
            flash_done(_("Saved."))
            return redirect(url_for("progress.show", person_id=person_id), 303)
    page = render_template("progress/effect.html", form=form, **frame(person_id))
    return page, 422 if form.errors else 200


@progress.post("/progress/effects/<int:effect_id>/removal")
@permit(Permission.TRAINING_EDIT)
def remove_effect(effect_id: int) -> ResponseReturnValue:
    """Take such a day out; the toast takes it back."""
    person_id = _whose(EffectNote, effect_id)
    with transaction():
        actions.remove_effect(current_studio().id, effect_id, by=actor(), now=now())
    flash_undo(_("Taken out."), url_for("progress.restore_effect", effect_id=effect_id))
    return redirect(url_for("progress.show", person_id=person_id), 303)


@progress.post("/progress/effects/<int:effect_id>/removal/undo")
@permit(Permission.TRAINING_EDIT)
def restore_effect(effect_id: int) -> ResponseReturnValue:
    """Take such a day back in."""
    person_id = _whose(EffectNote, effect_id)
    with transaction():
        actions.restore_effect(current_studio().id, effect_id, by=actor(), now=now())
    return redirect(url_for("progress.show", person_id=person_id), 303)


def _whose(model: type[Measurement] | type[EffectNote], row_id: int) -> int:
    """Whose row this is, if the acting trainer trains them."""
    row = of_studio(model, current_studio().id, row_id)
    check_own_guest(row.person_id)
    return row.person_id


def _far(person_id: int, form: MeasureForm) -> dict[int, queries.Value]:
    """What should be looked at once more before it is kept."""
    return queries.far_from_last(current_studio().id, person_id, form.day.data, form.numbers())


def _keep(person_id: int, form: MeasureForm) -> int:
    if not first_use(str(form.form_token.data), "measurement", now=now()):
        return 0
    values, day = form.numbers(), form.day.data
    made = actions.add_measurements(current_studio(), person_id, day, values, by=actor(), now=now())
    return len(made)


def _set_goal(person_id: int, kind_id: int, form: GoalForm) -> None:
    if first_use(str(form.form_token.data), "goal", now=now()):
        target, by_day = form.target.number, form.by_day.data
        actions.set_goal(current_studio(), person_id, kind_id, target, by_day, by=actor(), now=now())


def _note(person_id: int, form: EffectForm) -> None:
    if first_use(str(form.form_token.data), "effect", now=now()):
        effect, day, words = Effect(form.effect.data), form.day.data, form.said.data or ""
        actions.note_effect(current_studio(), person_id, effect, day, words, by=actor(), now=now())
