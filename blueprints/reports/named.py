"""Names of trainers and services in the reader's language, those who have left among them."""

from flask_babel import gettext as _

from backoffice.staff.trainers import all_trainers
from backoffice.studio.queries import services
from blueprints.reports.frame import Box
from blueprints.support.filters import own_name
from blueprints.support.studio import current_studio


def trainer_names() -> dict[int, str]:
    """By id."""
    return {trainer.id: own_name(trainer) for trainer in all_trainers(current_studio().id)}


def service_names() -> dict[str, str]:
    """By slug."""
    return {service.slug: own_name(service) for service in services(current_studio().id)}


def trainer_box(chosen: int | None) -> Box:
    """The filter by trainer."""
    options = [(str(trainer_id), name) for trainer_id, name in trainer_names().items()]
    return Box("trainer", _("Trainer"), options, "" if chosen is None else str(chosen), _("all"))


def service_box(chosen: str | None) -> Box:
    """The filter by service."""
    return Box("service", _("Service"), list(service_names().items()), chosen or "", _("all"))
