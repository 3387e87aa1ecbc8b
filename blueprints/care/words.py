"""What topics, outcomes and questions of CARE are called."""

from flask_babel import lazy_gettext as _l

from backoffice.care.models import Outcome, Topic

TOPIC_WORDS = {
    Topic.REST: _l("Rest"),
    Topic.SLEEP: _l("Sleep"),
    Topic.DIET: _l("Diet"),
}
OUTCOME_WORDS = {
    Outcome.KEPT: _l("Kept"),
    Outcome.PARTLY: _l("Partly kept"),
    Outcome.NOT: _l("Not kept"),
    Outcome.DROPPED: _l("Dropped"),
}
