"""Results of direct debits: choose the bank's file, look at each row, write it down."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import DateField
from wtforms.validators import InputRequired

from backoffice.billing import debits as files
from backoffice.billing.debits import UPLOAD, Verdict
from backoffice.core.db import in_transaction
from backoffice.core.errors import DomainError, NotFound
from backoffice.core.tables.reading import MOST_BYTES
from backoffice.core.uploads import find_upload
from backoffice.people.queries import names_of
from backoffice.staff.permissions import Permission
from blueprints.billing.blueprint import money
from blueprints.support.access import actor, permit
from blueprints.support.clock import now, today
from blueprints.support.file_forms import ChooseFileForm, keep_chosen
from blueprints.support.forms import SafeForm, add_domain_error
from blueprints.support.limits import UPLOAD_BODY, body_limit
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done

VERDICTS = {
    Verdict.PAID: _l("is paid"),
    Verdict.FAILED: _l("failed: stays open, with a task"),
    Verdict.KNOWN: _l("written down before"),
    Verdict.LEFT_OUT: _l("is left out"),
}


class DebitFileForm(ChooseFileForm):
    """The bank's file."""

    file = FileField(_l("CSV or Excel file"), validators=[FileRequired()])


class DebitDayForm(SafeForm):
    """The day on which the bank took the money."""

    day = DateField(_l("Debited on"), validators=[InputRequired()])


@money.route("/debits", methods=["GET", "POST"])
@permit(Permission.BILLING_TAKE)
@body_limit(UPLOAD_BODY)
def debits() -> ResponseReturnValue:
    """Choose a file; nothing is written yet."""
    form = DebitFileForm()

    def keep(content: bytes, name: str) -> str:
        return url_for("money.debit_rows", token=files.keep_file(content, name, by=actor(), now=now()).token)

    if kept := keep_chosen(form, MOST_BYTES, keep):
        return kept
    return render_template("billing/debits.html", form=form), 422 if form.errors else 200


@money.route("/debits/<token>", methods=["GET", "POST"])
@permit(Permission.BILLING_TAKE)
def debit_rows(token: str) -> ResponseReturnValue:
    """What would happen with each row; sent, it happens once."""
    upload, form = find_upload(UPLOAD, token, by=actor()), DebitDayForm(day=today())

    def page(status: int) -> ResponseReturnValue:
        rows = files.judge(upload.content, current_studio())
        return render_template(
            "billing/debit_rows.html", form=form, rows=rows, verdicts=VERDICTS, upload=upload, translate=_,
            paid=sum(row.verdict is Verdict.PAID for row in rows),
            is_idle=not any(row.verdict in (Verdict.PAID, Verdict.FAILED) for row in rows),
            names=names_of({row.person_id for row in rows if row.person_id is not None}),
        ), status  # fmt: skip

    if not form.validate_on_submit():
        return page(422 if form.errors else 200)
    try:
        counts = in_transaction(
            lambda: files.import_file(token, current_studio(), form.day.data, by=actor(), now=now())
        )
    except NotFound:
        raise
    except DomainError as error:
        add_domain_error(form, error)
        return page(error.status)
    flash_done(
        _("%(paid)s paid, %(failed)s failed.", paid=counts[Verdict.PAID], failed=counts[Verdict.FAILED])
    )
    return redirect(url_for("money.index"), 303)
