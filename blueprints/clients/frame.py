"""What stands above a trainer's pages about one person: the light, the limits, freeze and last day, the other pages."""

from typing import Any

from flask_babel import lazy_gettext as _l

from backoffice.memberships.resting import rests
from backoffice.people.queries import bare_person, is_health_kept
from backoffice.screening.queries import standing
from blueprints.screening.words import LIGHT_TONES, LIGHT_WORDS, LIMIT_WORDS
from blueprints.support.clock import now, today
from blueprints.support.studio import current_studio

SIDES = (
    ("clients.record", _l("Client sheet"), ()),
    ("programs.show", _l("Program"), ()),
    ("session_logs.logs", _l("Session logs"), ()),
    ("progress.show", _l("Progress"), ("progress_photos", "reviews")),
    ("care.show", _l("CARE"), ("care_talk",)),
    ("screening.show", _l("Health check"), ()),
)
"""The pages, in the order in which a trainer reads them; each takes the id of the person.
Last: other blueprints whose pages belong to it."""


def frame(person_id: int) -> dict[str, Any]:
    """What `layouts/client.html` shows; five statements for any page. Reads no answers, so nothing is recorded.

    The caller has checked that the reader trains this person (`check_own_guest`).
    """
    return {
        "person": bare_person(person_id),
        "standing": standing(current_studio(), person_id, now=now()),
        "is_health_taken_back": not is_health_kept(person_id),
        "resting": rests([person_id], today=today()).get(person_id),
        "sides": SIDES,
        "lights": LIGHT_WORDS,
        "light_tones": LIGHT_TONES,
        "limit_words": LIMIT_WORDS,
    }
