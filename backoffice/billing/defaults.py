"""What a new studio's books start with."""

from datetime import date

from backoffice.billing.models import BillingSettings
from backoffice.core.db import db


def add_billing_settings(studio_id: int, *, charges_from: date) -> None:
    """Create the settings of a new studio."""
    db.session.add(BillingSettings(studio_id=studio_id, charges_from=charges_from, visits_from=charges_from))
    db.session.flush()
