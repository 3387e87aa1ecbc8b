"""The plans a new studio starts with; names and prices are the owner's to change."""

from typing import Any

from backoffice.core.db import db
from backoffice.memberships.models import Plan

PLANS: tuple[dict[str, Any], ...] = (
    {
        "name_ja": "月4回コース",
        "name_en": "4 sessions a month",
        "price_yen": 39_600,
        "sessions": 4,
        "is_monthly": True,
    },
    {
        "name_ja": "月8回コース",
        "name_en": "8 sessions a month",
        "price_yen": 74_800,
        "sessions": 8,
        "is_monthly": True,
    },
    {
        "name_ja": "回数券 16回",
        "name_en": "Pack of 16 sessions",
        "price_yen": 158_000,
        "sessions": 16,
        "valid_months": 6,
    },
)


def add_default_plans(studio_id: int) -> None:
    """Create the plans of a new studio."""
    for position, plan in enumerate(PLANS):
        db.session.add(Plan(studio_id=studio_id, position=position, **plan))
    db.session.flush()
