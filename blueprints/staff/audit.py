"""The audit page: every change with who, when, before and after."""

from datetime import date, datetime, timedelta
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from backoffice.core.clock import at_local, local
from backoffice.staff import audit_trail, queries
from backoffice.staff.audit_trail import PAGE, TrailFilter
from backoffice.staff.permissions import Permission
from blueprints.staff.audit_words import SUBJECTS, actor_word, subject_word, verb_word
from blueprints.staff.blueprint import staff
from blueprints.support.access import permit
from blueprints.support.limits import LARGEST_ID
from blueprints.support.studio import current_studio


@staff.get("/settings/audit")
@permit(Permission.AUDIT_VIEW)
def audit() -> ResponseReturnValue:
    """The lines the filters ask for, newest first; the filters live in the address."""
    lines = audit_trail.trail(_filter(), before_id=_number("before"))
    shown = lines[:PAGE]
    kept = {name: value for name, value in request.args.items() if value and name != "before"}
    older = url_for("staff.audit", **{**kept, "before": shown[-1].id}) if len(lines) > PAGE else None
    newest = url_for("staff.audit", **kept) if "before" in request.args else None
    return render_template(
        "staff/audit.html",
        lines=shown,
        people=queries.team(current_studio().id),
        subjects=SUBJECTS,
        words={"subject": subject_word, "verb": verb_word, "actor": actor_word},
        changes=changes,
        older=older,
        newest=newest,
    )


def changes(line: Any) -> list[tuple[str, str, str]]:
    """Each changed value of a line: its name, before, after."""
    names = dict.fromkeys([*line.before, *line.after])
    return [(name, _shown(line.before.get(name)), _shown(line.after.get(name))) for name in names]


def _shown(value: object) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, list):
        return ", ".join(str(item) for item in value) or "–"
    if isinstance(value, str) and (instant := _instant(value)):
        return f"{local(instant, current_studio().zone):%Y-%m-%d %H:%M}"
    return str(value)


def _instant(text: str) -> datetime | None:
    """An instant that the audit kept as ISO text; anything else is None."""
    if not 19 <= len(text) <= 32 or text[10] != "T":
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant if instant.tzinfo else None


def _filter() -> TrailFilter:
    since, until = _day("since"), _day("until")
    zone = current_studio().zone
    return TrailFilter(
        staff_id=_number("staff"),
        subject_kind=request.args.get("subject", "") if request.args.get("subject") in SUBJECTS else "",
        subject_id=_number("id"),
        person_id=_number("person"),
        since=at_local(since, datetime.min.time(), zone) if since else None,
        until=at_local(until + timedelta(days=1), datetime.min.time(), zone) if until else None,
    )


def _number(name: str) -> int | None:
    text = request.args.get(name, "")
    return (
        int(text)
        if text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= LARGEST_ID
        else None
    )


def _day(name: str) -> date | None:
    """A day of an ordinary calendar: the ends of time cannot be moved by a day or a time zone."""
    try:
        day = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2100 else None
