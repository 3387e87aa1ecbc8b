"""The blueprint of the tickets of a person, and how its forms end; the pages have modules of their own."""

from collections.abc import Callable

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from backoffice.core.db import in_transaction
from backoffice.core.errors import DomainError, NotFound
from backoffice.people.queries import bare_person
from blueprints.support.forms import SafeForm, add_domain_error

tickets = Blueprint("tickets", __name__, url_prefix="/people/<int:person_id>/tickets")


def written(
    person_id: int,
    form: SafeForm,
    work: Callable[[], None],
    say_done: Callable[[], None],
    template: str,
    **more: object,
) -> ResponseReturnValue:
    """Do the work, say so and go to the ledger; refused, the form comes back with the reason in it."""
    try:
        in_transaction(work)
    except NotFound:
        raise
    except DomainError as error:
        add_domain_error(form, error)
        return render_template(template, person=bare_person(person_id), form=form, **more), error.status
    say_done()
    return redirect(url_for("tickets.show", person_id=person_id), 303)
