"""What the desk may choose from: services, trainers and rooms in use, as the process keeps them."""

from typing import NamedTuple

from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from backoffice.staff.models import Trainer
from backoffice.staff.trainers import trainers
from backoffice.studio.models import Room, Service
from backoffice.studio.queries import rooms, services
from blueprints.support.filters import own_name
from blueprints.support.forms import options
from blueprints.support.kept import kept
from blueprints.support.studio import current_studio


class Offered(NamedTuple):
    """The rows the form chooses from, as the process keeps them."""

    services: list[Service]
    trainers: list[Trainer]
    rooms: list[Room]


def offered() -> Offered:
    """Services, trainers and rooms in use."""
    studio_id = current_studio().id
    return Offered(
        kept("services", lambda: services(studio_id)),
        kept("trainers", lambda: trainers(studio_id)),
        kept("rooms", lambda: rooms(studio_id)),
    )


def trainer_choices() -> list[SelectChoice]:
    """Anyone, or a trainer of the calendar."""
    return options({"": _("Anyone"), **{one.id: own_name(one) for one in offered().trainers}})
