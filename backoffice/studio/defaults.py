"""What a new studio starts with: the services, rooms and hours of a small one-to-one gym. All of it can be edited."""

from datetime import time
from typing import Any

from backoffice.studio.models import ServiceKind

SERVICES: tuple[dict[str, Any], ...] = (
    {
        "slug": "counselling",
        "kind": ServiceKind.COUNSELLING,
        "name_ja": "無料カウンセリング",
        "name_en": "Free counselling",
        "minutes": 30,
        "cleanup_minutes": 15,
        "is_public": True,
        "needs_room": False,
        "notice_minutes": 120,
        "change_until_hours": 3,
        "cancel_until_hours": 3,
    },
    {
        "slug": "trial",
        "kind": ServiceKind.TRIAL,
        "name_ja": "体験トレーニング",
        "name_en": "Trial session",
        "minutes": 60,
        "prep_minutes": 15,
        "cleanup_minutes": 15,
        "price_yen": 5500,
        "is_public": True,
        "offers_wear": True,
        "notice_minutes": 180,
        "change_until_hours": 12,
        "cancel_until_hours": 12,
    },
    {
        "slug": "session",
        "kind": ServiceKind.SESSION,
        "name_ja": "パーソナルトレーニング",
        "name_en": "Personal session",
        "minutes": 60,
        "cleanup_minutes": 15,
        "offers_wear": True,
        "uses_tickets": True,
        "notice_minutes": 60,
    },
    {
        "slug": "care",
        "kind": ServiceKind.CARE,
        "name_ja": "CARE(ストレッチ・休息)",
        "name_en": "CARE (stretch and recovery)",
        "minutes": 30,
        "cleanup_minutes": 15,
        "price_yen": 3300,
        "notice_minutes": 60,
    },
)

ROOMS: tuple[dict[str, str], ...] = (
    {"name_ja": "1号室", "name_en": "Room 1"},
    {"name_ja": "2号室", "name_en": "Room 2"},
)

WEEKDAY_HOURS = (time(9, 0), time(22, 0))
WEEKEND_HOURS = (time(9, 0), time(20, 0))
