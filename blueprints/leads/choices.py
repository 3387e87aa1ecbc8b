"""The names that lead pages show and offer: owners, sources, services, in the reader's language."""

from backoffice.leads.queries import lost_reasons, sources
from backoffice.staff.models import StaffState
from backoffice.staff.queries import team
from backoffice.studio.queries import services
from blueprints.support.filters import own_name
from blueprints.support.kept import kept
from blueprints.support.studio import current_studio


def source_names() -> dict[str, str]:
    """Where enquiries come from, by key."""
    return {source.key: own_name(source) for source in kept("sources", sources)}


def reason_names() -> dict[str, str]:
    """Why leads are lost, by key."""
    return {reason.key: own_name(reason) for reason in kept("lost_reasons", lost_reasons)}


def service_names() -> dict[str, str]:
    """What somebody may be interested in, by slug."""
    offered = kept("services", lambda: services(current_studio().id))
    return {service.slug: own_name(service) for service in offered}


def staff_names(*, active_only: bool = False) -> dict[int, str]:
    """Who may own a lead, by id."""
    members = kept("team", lambda: team(current_studio().id))
    return {one.id: one.name for one in members if not active_only or one.state == StaffState.ACTIVE}
