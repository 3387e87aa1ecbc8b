"""Settings: the services that can be booked."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.core.db import transaction
from backoffice.core.submissions import first_use
from backoffice.staff.permissions import Permission
from backoffice.studio import actions, queries
from blueprints.studio.blueprint import settings
from blueprints.studio.forms import KIND_WORDS, NewServiceForm, ServiceForm
from blueprints.studio.pages import done, form_page, saved
from blueprints.support.access import actor, permit
from blueprints.support.clock import now
from blueprints.support.filters import own_name
from blueprints.support.studio import current_studio


@settings.get("/services")
@permit(Permission.STUDIO_EDIT)
def services() -> ResponseReturnValue:
    """All services, those out of use last."""
    return render_template(
        "studio/services.html", services=queries.all_services(current_studio().id), kinds=KIND_WORDS
    )


@settings.route("/services/new", methods=["GET", "POST"])
@permit(Permission.STUDIO_EDIT)
def new_service() -> ResponseReturnValue:
    """A service to come."""
    form = NewServiceForm(data=None if request.method == "POST" else _usual())

    def save() -> None:
        if first_use(form.form_token.data, "service", now=now()):
            values = form.changes()
            del values["position"]
            actions.add_service(current_studio().id, form.slug.data, values, by=actor(), now=now())

    if saved(form, save):
        return done(url_for("settings.services"))
    return form_page(form, _("New service"), url_for("settings.services"), status=422 if form.errors else 200)


@settings.route("/services/<int:service_id>", methods=["GET", "POST"])
@permit(Permission.STUDIO_EDIT)
def service(service_id: int) -> ResponseReturnValue:
    """One service."""
    row = queries.service(current_studio().id, service_id)
    form = ServiceForm(obj=row)
    version = form.version.data
    if saved(
        form, lambda: actions.update_service(row.id, form.changes(), version=version, by=actor(), now=now())
    ):
        return done(url_for("settings.services"))
    return form_page(
        form, own_name(row), url_for("settings.services"), status=422 if form.errors else 200, row=row,
        archive_url=url_for("settings.archive_service", service_id=row.id),
        restore_url=url_for("settings.restore_service", service_id=row.id),
    )  # fmt: skip


@settings.post("/services/<int:service_id>/archive")
@permit(Permission.STUDIO_EDIT)
def archive_service(service_id: int) -> ResponseReturnValue:
    """Stop offering a service."""
    with transaction():
        actions.archive_service(queries.service(current_studio().id, service_id).id, by=actor(), now=now())
    return done(url_for("settings.services"))


@settings.post("/services/<int:service_id>/restore")
@permit(Permission.STUDIO_EDIT)
def restore_service(service_id: int) -> ResponseReturnValue:
    """Offer a service again."""
    with transaction():
        actions.restore_service(queries.service(current_studio().id, service_id).id, by=actor(), now=now())
    return done(url_for("settings.services"))


def _usual() -> dict[str, object]:
    return {
        "minutes": 60, "prep_minutes": 0, "cleanup_minutes": 15, "price_yen": 0, "notice_minutes": 120, "position": 0,
        "change_until_hours": 24, "cancel_until_hours": 24, "reminds_day_before": True, "needs_room": True,
        "max_participants": 2, "kind": "SESSION",
    }  # fmt: skip
