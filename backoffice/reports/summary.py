"""The weekly summary by mail: what happened last week in numbers, to each manager who wants it. It names no guest."""

from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import or_, select

from backoffice.core import links
from backoffice.core.clock import at_local, local_date
from backoffice.core.db import db
from backoffice.core.language import N_
from backoffice.messaging.facts import Facts, NotWanted
from backoffice.messaging.models import Kind, Message
from backoffice.messaging.outbox import Draft, queue_messages
from backoffice.reports.home import HAPPENED, WAITING, Span, counts, received_yen
from backoffice.staff.models import Role, Staff, StaffState
from backoffice.studio.models import Studio
from backoffice.studio.queries import the_studio

SENT_AT = time(8)
WORTH = timedelta(days=2)
"""A summary that could not be sent until Wednesday morning is not sent any more: the page says more by then."""

READERS = (Role.MANAGER, Role.OWNER)
NOT_WANTED = N_("The summary is not wanted any more.")


def plan_summaries(studio: Studio, *, now: datetime) -> int:
    """On Monday from 8:00 on: one mail for each manager and week, however often this runs. Returns how many are new."""
    today = local_date(now, studio.zone)
    monday = today - timedelta(days=today.weekday())
    send_at = at_local(monday, SENT_AT, studio.zone)
    if not send_at <= now < send_at + WORTH:
        return 0
    drafts = [
        Draft(
            Kind.WEEKLY_SUMMARY,
            staff_id=staff.id,
            language=staff.language,
            dedupe_key=f"{Kind.WEEKLY_SUMMARY}:staff:{staff.id}:{monday.isoformat()}",
            send_at=send_at,
            expires_at=send_at + WORTH,
            values={"monday": monday.isoformat()},
        )
        for staff in _readers(studio.id)
    ]
    return len(queue_messages(drafts, studio_id=studio.id, now=now))


def summary_facts(message: Message, now: datetime) -> Facts | NotWanted:
    """The numbers of the week before its Monday, as they stand now."""
    staff = None if message.staff_id is None else db.session.get(Staff, message.staff_id)
    if staff is None or not wants_summary(staff):
        return NotWanted(NOT_WANTED)
    studio = the_studio()
    monday = date.fromisoformat(message.values["monday"])
    name = staff.name if message.language == "ja" else staff.name_en or staff.name
    return Facts({"week": week_figures(studio, monday, now=now)}, address=staff.mail, name=name)


def week_figures(studio: Studio, monday: date, *, now: datetime) -> dict[str, Any]:
    """Numbers of the seven days before `monday`, and what waits now; three statements."""
    first, last = monday - timedelta(days=7), monday - timedelta(days=1)
    span = Span(at_local(first, time.min, studio.zone), at_local(monday, time.min, studio.zone))
    happened = counts(studio, HAPPENED, span)
    waiting = counts(studio, WAITING, Span(span.since, now))
    numbers = {one.value: number for one, number in {**happened, **waiting}.items()}
    return {
        "first": first,
        "last": last,
        **numbers,
        "received_yen": received_yen(studio, first, last),
        "url": links.absolute("/home"),
    }


def wants_summary(staff: Staff) -> bool:
    """Whether somebody still reads it: a manager or owner in service who has not said no."""
    return staff.state == StaffState.ACTIVE and staff.gets_summary and bool(set(staff.roles) & set(READERS))


def _readers(studio_id: int) -> list[Staff]:
    query = select(Staff).where(
        Staff.studio_id == studio_id,
        Staff.state == StaffState.ACTIVE,
        Staff.gets_summary,
        or_(*(Staff.roles.contains([role.value]) for role in READERS)),
    )
    return list(db.session.scalars(query.order_by(Staff.id)))
