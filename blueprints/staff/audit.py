"""The audit page: every change with who, when, before and after."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.core.clock import at_local
from backoffice.memberships.queries import plans
from backoffice.staff import audit_trail, queries
from backoffice.staff.audit_trail import PAGE, TrailFilter
from backoffice.staff.permissions import Permission
from backoffice.staff.trainers import trainers
from backoffice.studio.queries import rooms, services
from blueprints.leads.choices import service_names, source_names, staff_names
from blueprints.staff.audit_fields import code_word, field_word
from blueprints.staff.audit_words import (
    SAME_WORD,
    SUBJECTS,
    actor_word,
    kinds_of,
    subject_word,
    subjects_to_choose,
    verb_word,
)
from blueprints.staff.blueprint import staff
from blueprints.support.access import permit
from blueprints.support.filters import own_name, show_day, show_daytime, show_yen
from blueprints.support.limits import LARGEST_ID
from blueprints.support.studio import current_studio

DAY, TIME = re.compile(r"\d{4}-\d\d-\d\d"), re.compile(r"\d\d:\d\d:\d\d")
INSTANT = re.compile(rf"{DAY.pattern}T{TIME.pattern}(\.\d+)?[+-]\d\d:\d\d")
Names = Mapping[str, Mapping[Any, str]]


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
        subjects=subjects_to_choose(),
        asked=SAME_WORD.get(request.args.get("subject", ""), request.args.get("subject")),
        names=_names(),
        words={"subject": subject_word, "verb": verb_word, "actor": actor_word},
        changes=changes,
        older=older,
        newest=newest,
    )


def changes(line: Any, names: Names | None = None) -> list[tuple[str, str, str]]:
    """Each changed value of a line: its name, before, after. `names` says who or what is meant by a field's ids."""
    found = []
    for name in dict.fromkeys([*line.before, *line.after]):
        known = (names or {}).get(name, {})
        before, after = (
            _shown(line.subject_kind, name, side.get(name), known) for side in (line.before, line.after)
        )
        if before != after:
            found.append((field_word(line.subject_kind, name), before, after))
    return found


def _names() -> Names:
    """What is meant by the keys of plans, trainers, staff, services, rooms and sources on this page."""
    studio_id = current_studio().id
    people = {one.id: own_name(one) for one in trainers(studio_id)}
    return {
        "plan_id": {one.id: own_name(one) for one in plans(studio_id)},
        "trainer_id": people,
        "main_trainer_id": people,
        "service_id": {one.id: own_name(one) for one in services(studio_id)},
        "room_id": {one.id: own_name(one) for one in rooms(studio_id)},
        **dict.fromkeys(("staff_id", "owner_id", "owner_staff_id"), staff_names()),
        "source": source_names(),
        "interest": service_names(),
    }


def _shown(subject_kind: str, name: str, value: object, known: Mapping[Any, str]) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, list):
        return ", ".join(_shown(subject_kind, name, item, known) for item in value) or "–"
    if (word := code_word(subject_kind, name, value)) is not None:
        return word
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int | str) and value in known:
        return known[value]
    if isinstance(value, int) and name.endswith("yen"):
        return show_yen(value)
    return _shown_text(value) if isinstance(value, str) else str(value)


def _shown_text(text: str) -> str:
    """A day, a time or an instant that the audit kept as ISO text, as pages write it; other texts as they are."""
    try:
        if DAY.fullmatch(text):
            return show_day(date.fromisoformat(text))
        if TIME.fullmatch(text):
            return f"{time.fromisoformat(text):%H:%M}"
        if INSTANT.fullmatch(text):
            return show_daytime(datetime.fromisoformat(text))
    except ValueError:
        pass
    return text


def _filter() -> TrailFilter:
    since, until = _day("since"), _day("until")
    zone = current_studio().zone
    return TrailFilter(
        staff_id=_number("staff"),
        subject_kinds=_kinds(),
        subject_id=_number("id"),
        person_id=_number("person"),
        since=at_local(since, datetime.min.time(), zone) if since else None,
        until=at_local(until + timedelta(days=1), datetime.min.time(), zone) if until else None,
    )


def _kinds() -> list[str]:
    """The kinds asked for; with a number the very kind, because numbers are given for each kind."""
    kind = request.args.get("subject", "")
    if kind not in SUBJECTS:
        return []
    return kinds_of(kind) if _number("id") is None else [kind]


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
