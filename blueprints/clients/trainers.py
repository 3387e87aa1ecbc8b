"""Who trains a person: for the desk, managers and the trainers themselves. Nothing of the training side is shown."""

from collections.abc import Callable

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.clients.queries import client_of
from backoffice.clients.trainers import end_substitute, name_substitute, set_main_trainer, trainers_of
from backoffice.core.db import in_transaction
from backoffice.core.errors import DomainError
from backoffice.people.queries import bare_person
from backoffice.staff.permissions import Permission
from backoffice.staff.trainers import trainers
from blueprints.clients.forms import MainTrainerForm, SubstituteForm
from blueprints.people.scope import check_visible
from blueprints.support.access import actor, permit
from blueprints.support.clock import now
from blueprints.support.filters import own_name
from blueprints.support.forms import SafeForm, add_domain_error, options
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done

client_trainers = Blueprint("client_trainers", __name__, url_prefix="/people/<int:person_id>/trainers")


@client_trainers.route("", methods=["GET", "POST"])
@permit(Permission.PEOPLE_VIEW)
def show(person_id: int) -> ResponseReturnValue:
    """The main trainer of a member and who steps in; a POST changes the main trainer."""
    check_visible(person_id)
    form = _main_form(person_id)
    if request.method == "GET":
        return _page(person_id, main=form)
    return _done(person_id, form, lambda: _set_main(person_id, form), main=form)


@client_trainers.post("/substitutes")
@permit(Permission.PEOPLE_VIEW)
def name(person_id: int) -> ResponseReturnValue:
    """One more trainer steps in, and may open the training side from now on."""
    check_visible(person_id)
    form = _substitute_form()
    return _done(person_id, form, lambda: _name(person_id, form), other=form)


@client_trainers.post("/<int:trainer_id>/removal")
@permit(Permission.PEOPLE_VIEW)
def end(person_id: int, trainer_id: int) -> ResponseReturnValue:
    """Somebody steps in no longer."""
    check_visible(person_id)
    in_transaction(lambda: end_substitute(current_studio().id, person_id, trainer_id, by=actor(), now=now()))
    flash_done(_("Saved."))
    return _back(person_id)


def _done(person_id: int, form: SafeForm, work: Callable[[], None], **forms: SafeForm) -> ResponseReturnValue:
    """Do it and come back, or show the page again with what was wrong."""
    if not form.validate():
        return _page(person_id, **forms), 422
    try:
        in_transaction(work)
    except DomainError as error:
        add_domain_error(form, error)
        return _page(person_id, **forms), error.status
    flash_done(_("Saved."))
    return _back(person_id)


def _back(person_id: int) -> ResponseReturnValue:
    return redirect(url_for("client_trainers.show", person_id=person_id), 303)


def _set_main(person_id: int, form: MainTrainerForm) -> None:
    set_main_trainer(
        current_studio().id, person_id, form.main.data, version=form.version.data, by=actor(), now=now()
    )


def _name(person_id: int, form: SubstituteForm) -> None:
    name_substitute(current_studio().id, person_id, form.trainer_id.data, by=actor(), now=now())


def _main_form(person_id: int) -> MainTrainerForm:
    client = client_of(person_id)
    data = {"main": client.main_trainer_id, "version": client.version} if client else {}
    form = MainTrainerForm(data=data)
    form.main.choices = _offered()
    return form


def _substitute_form() -> SubstituteForm:
    form = SubstituteForm()
    form.trainer_id.choices = _offered()
    return form


def _offered() -> list[object]:
    return list(options({one.id: own_name(one) for one in trainers(current_studio().id)}))


def _page(person_id: int, *, main: SafeForm | None = None, other: SafeForm | None = None) -> str:
    known = trainers_of(person_id)
    other = other or _substitute_form()
    other.trainer_id.choices = [one for one in _offered() if int(one.value) not in {row.id for row in known}]
    return render_template(
        "clients/trainers.html",
        person=bare_person(person_id),
        client=client_of(person_id),
        known=known,
        main=main or _main_form(person_id),
        other=other,
    )
