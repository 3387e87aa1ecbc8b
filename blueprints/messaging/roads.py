"""Which messages go by LINE, and what of the month is used, planned and left."""

from typing import Any

from flask import Blueprint, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField

from backoffice.core.config import Settings
from backoffice.messaging.models import Channel, Kind
from backoffice.messaging.policy import POLICIES
from backoffice.messaging.queries import ailing_channels
from backoffice.messaging.road_choices import CHOOSABLE, roads_of, set_roads
from backoffice.messaging.usage import month_of_line
from backoffice.staff.permissions import Permission
from backoffice.studio.queries import the_studio
from blueprints.studio.pages import done, saved
from blueprints.support.access import actor, permit
from blueprints.support.clock import now
from blueprints.support.forms import SafeForm, VersionField

message_roads = Blueprint("message_roads", __name__, url_prefix="/settings/messages")


class RoadsForm(SafeForm):
    """A tick for each kind that goes by LINE."""

    version = VersionField()

    def tick(self, kind: Kind) -> BooleanField:
        """The field of a kind."""
        return self._fields[f"line_{kind}"]

    def roads(self) -> dict[Kind, Channel]:
        """What was ticked."""
        return {kind: Channel.LINE if self.tick(kind).data else Channel.MAIL for kind in CHOOSABLE}


for _kind in CHOOSABLE:
    setattr(RoadsForm, f"line_{_kind}", BooleanField(_l(POLICIES[_kind].label)))


@message_roads.route("", methods=["GET", "POST"])
@permit(Permission.STUDIO_EDIT)
def show() -> ResponseReturnValue:
    """The roads as they are, with the numbers that help to choose; sent, they are kept."""
    studio = the_studio()
    roads = roads_of(studio.id)
    form = RoadsForm(data=None if request.method == "POST" else _ticks(roads, studio.version))
    version = form.version.data
    if saved(form, lambda: set_roads(studio.id, form.roads(), version=version, by=actor(), now=now())):
        return done(url_for("message_roads.show"))
    settings: Settings = current_app.extensions["settings"]
    return render_template(
        "messaging/roads.html",
        form=form,
        month=month_of_line(studio.id, roads, now=now()),
        ailing=ailing_channels(now=now()),
        kinds={kind: POLICIES[kind].label for kind in CHOOSABLE},
        has_line=bool(settings.line_channel_access_token),
        now=now(),
    ), 422 if form.errors else 200


def _ticks(roads: dict[Kind, Channel], version: int) -> dict[str, Any]:
    ticks = {f"line_{kind}": road is Channel.LINE for kind, road in roads.items()}
    return {**ticks, "version": version}
