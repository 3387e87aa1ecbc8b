"""Many chosen leads at once: first what would happen to each, then the change, then what came of it."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.core.db import in_transaction
from backoffice.core.submissions import first_use, keep_result
from backoffice.leads.bulk import MOST, BulkChange, BulkKind, Outcome, foresee, run
from backoffice.leads.lead_list import LeadRow, lead_rows
from backoffice.staff.permissions import Permission
from blueprints.leads.blueprint import leads
from blueprints.leads.bulk_forms import FORMS, BulkForm
from blueprints.leads.choices import reason_names, staff_names
from blueprints.leads.words import STAGE_WORDS
from blueprints.people.scope import only_visible
from blueprints.support.access import actor, permit
from blueprints.support.clock import now
from blueprints.support.language import say
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_error


@leads.post("/bulk")
@permit(Permission.LEADS_EDIT)
def bulk() -> ResponseReturnValue:
    """The leads chosen in the list: asks for the change and, once it is said, shows what it does to each."""
    kind, rows = _kind(), _chosen()
    if kind is None or not rows:
        return _nothing_chosen()
    if len(rows) > MOST:
        flash_error(_("At most %(most)s leads at a time.", most=MOST))
        return redirect(url_for("leads.index"), 303)
    form = _form(kind, is_sent="asked" in request.form)
    if "asked" not in request.form:
        return _page("leads/bulk.html", kind, form, [Outcome(row, None) for row in rows])
    if not form.validate():
        return _page("leads/bulk.html", kind, form, [Outcome(row, None) for row in rows]), 422
    outcomes = foresee(rows, form.change(kind, current_studio().zone))
    return _page("leads/bulk.html", kind, form, outcomes, change=form.change(kind, current_studio().zone))


@leads.post("/bulk/apply")
@permit(Permission.LEADS_EDIT)
def apply_bulk() -> ResponseReturnValue:
    """Make the change that was previewed, once, and list what came of it."""
    kind, rows = _kind(), _chosen()
    if kind is None or not rows:
        return _nothing_chosen()
    form = _form(kind, is_sent=True)
    if not form.validate():
        return _page("leads/bulk.html", kind, form, [Outcome(row, None) for row in rows]), 422
    change = form.change(kind, current_studio().zone)
    outcomes = in_transaction(lambda: _run(form, rows, change))
    if outcomes is None:
        flash_error(_("This was done already; the list shows the leads as they are now."))
        return redirect(url_for("leads.index"), 303)
    return _page("leads/bulk_done.html", kind, form, outcomes, change=change)


def _run(form: BulkForm, rows: list[LeadRow], change: BulkChange) -> list[Outcome] | None:
    token = str(form.form_token.data)
    if not first_use(token, "bulk", now=now()):
        return None
    keep_result(token, url_for("leads.index"))
    return run(rows, _asked(), change, by=actor(), now=now())


def _kind() -> BulkKind | None:
    word = request.form.get("kind", "")
    return BulkKind(word) if word in tuple(BulkKind) else None


def _chosen() -> list[LeadRow]:
    """The chosen leads somebody may see; one more than allowed at most."""
    ids = sorted(_asked())[: MOST + 1]
    return lead_rows(current_studio().id, ids, only=only_visible())


def _asked() -> dict[int, int]:
    """`lead=5`, or `lead=5.2` after the preview: numbers of leads and the version that was seen."""
    found = {}
    for word in request.form.getlist("lead")[: MOST + 1]:
        lead_id, _dot, version = word.partition(".")
        if _is_number(lead_id) and _is_number(version or "0"):
            found[int(lead_id)] = int(version or "0")
    return found


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) < 18


def _form(kind: BulkKind, *, is_sent: bool) -> BulkForm:
    form = FORMS[kind]() if is_sent else FORMS[kind](formdata=None)
    form.offer(staff_names(active_only=True), reason_names())
    return form


def _nothing_chosen() -> ResponseReturnValue:
    flash_error(_("Please choose leads in the list first."))
    return redirect(url_for("leads.index"), 303)


def _page(
    template: str,
    kind: BulkKind,
    form: BulkForm,
    outcomes: list[Outcome],
    *,
    change: BulkChange | None = None,
) -> str:
    return render_template(
        template,
        kind=kind.value,
        form=form,
        change=change,
        outcomes=[(one.row, say(one.refusal) if one.refusal else "") for one in outcomes],
        possible=sum(one.refusal is None for one in outcomes),
        staff=staff_names(),
        reasons=reason_names(),
        stage_words=STAGE_WORDS,
    )
