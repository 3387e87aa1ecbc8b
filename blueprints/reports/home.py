"""The manager's first page: what happened since they looked last, what waits, how the month goes."""

from datetime import datetime, timedelta

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from backoffice.core.clock import local_date
from backoffice.core.db import transaction
from backoffice.inbox.queries import number_waiting
from backoffice.incidents.queries import number_open
from backoffice.reports import home as figures
from backoffice.reports.home import HAPPENED, WAITING, Count, Row, Span
from backoffice.reports.pace import COUNTED, MONEY, month_so_far
from backoffice.staff import account
from backoffice.staff.permissions import Permission
from backoffice.staff.queries import acting
from blueprints.inbox.scope import asked
from blueprints.leads.choices import staff_names
from blueprints.reports import words
from blueprints.reports.asked import read_asked, read_choice, read_text
from blueprints.reports.blueprint import reports
from blueprints.reports.listing import Column, Listing, list_file, list_page
from blueprints.reports.paging import PAGE, mark_after, read_after
from blueprints.support.access import permit
from blueprints.support.clock import now
from blueprints.support.filters import honorific, show_day, show_daytime, show_yen
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done

FIRST_TIME = timedelta(days=7)
"""How far back somebody is told who has never said that they have seen it."""

LONGEST = timedelta(days=92)

BY_DAY = (Count.JOINED, Count.OVERDUE_MONEY, Count.RECEIVED)
"""What has a day and no hour."""


@reports.get("/home")
@permit(Permission.REPORTS_VIEW)
def home() -> ResponseReturnValue:
    """Three questions of the morning, each number with its rows behind it."""
    studio, span = current_studio(), _span()
    return render_template(
        "reports/home.html",
        since=span.since,
        until=span.until,
        happened=figures.counts(studio, HAPPENED, span),
        waiting=figures.counts(studio, WAITING, span),
        inbox=number_waiting(studio.id, asked()),
        incidents=number_open(studio.id),
        month=month_so_far(studio, now=now()),
        measures=words.goal_names(),
        COUNTED={**COUNTED, MONEY: Count.RECEIVED},
        MONEY=MONEY,
        gets_summary=acting(current_user.id).gets_summary,
        names=words.count_names(),
        HAPPENED=HAPPENED,
        WAITING=WAITING,
    )


@reports.get("/home/rows")
@permit(Permission.REPORTS_VIEW)
def home_rows() -> ResponseReturnValue:
    """Exactly the rows behind a number of the page."""
    studio, span, count = current_studio(), _span(), _count()
    rows = figures.rows_behind(count, studio, span, after=read_after(datetime), limit=PAGE + 1)
    return list_page(
        Listing(
            asked=read_asked("reports.home", {}),
            address=_address(count, span),
            title=words.count_names()[count],
            columns=_columns(count),
            rows=rows[:PAGE],
            total=figures.counts(studio, (count,), span)[count],
            after=mark_after(rows, lambda row: (row.at, row.id)),
            page_endpoint="reports.home_rows",
            file_endpoint="reports.home_file",
        )
    )


@reports.get("/home/rows.<any(csv, xlsx):kind>")
@permit(Permission.EXPORTS_MAKE, fresh=True)
def home_file(kind: str) -> ResponseReturnValue:
    """The same rows as a file; that it was taken is recorded."""
    studio, span, count = current_studio(), _span(), _count()
    return list_file(
        "home",
        kind,
        _columns(count),
        lambda: figures.all_rows_behind(count, studio, span),
        _address(count, span),
    )


@reports.post("/home/seen")
@permit(Permission.REPORTS_VIEW)
def home_seen() -> ResponseReturnValue:
    """Everything up to the moment the page was opened has been looked through."""
    with transaction():
        account.saw_home(current_user.id, _instant(request.form.get("until")) or now(), now=now())
    flash_done(_("From here on you see what is new."))
    return redirect(url_for("reports.home"), 303)


@reports.post("/home/summary")
@permit(Permission.REPORTS_VIEW)
def home_summary() -> ResponseReturnValue:
    """Get the weekly mail, or not any more."""
    wanted = request.form.get("wanted") == "1"
    with transaction():
        account.choose_summary(current_user.id, wanted, now=now())
    flash_done(_("The summary comes on Mondays.") if wanted else _("No summary is sent any more."))
    return redirect(url_for("reports.home"), 303)


def _span() -> Span:
    """From the address (a list keeps its span while the page goes on), else from when they looked last until now."""
    until = min(_instant(read_text("until")) or now(), now())
    since = _instant(read_text("since")) or acting(current_user.id).home_seen_at or until - FIRST_TIME
    return Span(max(since, until - LONGEST), until)


def _instant(text: str | None) -> datetime | None:
    try:
        at = datetime.fromisoformat((text or "")[:40])
    except ValueError:
        return None
    return at if at.tzinfo is not None and 2000 <= at.year <= 2100 else None


def _count() -> Count:
    return read_choice(Count, "count", Count.ENQUIRIES)


def _address(count: Count, span: Span) -> dict[str, str]:
    return {"count": count.value, "since": span.since.isoformat(), "until": span.until.isoformat()}


def _columns(count: Count) -> list[Column]:
    """Who and when, and what more there is to say of an invoice, a task or a payment."""
    zone = current_studio().zone
    when = Column(_("When"), lambda row: row.at, lambda row: show_daytime(row.at))
    if count == Count.OVERDUE_TASKS:
        when = Column(_("Due"), lambda row: row.at, lambda row: show_daytime(row.at))
    elif count in BY_DAY:
        words = _("Due") if count == Count.OVERDUE_MONEY else _("Day")
        when = Column(words, lambda row: local_date(row.at, zone), lambda row: show_day(row.at))
    return [
        Column(_("Person number"), lambda row: row.person_id, on_page=False),
        Column(_("Name"), lambda row: row.name, _shown_name, url=_where),
        *_more_columns(count),
        when,
    ]


def _more_columns(count: Count) -> list[Column]:
    if count == Count.OVERDUE_TASKS:
        staff = staff_names()
        return [
            Column(_("Task"), lambda row: _(row.what)),
            Column(_("For whom"), lambda row: staff.get(row.owner_id)),
        ]
    if count == Count.OVERDUE_MONEY:
        return [
            Column(_("Invoice"), lambda row: row.what, url=_account),
            Column(_("Open (yen)"), lambda row: row.yen, lambda row: show_yen(row.yen)),
        ]
    if count == Count.RECEIVED:
        return [Column(_("Yen"), lambda row: row.yen, lambda row: show_yen(row.yen))]
    return []


def _account(row: Row) -> str:
    return url_for("account.show", person_id=row.person_id)


def _shown_name(row: Row) -> str:
    return honorific(row.name) if row.name else _("nobody in particular")


def _where(row: Row) -> str:
    """The booking, else the person, else the list of the day."""
    if row.booking_id is not None:
        return url_for("desk.show", booking_id=row.booking_id)
    if row.person_id is not None:
        return url_for("people.show", person_id=row.person_id)
    return url_for("today.show")
