"""Settings: where enquiries come from, and why some are not won. Entries are put out of use, never deleted."""

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from backoffice.core.db import transaction
from backoffice.core.errors import NotFound
from backoffice.core.submissions import first_use
from backoffice.leads import lists
from backoffice.leads.lists import ListKind
from backoffice.staff.permissions import Permission
from blueprints.leads.list_forms import EntryForm, NewEntryForm
from blueprints.studio.pages import done, form_page, saved
from blueprints.support.access import actor, permit
from blueprints.support.clock import now
from blueprints.support.filters import own_name

lead_lists = Blueprint("lead_lists", __name__, url_prefix="/settings/lists/<list_kind>")

TITLES = {ListKind.SOURCES: _l("Sources"), ListKind.LOST_REASONS: _l("Reasons for not joining")}


@lead_lists.route("", methods=["GET", "POST"])
@permit(Permission.STUDIO_EDIT)
def index(list_kind: str) -> ResponseReturnValue:
    """Every entry, and a form to add one."""
    kind, form = _kind(list_kind), NewEntryForm()

    def save() -> None:
        if first_use(str(form.form_token.data), "entry", now=now()):
            lists.add_entry(kind, form.name_ja.data or "", form.name_en.data or "", by=actor(), now=now())

    if saved(form, save):
        return done(url_for("lead_lists.index", list_kind=list_kind))
    page = render_template(
        "leads/list.html", title=TITLES[kind], rows=lists.entries(kind), form=form, list_kind=list_kind
    )
    return page, 422 if form.errors else 200


@lead_lists.route("/<entry_key>", methods=["GET", "POST"])
@permit(Permission.STUDIO_EDIT)
def edit(list_kind: str, entry_key: str) -> ResponseReturnValue:
    """One entry."""
    kind = _kind(list_kind)
    row = lists.entry(kind, entry_key)
    form, back = EntryForm(obj=row), url_for("lead_lists.index", list_kind=list_kind)
    changes, version = form.changes(), form.version.data
    if saved(
        form, lambda: lists.update_entry(kind, entry_key, changes, version=version, by=actor(), now=now())
    ):
        return done(back)
    where = {"list_kind": list_kind, "entry_key": entry_key}
    return form_page(
        form, own_name(row), back, status=422 if form.errors else 200, row=row,
        archive_url=url_for("lead_lists.archive", **where), restore_url=url_for("lead_lists.restore", **where),
    )  # fmt: skip


@lead_lists.post("/<entry_key>/archive")
@permit(Permission.STUDIO_EDIT)
def archive(list_kind: str, entry_key: str) -> ResponseReturnValue:
    """Offer it no more; leads that have it keep it."""
    with transaction():
        lists.archive_entry(_kind(list_kind), entry_key, by=actor(), now=now())
    return done(url_for("lead_lists.index", list_kind=list_kind))


@lead_lists.post("/<entry_key>/restore")
@permit(Permission.STUDIO_EDIT)
def restore(list_kind: str, entry_key: str) -> ResponseReturnValue:
    """Offer it again."""
    with transaction():
        lists.restore_entry(_kind(list_kind), entry_key, by=actor(), now=now())
    return done(url_for("lead_lists.index", list_kind=list_kind))


def _kind(text: str) -> ListKind:
    try:
        return ListKind(text)
    except ValueError as error:
        raise NotFound from error
