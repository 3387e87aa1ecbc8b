"""Bookings as a file that a guest puts into their own calendar (RFC 5545, 5546): when, what, where, how to reach us.

No link that acts for the guest stands in it, and no note: calendars are shared in families and lie on other servers.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from icalendar import Calendar, vCalAddress
from icalendar import Event as CalendarEntry

from backoffice.core.links import site_host
from backoffice.messaging.texts import StudioWords, studio_words
from backoffice.studio.models import Studio

PRODUCT = "-//backoffice//guest bookings//EN"


class Visit(NamedTuple):
    """A booking as its guest's calendar shows it. `version` grows with every change."""

    booking_id: int
    version: int
    starts_at: datetime
    ends_at: datetime
    service: str
    is_online: bool
    is_cancelled: bool = False


def guest_calendar(studio: Studio, visits: Sequence[Visit], language: str, *, now: datetime) -> str:
    """The iCalendar file of some bookings. A booking keeps its identifier and counts its versions, so a later file
    moves the entry, and a cancelled one takes it out. Published, not invited to: nobody has to answer. A file has one
    method, so dates that go beside others that stay are published as cancelled.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if all(visit.is_cancelled for visit in visits) else "PUBLISH")
    words = studio_words(studio, language)
    for visit in visits:
        calendar.add_component(_entry(words, visit, now))
    return bytes(calendar.to_ical()).decode("utf-8")


def _entry(studio: StudioWords, visit: Visit, now: datetime) -> CalendarEntry:
    entry = CalendarEntry()
    entry.add("uid", f"visit-{visit.booking_id}@{site_host()}")
    entry.add("sequence", visit.version)
    entry.add("dtstamp", now)
    entry.add("dtstart", visit.starts_at)
    entry.add("dtend", visit.ends_at)
    entry.add("summary", f"{studio.name} {visit.service}".strip())
    place = "" if visit.is_online else studio.address
    how = "\n".join(filter(None, ["" if visit.is_online else studio.way, studio.phone]))
    for name, text in (("location", place), ("description", how)):
        if text:
            entry.add(name, text)
    entry.add("status", "CANCELLED" if visit.is_cancelled else "CONFIRMED")
    if studio.mail:
        # RFC 5546 asks for an organizer in each method; a program compares it with the one of the entry it keeps.
        entry.add("organizer", vCalAddress(f"mailto:{studio.mail}"), parameters={"cn": studio.name})
    return entry
