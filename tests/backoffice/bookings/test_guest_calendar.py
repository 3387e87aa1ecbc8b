"""The file for a guest's own calendar: right in time, the same entry after a move, and nothing that acts or tells."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from icalendar import Calendar

from backoffice.bookings.guest_calendar import Visit, guest_calendar
from backoffice.studio.models import Studio
from tests.backoffice.messaging.test_texts import STUDIO

GOLDEN = Path(__file__).parents[2] / "golden" / "calendars"
HOUR = timedelta(hours=1)
NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)
HALF_PAST_MIDNIGHT = datetime(2026, 11, 25, 15, 30, tzinfo=UTC)


def visit(**changes: object) -> Visit:
    values = {
        "booking_id": 7, "version": 1, "starts_at": HALF_PAST_MIDNIGHT, "service": "体験トレーニング",
        "ends_at": HALF_PAST_MIDNIGHT + timedelta(hours=1), "is_online": False,
    }  # fmt: skip
    return Visit(**{**values, **changes})  # type: ignore[arg-type]


def entry_of(one: Visit, language: str = "ja", studio: Studio = STUDIO) -> Calendar:
    (entry,) = Calendar.from_ical(guest_calendar(studio, [one], language, now=NOW)).events
    return entry


def test_it_says_when_what_and_where() -> None:
    entry = entry_of(visit())
    assert entry.start == HALF_PAST_MIDNIGHT
    assert entry.end - entry.start == timedelta(hours=1)
    assert entry["summary"] == "整 SEI 体験トレーニング"
    assert entry["location"] == STUDIO.address_ja
    assert STUDIO.way_ja in entry["description"]
    assert "075-555-0123" in entry["description"]
    assert entry_of(visit(service="Trial"), "en")["location"] == STUDIO.address_en


def test_a_moved_booking_is_the_same_entry_with_a_higher_number() -> None:
    before, after = entry_of(visit()), entry_of(visit(version=2))
    assert before["uid"] == after["uid"]
    assert (before["sequence"], after["sequence"]) == (1, 2)


def test_a_cancelled_booking_takes_its_entry_out() -> None:
    before = entry_of(visit())
    text = guest_calendar(STUDIO, [visit(version=3, is_cancelled=True)], "ja", now=NOW)
    whole = Calendar.from_ical(text)
    (entry,) = whole.events
    assert (whole["method"], entry["status"]) == ("CANCEL", "CANCELLED")
    assert (entry["uid"], entry["organizer"]) == (before["uid"], before["organizer"])
    assert entry["sequence"] > before["sequence"]


def test_dates_that_go_beside_others_that_stay_are_published_as_cancelled() -> None:
    """A file has one method (RFC 5546, 3.2): in a published one an entry may be cancelled."""
    whole = Calendar.from_ical(
        guest_calendar(STUDIO, [visit(), visit(booking_id=8, version=2, is_cancelled=True)], "ja", now=NOW)
    )
    assert whole["method"] == "PUBLISH"
    assert [(entry["status"], entry["sequence"]) for entry in whole.events] == [
        ("CONFIRMED", 1),
        ("CANCELLED", 2),
    ]


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize(("name", "version"), [("confirmed", 1), ("moved", 2), ("cancelled", 3)])
def test_the_files_are_those_agreed(name: str, version: int, language: str) -> None:
    """`UPDATE_GOLDEN=1` writes them anew."""
    later = timedelta(days=1) if version > 1 else timedelta(0)
    one = visit(
        version=version, starts_at=HALF_PAST_MIDNIGHT + later, ends_at=HALF_PAST_MIDNIGHT + later + HOUR,
        is_cancelled=name == "cancelled",
    )  # fmt: skip
    text = guest_calendar(STUDIO, [one], language, now=NOW)
    golden = GOLDEN / f"{name}.{language}.ics"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_bytes(text.encode())
    assert golden.read_bytes().decode() == text


def test_an_online_visit_has_no_place_and_a_bare_studio_leaves_no_holes() -> None:
    assert "location" not in entry_of(visit(is_online=True))
    bare = Studio(
        name_ja="整", name_en="", zone="Asia/Tokyo", phone="", address_ja="", address_en="", way_ja="", way_en="",
        bring_ja="", bring_en="", changing_ja="", changing_en="", mail="", map_url="",
    )  # fmt: skip
    assert not {"location", "description"} & set(entry_of(visit(), studio=bare))


@pytest.mark.parametrize("language", ["ja", "en"])
def test_no_link_stands_in_it(language: str) -> None:
    """Calendars are shared: who sees the entry must not be able to cancel it."""
    assert "http" not in guest_calendar(STUDIO, [visit()], language, now=NOW)
