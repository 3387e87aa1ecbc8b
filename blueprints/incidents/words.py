"""What kinds of incidents and regions of the body are called."""

from flask_babel import lazy_gettext as _l

from backoffice.clients.regions import REGION_WORDS as REGIONS
from backoffice.incidents.models import IncidentKind

KIND_WORDS = {
    IncidentKind.NEAR_MISS: _l("Near miss"),
    IncidentKind.ACCIDENT: _l("Accident"),
}
REGION_WORDS = {region: _l(word) for region, word in REGIONS.items()}
