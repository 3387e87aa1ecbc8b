"""The blueprint of the session card, and the visit a card is about."""

from flask import Blueprint

from backoffice.session_logs import queries
from backoffice.session_logs.queries import Visit
from blueprints.people.scope import check_own_guest
from blueprints.support.studio import current_studio

session_logs = Blueprint("session_logs", __name__)

CARD = "/participants/<int:participant_id>/card"


def visit_of(participant_id: int) -> Visit:
    """The visit of a participant whom the reader trains. Raises `NotFound` for any other."""
    visit = queries.visit(current_studio().id, participant_id)
    check_own_guest(visit.person_id)
    return visit
