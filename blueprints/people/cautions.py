"""要確認 and 出禁: managers mark a person and say why; everybody else sees the word."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from backoffice.core.db import in_transaction
from backoffice.core.errors import DomainError
from backoffice.people import cautions
from backoffice.people.models import Caution, Person
from backoffice.people.queries import bare_person
from backoffice.staff.permissions import Permission
from blueprints.people.blueprint import people
from blueprints.people.words import CAUTION_WORDS
from blueprints.support.access import actor, permit
from blueprints.support.clock import now
from blueprints.support.forms import SafeForm, VersionField, add_domain_error, options
from blueprints.support.toasts import flash_done


class CautionForm(SafeForm):
    """The mark and its reason."""

    caution = RadioField(_l("Mark"), validators=[InputRequired()])
    reason = TextAreaField(
        _l("Reason (only managers can read it)"),
        validators=[DataRequired(), Length(max=cautions.LONGEST_REASON)],
    )
    version = VersionField()


@people.route("/<int:person_id>/caution", methods=["GET", "POST"])
@permit(Permission.CAUTIONS_EDIT)
def caution(person_id: int) -> ResponseReturnValue:
    """Mark somebody, or say it in other words."""
    person = bare_person(person_id)
    form = CautionForm() if request.method == "POST" else _filled(person)
    form.caution.choices = options(CAUTION_WORDS)
    if not form.validate_on_submit():
        return _page(person, form), 422 if form.errors else 200
    try:
        in_transaction(lambda: _put(person_id, form))
    except DomainError as error:
        add_domain_error(form, error)
        return _page(bare_person(person_id), form), error.status
    flash_done(_("Saved."))
    return redirect(url_for("people.show", person_id=person_id), 303)


@people.post("/<int:person_id>/caution/removal")
@permit(Permission.CAUTIONS_EDIT)
def lift_caution(person_id: int) -> ResponseReturnValue:
    """Take the mark away."""
    version = request.form.get("version", type=int)
    in_transaction(lambda: cautions.lift_caution(person_id, version=version, by=actor(), now=now()))
    flash_done(_("The mark is taken away."))
    return redirect(url_for("people.show", person_id=person_id), 303)


def _put(person_id: int, form: CautionForm) -> None:
    cautions.put_caution(
        person_id, Caution(form.caution.data), form.reason.data or "", version=form.version.data,
        by=actor(), now=now(),
    )  # fmt: skip


def _filled(person: Person) -> CautionForm:
    return CautionForm(
        formdata=None,
        data={
            "caution": person.caution or Caution.CHECK.value,
            "reason": cautions.caution_reason(person.id),
            "version": person.version,
        },
    )


def _page(person: Person, form: CautionForm) -> str:
    return render_template("people/caution.html", person=person, form=form)
