"""Changing what a studio prints on its papers and asks for."""

import re
import unicodedata
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from backoffice.billing.models import BillingSettings
from backoffice.core.audit import Actor, record
from backoffice.core.db import db
from backoffice.core.errors import Invalid, check_version
from backoffice.core.language import N_

MOST_FEE = 100_000
FEES = ("late_cancel_yen", "no_show_yen")
NUMBER = N_("T and 13 digits, or nothing.")
_BETWEEN = re.compile(r"[\s\-‐‑‒–—―−ー]")


@dataclass(frozen=True)
class House:
    """The values of the settings page: texts, days, yen."""

    issuer_ja: str
    issuer_en: str
    registration_number: str
    bank_ja: str
    bank_en: str
    payment_days: int
    float_yen: int
    late_cancel_yen: int
    no_show_yen: int


def change_settings(
    studio_id: int, values: House, *, version: int | None, by: Actor, now: datetime
) -> BillingSettings:
    """Save them for everything that is written from now on. Changed fees are for what happens from now on.

    The registration number may be typed in full width, with spaces or hyphens, or without its T. Refuses (Invalid) one
    that is not T and 13 digits; (Stale) a form opened before another change.
    """
    values = replace(values, registration_number=_registration_number(values.registration_number))
    row = db.session.get_one(BillingSettings, studio_id, with_for_update=True, populate_existing=True)
    check_version(row.version, version)
    after = asdict(values)
    before = {name: getattr(row, name) for name in after}
    for name, value in after.items():
        setattr(row, name, value)
    if any(before[name] != after[name] for name in FEES):
        row.fees_from = now
    row.version += 1
    db.session.flush()
    record("studio.changed", "studio", studio_id, by=by, now=now, before=before, after=after)
    return row


def _registration_number(text: str) -> str:
    plain = _BETWEEN.sub("", unicodedata.normalize("NFKC", text)).upper()
    found = re.fullmatch(r"T?([0-9]{13})", plain)
    if plain and found is None:
        raise Invalid(NUMBER, field="registration_number")
    return f"T{found[1]}" if found else ""
