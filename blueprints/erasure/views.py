"""What is kept of a person: handed out to them as one file, or erased for good after it was looked at."""

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from backoffice.core.backups.nightly import KEPT
from backoffice.core.db import in_transaction, transaction
from backoffice.core.errors import DomainError
from backoffice.core.language import Language
from backoffice.erasure import actions, queries
from backoffice.erasure.disclosure import Disclosure, disclose, pack
from backoffice.erasure.rows import found
from backoffice.people.models import Person
from backoffice.people.queries import person as find_person
from backoffice.people.row import LONGEST_NAME
from backoffice.staff.permissions import Permission
from blueprints.bookings.words import ATTENDANCE_WORDS, STATE_WORDS
from blueprints.erasure.words import FOLDERS, GOES, LISTS, STAYS, shown
from blueprints.people.words import PURPOSE_WORDS
from blueprints.support.access import actor, permit
from blueprints.support.clock import now, today
from blueprints.support.forms import SafeForm, VersionField, add_domain_error
from blueprints.support.language import speaking
from blueprints.support.toasts import flash_done

erasure = Blueprint("erasure", __name__, url_prefix="/people/<int:person_id>")


class EraseForm(SafeForm):
    """The confirmation: the name once more, why, and for a member that all is settled."""

    typed = StringField(_l("Type the name to confirm"), validators=[DataRequired(), Length(max=LONGEST_NAME)])
    reason = TextAreaField(
        _l("Why (without the name)"), validators=[DataRequired(), Length(max=actions.LONGEST_REASON)]
    )
    is_settled = BooleanField(_l("The membership has ended, and everything is paid or paid back."))
    version = VersionField()


@erasure.route("/data", methods=["GET", "POST"])
@permit(Permission.PEOPLE_ERASE, fresh=True)
def show(person_id: int) -> ResponseReturnValue:
    """What goes, what stays and what has to be settled first; POST erases, and nothing brings it back."""
    person = find_person(person_id)
    form = (
        EraseForm()
        if request.method == "POST"
        else EraseForm(formdata=None, data={"version": person.version})
    )
    if not form.validate_on_submit():
        return _page(person, form), 422 if form.errors else 200
    try:
        in_transaction(lambda: _erase(person_id, form))
    except DomainError as error:
        add_domain_error(form, error)
        return _page(find_person(person_id), form), error.status
    flash_done(_("The person was erased."))
    return redirect(url_for("people.index"), 303)


@erasure.get("/data.zip")
@permit(Permission.PEOPLE_ERASE, fresh=True)
def give(person_id: int) -> ResponseReturnValue:
    """Everything kept about somebody, to be handed to them; that it was taken is recorded."""
    with transaction():
        given = disclose(person_id, by=actor(), now=now())
        with speaking(Language(given.person.language)):
            content = pack(given, _index(given))
    answer = Response(content, mimetype="application/zip")
    answer.headers["Content-Disposition"] = f"attachment; filename=person-{person_id}.zip"
    return answer


def _erase(person_id: int, form: EraseForm) -> None:
    actions.erase(
        person_id, typed=form.typed.data or "", reason=form.reason.data or "", is_settled=form.is_settled.data,
        version=form.version.data, by=actor(), now=now(),
    )  # fmt: skip


def _page(person: Person, form: EraseForm) -> str:
    theirs = found(person.id)
    goes, stays = queries.counted(theirs)
    return render_template(
        "erasure/show.html", person=person, form=form, goes=shown(GOES, goes), stays=shown(STAYS, stays),
        merged=len(theirs.people) - 1, standing=queries.in_the_way(theirs, day=today()),
        is_member=bool(queries.memberships(theirs)), backups=KEPT,
    )  # fmt: skip


def _index(given: Disclosure) -> str:
    by_folder = {
        word: [one for one in given.sections if one.folder == folder] for folder, word in FOLDERS.items()
    }
    return render_template(
        "erasure/given.html", given=given, by_folder={word: rows for word, rows in by_folder.items() if rows},
        lists=LISTS, made_at=now(), states=STATE_WORDS, attendances=ATTENDANCE_WORDS, purposes=PURPOSE_WORDS,
    )  # fmt: skip
