"""What is measured here: the list, own kinds, out of use and back."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.core.db import in_transaction, transaction
from backoffice.core.errors import DomainError
from backoffice.core.submissions import first_use
from backoffice.progress import kinds, queries
from backoffice.progress.models import MeasureKind
from backoffice.staff.permissions import Permission
from backoffice.studio.scope import of_studio
from blueprints.progress.forms import KindForm
from blueprints.support.access import actor, permit
from blueprints.support.clock import now
from blueprints.support.forms import add_domain_error
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done, flash_undo

measure_kinds = Blueprint("measure_kinds", __name__, url_prefix="/progress/kinds")


@measure_kinds.get("")
@permit(Permission.TRAINING_EDIT)
def index() -> ResponseReturnValue:
    """All kinds, those out of use last."""
    found = queries.kinds(current_studio().id, with_archived=True)
    return render_template(
        "progress/kinds.html", kinds=sorted(found, key=lambda one: one.archived_at is not None)
    )


@measure_kinds.route("/new", methods=["GET", "POST"])
@permit(Permission.TRAINING_EDIT)
def new() -> ResponseReturnValue:
    """Measure something of our own."""
    form = KindForm()
    if form.validate_on_submit():
        try:
            in_transaction(lambda: _create(form))
        except DomainError as error:
            add_domain_error(form, error)
        else:
            flash_done(_("Saved."))
            return redirect(url_for("measure_kinds.index"), 303)
    return render_template("progress/kind.html", form=form, kind=None), 422 if form.errors else 200


@measure_kinds.route("/<int:kind_id>", methods=["GET", "POST"])
@permit(Permission.TRAINING_EDIT)
def edit(kind_id: int) -> ResponseReturnValue:
    """Change names, unit or bounds."""
    studio_id = current_studio().id
    kind = of_studio(MeasureKind, studio_id, kind_id)
    form = KindForm.of(kind)
    if form.validate_on_submit():
        try:
            with transaction():
                kinds.change_kind(
                    studio_id, kind_id, form.draft(), version=form.version.data, by=actor(), now=now()
                )
        except DomainError as error:
            add_domain_error(form, error)
            return render_template("progress/kind.html", form=form, kind=kind), error.status
        flash_done(_("Saved."))
        return redirect(url_for("measure_kinds.index"), 303)
    return render_template("progress/kind.html", form=form, kind=kind), 422 if form.errors else 200


@measure_kinds.post("/<int:kind_id>/archive")
@permit(Permission.TRAINING_EDIT)
def archive(kind_id: int) -> ResponseReturnValue:
    """Measure it no more; the toast takes it back."""
    with transaction():
        kinds.archive_kind(current_studio().id, kind_id, by=actor(), now=now())
    flash_undo(_("Taken out of use."), url_for("measure_kinds.restore", kind_id=kind_id))
    return redirect(url_for("measure_kinds.index"), 303)


@measure_kinds.post("/<int:kind_id>/restore")
@permit(Permission.TRAINING_EDIT)
def restore(kind_id: int) -> ResponseReturnValue:
    """Measure it again."""
    with transaction():
        kinds.restore_kind(current_studio().id, kind_id, by=actor(), now=now())
    flash_done(_("In use again."))
    return redirect(url_for("measure_kinds.index"), 303)


def _create(form: KindForm) -> None:
    if first_use(str(form.form_token.data), "measure kind", now=now()):
        kinds.create_kind(current_studio().id, form.draft(), by=actor(), now=now())
