"""The names that lead pages show and offer: owners, sources, services, in the reader's language."""

from backoffice.leads.queries import lost_reasons, sources
from backoffice.staff.models import StaffState
from backoffice.staff.queries import team
from backoffice.studio.queries import services
from blueprints.support.filters import own_name
from blueprints.support.studio import current_studio


def source_names() -> dict[str, str]:
    """Where enquiries come from, by key."""
    return {source.key: own_name(source) for source in sources()}


def reason_names() -> dict[str, str]:
    """Why leads are lost, by key."""
    return {reason.key: own_name(reason) for reason in lost_reasons()}


def service_names() -> dict[str, str]:
    """What somebody may be interested in, by slug."""
    return {service.slug: own_name(service) for service in services(current_studio().id)}


def staff_names(*, active_only: bool = False) -> dict[int, str]:
    """Who may own a lead, by id."""
    return {
        one.id: one.name
        for one in team(current_studio().id)
        if not active_only or one.state == StaffState.ACTIVE
    }
