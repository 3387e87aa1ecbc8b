"""Settings: the rooms."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from backoffice.core.db import transaction
from backoffice.core.submissions import first_use
from backoffice.staff.permissions import Permission
from backoffice.studio import actions, queries
from blueprints.studio.blueprint import settings
from blueprints.studio.forms import NewRoomForm, RoomForm
from blueprints.studio.pages import done, form_page, saved
from blueprints.support.access import actor, permit
from blueprints.support.clock import now
from blueprints.support.filters import own_name
from blueprints.support.studio import current_studio


@settings.route("/rooms", methods=["GET", "POST"])
@permit(Permission.STUDIO_EDIT)
def rooms() -> ResponseReturnValue:
    """All rooms, and a form to add one."""
    form = NewRoomForm()

    def save() -> None:
        if first_use(form.form_token.data, "room", now=now()):
            actions.add_room(current_studio().id, form.name_ja.data, form.name_en.data, by=actor(), now=now())

    if saved(form, save):
        return done(url_for("settings.rooms"))
    page = render_template("studio/rooms.html", rooms=queries.all_rooms(current_studio().id), form=form)
    return page, 422 if form.errors else 200


@settings.route("/rooms/<int:room_id>", methods=["GET", "POST"])
@permit(Permission.STUDIO_EDIT)
def room(room_id: int) -> ResponseReturnValue:
    """One room."""
    row = queries.room(current_studio().id, room_id)
    form = RoomForm(obj=row)
    version = form.version.data
    if saved(
        form, lambda: actions.update_room(row.id, form.changes(), version=version, by=actor(), now=now())
    ):
        return done(url_for("settings.rooms"))
    return form_page(
        form, own_name(row), url_for("settings.rooms"), status=422 if form.errors else 200, row=row,
        archive_url=url_for("settings.archive_room", room_id=row.id),
        restore_url=url_for("settings.restore_room", room_id=row.id),
    )  # fmt: skip


@settings.post("/rooms/<int:room_id>/archive")
@permit(Permission.STUDIO_EDIT)
def archive_room(room_id: int) -> ResponseReturnValue:
    """Stop using a room."""
    with transaction():
        actions.archive_room(queries.room(current_studio().id, room_id).id, by=actor(), now=now())
    return done(url_for("settings.rooms"))


@settings.post("/rooms/<int:room_id>/restore")
@permit(Permission.STUDIO_EDIT)
def restore_room(room_id: int) -> ResponseReturnValue:
    """Use a room again."""
    with transaction():
        actions.restore_room(queries.room(current_studio().id, room_id).id, by=actor(), now=now())
    return done(url_for("settings.rooms"))
