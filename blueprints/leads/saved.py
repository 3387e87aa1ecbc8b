"""Saved views of the lead list: filters under a name, kept as chips above it."""

from dataclasses import dataclass

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from wtforms import BooleanField, StringField
from wtforms.validators import DataRequired, Length

from backoffice.core.db import in_transaction, transaction
from backoffice.core.errors import DomainError
from backoffice.core.submissions import first_use
from backoffice.leads.models import SavedView
from backoffice.leads.saved_views import LONGEST_NAME, remove_view, save_view, saved_views
from backoffice.staff.permissions import Permission
from blueprints.leads.blueprint import leads
from blueprints.leads.filters import Asked, read_filters
from blueprints.support.access import actor, may, permit
from blueprints.support.clock import now
from blueprints.support.forms import CreateForm
from blueprints.support.kept import kept
from blueprints.support.language import say
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done, flash_error


class ViewForm(CreateForm):
    """The name of a view, and whether everybody has it."""

    name = StringField(_l("Name of the view"), validators=[DataRequired(), Length(max=LONGEST_NAME)])
    shared = BooleanField(_l("for everybody"))


@dataclass(frozen=True)
class ViewChip:
    """A view as the list shows it."""

    view: SavedView
    link: str
    is_shown: bool
    is_removable: bool


@leads.post("/views")
@permit(Permission.LEADS_VIEW)
def save() -> ResponseReturnValue:
    """Keep the filters of the address under a name; sharing is for those who look after leads."""
    asked, form = read_filters(), ViewForm()
    if not form.validate_on_submit():
        flash_error(" ".join(str(error) for errors in form.errors.values() for error in errors))
        return redirect(asked.link(), 303)
    try:
        in_transaction(lambda: _save(form, asked))
    except DomainError as error:
        flash_error(say(error))
        return redirect(asked.link(), 303)
    flash_done(_("The view is kept."))
    return redirect(asked.link(), 303)


@leads.post("/views/<int:view_id>/removal")
@permit(Permission.LEADS_VIEW)
def remove(view_id: int) -> ResponseReturnValue:
    """Drop a view; the list stays as it was, so a mistake is saved again at once."""
    with transaction():
        asked = remove_view(
            current_studio().id,
            view_id,
            current_user.id,
            any_shared=may(Permission.STUDIO_EDIT),
            by=actor(),
            now=now(),
        )
    flash_done(_("The view is removed."))
    return redirect(url_for("leads.index", **asked), 303)


def view_chips(asked: Asked) -> list[ViewChip]:
    """One's own views and those for everybody."""
    studio = current_studio()
    shown = {name: value for name, value in asked.words.items() if name != "q"}
    return [
        ViewChip(
            view,
            url_for("leads.index", **view.asked),
            view.asked == shown,
            view.staff_id == current_user.id or may(Permission.STUDIO_EDIT),
        )
        for view in kept("saved views", lambda: saved_views(studio.id))
        if view.is_shared or view.staff_id == current_user.id
    ]


def _save(form: ViewForm, asked: Asked) -> None:
    if first_use(str(form.form_token.data), "view", now=now()):
        save_view(
            current_studio().id,
            current_user.id,
            form.name.data or "",
            asked.words,
            shared=form.shared.data and may(Permission.LEADS_EDIT),
            by=actor(),
            now=now(),
        )
