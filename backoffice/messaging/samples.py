"""Made-up values for every variable, for previews, test mails, and to try a text before it holds."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from backoffice.core.clock import at_local, local_date
from backoffice.core.language import pick
from backoffice.core.links import absolute
from backoffice.studio.models import Studio

EVENING = time(19)
LINKS = (
    "book_url", "link", "care_url", "sheet_url", "program_url", "line_url", "connect_url", "unsubscribe_url"
)  # fmt: skip
LINK = "/example"
"""Where sample links lead: nowhere. A preview never carries a link that acts for somebody."""


def sample_name(language: str) -> str:
    """Who reads a sample."""
    return pick(language, "山田 花子", "Hanako Yamada")


def sample_values(studio: Studio, language: str, *, now: datetime, flags: bool = True) -> dict[str, Any]:
    """A value for each variable of every kind, around `now`; each yes or no is `flags`."""
    start = at_local(local_date(now, studio.zone) + timedelta(days=2), EVENING, studio.zone)
    service, trainer = (
        pick(language, "体験トレーニング", "Trial session"),
        pick(language, "森 亮介", "Ryosuke Mori"),
    )
    link = absolute(LINK)
    time_of = {
        "starts_at": start,
        "ends_at": start + timedelta(hours=1),
        "service": service,
        "trainer": trainer,
    }
    week_later = {
        **time_of,
        "starts_at": start + timedelta(days=7),
        "ends_at": start + timedelta(days=7, hours=1),
    }
    dates = [time_of, week_later]
    return {
        "booking": {
            **time_of, "fee_yen": 5_500, "wear": "M / 24.5 cm", "manage_url": link, "cancel_until_hours": 24,
            "needs_wear": flags, "is_online": flags, "by_gym": flags,
        },
        "series": {"service": service, "dates": dates},
        "proposal": {"starts_at": start, "service": service, "times": dates, "url": link},
        "offer": {**time_of, "expires_at": start - timedelta(days=1), "url": link},
        "choice": {
            "service": service, "times": dates, "expires_at": start - timedelta(days=1), "is_move": flags,
            "starts_at": start,
        },
        "client": {
            "member_number": 1001, "plan": pick(language, "月4回コース", "4 sessions a month"), "trainer": trainer,
            "starts_on": local_date(now, studio.zone), "copy_url": link,
        },
        "tickets": {"left": 2, "ends_on": local_date(now, studio.zone) + timedelta(days=30) if flags else None},
        "freeze": {
            "ends_on": local_date(now, studio.zone) + timedelta(days=14),
            "resumes_on": local_date(now, studio.zone) + timedelta(days=15),
        },
        "week": {
            "first": local_date(now, studio.zone) - timedelta(days=7),
            "last": local_date(now, studio.zone) - timedelta(days=1),
            "enquiries": 12, "trials": 5, "joined": 3, "no_shows": 1, "late_cancels": 2, "received_yen": 486_000,
            "undecided": 1, "overdue_tasks": 4, "overdue_money": 2, "url": link,
        },
        "words": pick(
            language, "はい、手ぶらでお越しいただけます。お会いできるのを楽しみにしております。",
            "Yes, you can come with nothing. We look forward to seeing you.",
        ),
        "days": 7,
        "hours": 2,
        **dict.fromkeys(LINKS, link),
    }  # fmt: skip


def value_at(values: Mapping[str, Any], path: str) -> Any:
    """The value of a variable. Raises KeyError where there is none."""
    found: Any = values
    for key in path.split("."):
        found = found[key]
    return found
