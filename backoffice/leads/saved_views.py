"""Views of the lead list: filters kept under a name, one's own or shared with the team."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from backoffice.core.audit import Actor, record
from backoffice.core.contact import plain_text
from backoffice.core.db import db
from backoffice.core.errors import Invalid, NotFound, Refused
from backoffice.core.language import N_
from backoffice.leads.models import SavedView

LONGEST_NAME = 30
LONGEST_WORD = 100
MOST = 20
"""Views one person may keep: as many as a row of chips can bear."""


def saved_views(studio_id: int) -> list[SavedView]:
    """Every view of the studio, by name; whose they are says which to show."""
    query = select(SavedView).where(SavedView.studio_id == studio_id).order_by(SavedView.name, SavedView.id)
    return list(db.session.scalars(query))


def save_view(
    studio_id: int,
    staff_id: int,
    name: str,
    asked: Mapping[str, str],
    *,
    shared: bool,
    by: Actor,
    now: datetime,
) -> None:
    """Keep filters under a name; one's own view of that name is replaced.

    What was searched for is left out: it names people. Refuses no name, no filter, and more than `MOST` views.
    """
    words = plain_text(name, LONGEST_NAME)
    if not words:
        raise Invalid(N_("Please give the view a name."), field="name")
    kept = {key: value[:LONGEST_WORD] for key, value in asked.items() if key != "q" and value}
    if not kept:
        raise Invalid(N_("Please choose a filter first: a view keeps filters."))
    others = select(func.count()).where(SavedView.staff_id == staff_id, SavedView.name != words)
    if (db.session.scalar(others) or 0) >= MOST:
        raise Invalid(N_("You have %(most)s views already. Please remove one first."), most=MOST)
    chosen = {"asked": kept, "is_shared": shared}
    row = {"studio_id": studio_id, "staff_id": staff_id, "name": words, "created_at": now, **chosen}
    taken = insert(SavedView).values(row).on_conflict_do_update(
        index_elements=["staff_id", "name"], set_=chosen
    )  # fmt: skip
    view_id = db.session.scalar(taken.returning(SavedView.id))
    record("view.saved", "saved_view", view_id, by=by, now=now, after={"name": words, **chosen})


def remove_view(
    studio_id: int, view_id: int, staff_id: int, *, any_shared: bool, by: Actor, now: datetime
) -> dict[str, str]:
    """Drop one's own view, or with `any_shared` a shared one; what it asked stays to be looked at.

    Raises `NotFound` for what one cannot see, `Refused` for a shared view of somebody else.
    """
    view = db.session.scalar(
        select(SavedView).where(SavedView.id == view_id, SavedView.studio_id == studio_id).with_for_update()
    )
    if view is None or not (view.is_shared or view.staff_id == staff_id):
        raise NotFound
    if view.staff_id != staff_id and not any_shared:
        raise Refused
    db.session.delete(view)
    record("view.removed", "saved_view", view_id, by=by, now=now, before={"name": view.name})
    return view.asked
