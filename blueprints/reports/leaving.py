"""Who may leave: members for whom a rule speaks, why in words, and a task to talk to them."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from backoffice.core.db import transaction
from backoffice.reports.may_leave import MayLeave, Reason, ask_after, may_leave, may_leave_page
from backoffice.staff.permissions import Permission
from blueprints.reports.asked import read_number
from blueprints.reports.blueprint import reports
from blueprints.reports.catalogue import report_of
from blueprints.reports.listing import Column, list_file
from blueprints.reports.named import trainer_box, trainer_names
from blueprints.reports.paging import PAGE
from blueprints.support.access import actor, permit
from blueprints.support.clock import now
from blueprints.support.filters import show_day
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done


@reports.get("/reports/leaving")
@permit(Permission.REPORTS_VIEW)
def leaving() -> ResponseReturnValue:
    """The list of today, those with most reasons first, page by page."""
    trainer_id, after = read_number("trainer"), read_number("after")
    found = may_leave_page(current_studio(), trainer_id=trainer_id, after=after, limit=PAGE, now=now())
    asked = {"trainer": trainer_id}
    return render_template(
        "reports/leaving.html",
        report=report_of("reports.leaving"),
        box=trainer_box(trainer_id),
        asked=asked,
        after=after,
        found=found,
        more_url=url_for("reports.leaving", **asked, after=found.rows[-1].person_id)
        if found.has_more
        else None,
        why=why,
        trainer_names=trainer_names(),
    )


@reports.get("/reports/leaving.<any(csv, xlsx):kind>")
@permit(Permission.EXPORTS_MAKE, fresh=True)
def leaving_file(kind: str) -> ResponseReturnValue:
    """The same members as a file. What check-ins say stays on the screen: a file leaves the house."""
    trainer_id, at = read_number("trainer"), now()
    studio = current_studio()
    rows = lambda: may_leave(studio, trainer_id=trainer_id, now=at)  # noqa: E731
    return list_file("report", kind, _columns(), rows, {"trainer": trainer_id})


@reports.post("/reports/leaving/<int:person_id>/task")
@permit(Permission.REPORTS_VIEW)
def leaving_task(person_id: int) -> ResponseReturnValue:
    """One open task to ask how they are; pressed twice it is the same."""
    with transaction():
        todo = ask_after(current_studio(), person_id, by=actor(), now=now())
    flash_done(_("A task stands for %(day)s.", day=show_day(todo.due_at)))
    asked = {name: read_number(name) for name in ("trainer", "after")}
    return redirect(url_for("reports.leaving", **asked) + f"#person-{person_id}", 303)


def why(one: MayLeave, reason: Reason) -> str:
    """A reason in words, with the numbers it was seen by."""
    if reason == Reason.NO_NEXT:
        if one.visits.last_at is None:
            return _("No next booking; no visit within a year")
        return _("No next booking; last visit %(day)s", day=show_day(one.visits.last_at))
    if reason == Reason.FALLING:
        return _(
            "Visits in four weeks: %(recent)s; before that %(usual)s in four weeks",
            recent=one.visits.recent, usual=f"{one.visits.usual:g}",
        )  # fmt: skip
    if reason == Reason.UNUSED:
        return ngettext(
            "%(num)s ticket unused for four weeks", "%(num)s tickets unused for four weeks", one.tickets.free
        )
    if reason == Reason.EXPIRING:
        return _(
            "%(n)s tickets end on %(day)s: more than they usually use by then",
            n=one.ending, day=show_day(one.tickets.next_end),
        )  # fmt: skip
    return _("CARE: something has changed; please ask their trainer")


def _columns() -> list[Column]:
    trainers = trainer_names()
    told = [one for one in Reason if one != Reason.TIRED]
    return [
        Column(_("Person number"), lambda row: row.person_id),
        Column(_("Name"), lambda row: row.name or row.kana),
        Column(_("Trainer"), lambda row: trainers.get(row.trainer_id, "")),
        Column(_("Joined"), lambda row: row.joined_on),
        Column(_("Last visit"), lambda row: row.visits.last_at),
        Column(_("Why"), lambda row: "; ".join(why(row, one) for one in row.reasons if one in told)),
    ]
