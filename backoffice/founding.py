"""A new gym: studio, services, hours, lists, plans, terms, exercises, health check, measurements; for its owner."""

from datetime import datetime

from backoffice.billing.defaults import add_billing_settings
from backoffice.core.audit import Actor
from backoffice.core.clock import local_date
from backoffice.exercises.starting import add_starting_exercises
from backoffice.inbox.quick_replies import add_starting_replies
from backoffice.joining.defaults import add_joining_defaults
from backoffice.leads.defaults import add_default_lists
from backoffice.memberships.defaults import add_default_plans
from backoffice.playbooks.starters import add_starters
from backoffice.progress.defaults import add_starting_kinds
from backoffice.screening.actions import publish_first_sheet
from backoffice.studio.actions import found_studio
from backoffice.studio.models import Studio


def found_gym(name_ja: str, name_en: str, *, by: Actor, now: datetime) -> Studio:
    """Create what every installation starts from; used by `create-owner`, the demo and the tests."""
    studio = found_studio(name_ja, name_en, by=by, now=now)
    add_default_lists()
    add_default_plans(studio.id)
    add_billing_settings(studio.id, charges_from=local_date(now, studio.zone))
    add_joining_defaults(studio.id, by=by, now=now)
    add_starting_exercises(studio.id, now=now)
    publish_first_sheet(studio.id, by=by, now=now)
    add_starting_kinds(studio.id, now=now)
    add_starters(studio.id, now=now)
    add_starting_replies(studio.id)
    return studio
