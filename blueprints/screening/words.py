"""What the lights, verdicts and limits are called."""

from flask_babel import lazy_gettext as _l

from backoffice.clients.limits import LIMIT_WORDS as LIMITS
from backoffice.screening.models import Verdict
from backoffice.screening.standing import Light

LIGHT_WORDS = {
    Light.CLEAR: _l("Health check: clear"),
    Light.LIMITED: _l("With limits"),
    Light.DOCTOR: _l("Doctor first"),
    Light.OPEN: _l("Health check: trainer decides"),
    Light.EXPIRED: _l("Health check: out of date"),
    Light.NONE: _l("Health check: not answered"),
}
LIGHT_TONES = {
    Light.CLEAR: "matsu", Light.LIMITED: "yama", Light.DOCTOR: "beni", Light.OPEN: "beni", Light.EXPIRED: "kaki",
    Light.NONE: "kaki",
}  # fmt: skip
VERDICT_WORDS = {
    Verdict.CLEAR: _l("May train"),
    Verdict.LIMITS: _l("May train with limits"),
    Verdict.DOCTOR: _l("A doctor first"),
}
LIMIT_WORDS = {limit: _l(word) for limit, word in LIMITS.items()}
