"""Settings: the questions of the health check sheet. Saving makes a new version; what was answered stays readable."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.core.db import in_transaction
from backoffice.core.errors import DomainError, NotFound
from backoffice.screening.actions import publish_sheet
from backoffice.screening.models import SheetVersion
from backoffice.screening.queries import versions
from backoffice.staff.permissions import Permission
from blueprints.screening.forms import QuestionsForm
from blueprints.support.access import actor, permit
from blueprints.support.clock import now
from blueprints.support.forms import add_domain_error
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done

questions = Blueprint("questions", __name__, url_prefix="/settings/health-check")


@questions.get("")
@permit(Permission.STUDIO_EDIT)
def show() -> ResponseReturnValue:
    """The questions to edit, or an older version to read (`?version=2`)."""
    found = versions(current_studio().id)
    asked = request.args.get("version", "")
    if asked:
        return render_template("screening/version.html", version=_numbered(found, asked))
    return _page(found, QuestionsForm.of(found[0]))


@questions.post("")
@permit(Permission.STUDIO_EDIT)
def publish() -> ResponseReturnValue:
    """Ask these from now on."""
    form = QuestionsForm()
    if not form.validate_on_submit():
        return _page(versions(current_studio().id), form), 422
    try:
        in_transaction(lambda: _publish(form))
    except DomainError as error:
        add_domain_error(form, error)
        return _page(versions(current_studio().id), form), error.status
    flash_done(_("The new questions are asked from now on."))
    return redirect(url_for("questions.show"), 303)


def _publish(form: QuestionsForm) -> None:
    publish_sheet(current_studio().id, form.chosen(), seen=form.version.data or 0, by=actor(), now=now())


def _page(found: list[SheetVersion], form: QuestionsForm) -> str:
    return render_template("screening/questions.html", form=form, versions=found)


def _numbered(found: list[SheetVersion], asked: str) -> SheetVersion:
    version = next((one for one in found if str(one.number) == asked), None)
    if version is None:
        raise NotFound
    return version
