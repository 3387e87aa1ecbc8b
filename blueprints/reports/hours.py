"""Hours sold: the heat maps, the bookings behind each cell, the same as a file, and the next free trial."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.bookings.availability import free_slots, nearest_free
from backoffice.bookings.refusals import Slot
from backoffice.reports import utilisation as figures
from backoffice.reports.utilisation import HourFilters, Used
from backoffice.staff.permissions import Permission
from backoffice.studio.models import Service, ServiceKind
from backoffice.studio.queries import services
from blueprints.reports.asked import Asked, read_asked, read_number
from blueprints.reports.blueprint import reports
from blueprints.reports.frame import report_page
from blueprints.reports.heat import Heat, HeatCell, HeatRow, share_cell
from blueprints.reports.listing import Column, Listing, list_file, list_page
from blueprints.reports.named import service_names, trainer_box, trainer_names
from blueprints.reports.paging import PAGE, mark_after, read_after
from blueprints.support.access import permit
from blueprints.support.clock import now, today
from blueprints.support.filters import honorific, show_daytime, weekday
from blueprints.support.studio import current_studio

A_MONDAY = date(2026, 1, 5)


@dataclass(frozen=True)
class HourQuestion:
    """What the address asks: which time of which trainers."""

    asked: Asked
    filters: HourFilters

    def url(self, **changes: int) -> str:
        """The bookings behind one cell."""
        return url_for("reports.hours_list", **self.asked.address(**changes))  # type: ignore[arg-type]


@reports.get("/reports/hours")
@permit(Permission.REPORTS_VIEW)
def hours() -> ResponseReturnValue:
    """What could be sold and what was, by hour of the week and by trainer."""
    question, studio = hour_question(), current_studio()
    at = question.asked.counted.at
    used = figures.used(studio, question.filters, now=at)
    compared = question.asked.compared
    names = trainer_names()
    trial = next((one for one in services(studio.id) if one.kind == ServiceKind.TRIAL), None)
    return report_page(
        "reports/hours.html",
        question.asked,
        [trainer_box(question.filters.trainer_id)],
        table="reports.hours_table",
        question=question,
        total=used.in_all,
        before=compared and figures.used(studio, question.filters.only(period=compared), now=at).in_all,
        week=_week(question, used),
        trainers=[(names.get(one, ""), one, time) for one, time in used.by_trainer().items()],
        by_trainer=_by_trainer(question, used),
        in_hours=in_hours,
        trial=trial,
        next_trial=trial and _next_free(trial),
        trainer_names=names,
    )


@reports.get("/reports/hours/list")
@permit(Permission.REPORTS_VIEW)
def hours_list() -> ResponseReturnValue:
    """Exactly the bookings whose minutes make the sold time of a number."""
    question = hour_question()
    at = question.asked.counted.at
    rows = figures.bookings_behind(question.filters, now=at, after=read_after(datetime), limit=PAGE + 1)
    return list_page(
        Listing(
            asked=question.asked,
            address=question.asked.address(),
            title=_("Bookings in these hours"),
            columns=_columns(),
            rows=rows[:PAGE],
            total=figures.count_bookings(question.filters, now=at),
            after=mark_after(rows, lambda row: (row.starts_at, row.booking_id)),
            page_endpoint="reports.hours_list",
            file_endpoint="reports.hours_file",
        )
    )


@reports.get("/reports/hours/list.<any(csv, xlsx):kind>")
@permit(Permission.EXPORTS_MAKE, fresh=True)
def hours_file(kind: str) -> ResponseReturnValue:
    """The same bookings as a file; that it was taken is recorded."""
    question = hour_question()
    at = question.asked.counted.at
    rows = lambda: figures.all_bookings_behind(question.filters, now=at)  # noqa: E731
    return list_file("report", kind, _columns(), rows, question.asked.address())


def in_hours(minutes: int) -> str:
    """Minutes as hours: 12.5時間 or 12.5 h; whole ones where there are many."""
    decimals = 0 if minutes >= 100 * 60 else 1
    return _("%(hours)s h", hours=f"{minutes / 60:,.{decimals}f}")


def day_name(day: int) -> str:
    """The weekday; 0 is Monday."""
    return weekday(A_MONDAY + timedelta(days=day))


def hour_name(hour: int) -> str:
    """9時 or 9:00: the hour that begins then."""
    return _("%(hour)s:00", hour=hour)


def hour_question() -> HourQuestion:
    """Read the address; what makes no sense asks for all hours of the last twelve months."""
    studio = current_studio()
    trainer_id, day, hour = read_number("trainer"), read_number("weekday"), read_number("hour")
    day = day if day in range(7) else None
    hour = hour if hour in range(24) else None
    chosen = {"trainer": trainer_id, "weekday": day, "hour": hour}
    own = {name: None if value is None else str(value) for name, value in chosen.items()}
    asked = read_asked("reports.hours", own, of_visits=True)
    filters = HourFilters(studio.id, studio.zone, asked.period, trainer_id, day, hour, asked.counted.is_kept)
    return HourQuestion(asked, filters)


def _week(question: HourQuestion, used: Used) -> Heat | None:
    """Weekdays by hours."""
    times = used.by_hour()
    hours, most = _hours({hour for _day, hour in times}), _fullest(times.values())
    rows = [
        HeatRow(
            day_name(day),
            [_cell(times.get((day, hour)), question.url(weekday=day, hour=hour), most) for hour in hours],
        )
        for day in range(7)
    ]
    return Heat(_("Weekday"), [hour_name(hour) for hour in hours], rows) if hours else None


def _by_trainer(question: HourQuestion, used: Used) -> Heat | None:
    """Trainers by hours of the day."""
    times, names = used.by_trainer_and_hour(), trainer_names()
    hours, most = _hours({hour for _trainer, hour in times}), _fullest(times.values())
    rows = [
        HeatRow(
            names.get(trainer_id, ""),
            [
                _cell(times.get((trainer_id, hour)), question.url(trainer=trainer_id, hour=hour), most)
                for hour in hours
            ],
        )
        for trainer_id in used.by_trainer()
    ]
    return Heat(_("Trainer"), [hour_name(hour) for hour in hours], rows) if hours else None


def _hours(seen: set[int]) -> list[int]:
    return list(range(min(seen), max(seen) + 1)) if seen else []


def _fullest(times: Iterable[figures.Time]) -> float:
    """The largest share, for the tints; 1 where nothing was sold."""
    return max((time.share for time in times if time.share), default=1)


def _cell(time: figures.Time | None, url: str, most: float) -> HeatCell:
    """A share; a plus where something was sold that nobody worked."""
    if time is None:
        return share_cell(None)
    if not time.sellable:
        return HeatCell("+", 0, url)
    return share_cell(time.share, url if time.sold else "", most=most)


def _next_free(trial: Service) -> Slot | None:
    """The first free start for a trial, if there is one within four weeks."""
    studio, first = current_studio(), today()
    # mostly there is one by tomorrow; working out a week of a large team takes a tenth of the page
    soon = free_slots(studio, trial, first, first + timedelta(days=1), now=now())
    return next(iter(soon or nearest_free(studio, trial, now(), now=now(), count=1)), None)


def _columns() -> list[Column]:
    trainers, kinds = trainer_names(), service_names()
    return [
        Column(
            _("Name"), lambda row: row.name, lambda row: honorific(row.name),
            url=lambda row: url_for("desk.show", booking_id=row.booking_id),
        ),
        Column(_("Person number"), lambda row: row.person_id, on_page=False),
        Column(_("Time"), lambda row: row.starts_at, lambda row: show_daytime(row.starts_at)),
        Column(_("Service"), lambda row: kinds.get(row.service, row.service)),
        Column(_("Trainer"), lambda row: trainers.get(row.trainer_id, "")),
        Column(_("Minutes in these hours"), lambda row: row.minutes),
    ]  # fmt: skip
