"""Address and emergency contact: changed by the desk."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.core.db import transaction
from backoffice.core.errors import DomainError
from backoffice.people.details import Details, details_of, save_details
from backoffice.people.queries import bare_person
from backoffice.staff.permissions import Permission
from blueprints.people.blueprint import people
from blueprints.people.forms import DetailsForm
from blueprints.support.access import actor, permit
from blueprints.support.clock import now
from blueprints.support.forms import add_domain_error
from blueprints.support.toasts import flash_done


@people.route("/<int:person_id>/details", methods=["GET", "POST"])
@permit(Permission.PEOPLE_EDIT)
def details(person_id: int) -> ResponseReturnValue:
    """Where somebody lives, and who is called in an emergency."""
    person, form = bare_person(person_id), DetailsForm(obj=details_of(person_id))
    status = 200
    if form.validate_on_submit():
        typed = Details(
            **{name: form[name].data or "" for name in Details.TEXTS}, version=form.version.data or 0
        )
        try:
            with transaction():
                save_details(person_id, typed, by=actor(), now=now())
        except DomainError as error:
            add_domain_error(form, error)
            status = error.status
        else:
            flash_done(_("Saved."))
            return redirect(url_for("people.show", person_id=person_id), 303)
    elif form.errors:
        status = 422
    return render_template("people/details.html", person=person, form=form), status
