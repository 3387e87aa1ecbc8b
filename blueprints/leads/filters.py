"""The filters of the lead list, read from its address and written back into links."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import urlencode

from flask import request, url_for
from flask_login import current_user

from backoffice.leads.lead_list import ALL, CLOSED, NOBODY, OPEN, Cursor, LeadFilters
from backoffice.leads.models import CLOSED_STAGES, Stage
from blueprints.people.scope import only_visible
from blueprints.support.studio import current_studio

MINE = "me"
NO_OWNER = "none"


@dataclass(frozen=True)
class Asked:
    """What the address asks: as words for links and fields, and as filters for the query."""

    words: dict[str, str]
    filters: LeadFilters

    def address(self, **changes: str | None) -> dict[str, str]:
        """Query parameters that ask the same with `changes`; None leaves a parameter out."""
        asked = {**self.words, **changes}
        return {name: value for name, value in asked.items() if value}

    def link(self, **changes: str | None) -> str:
        """The address of the list that asks the same with `changes`."""
        return f"{url_for('leads.index')}?{urlencode(self.address(**changes))}".removesuffix("?")

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the usual list is asked for."""
        return bool(self.words)


def read_filters() -> Asked:
    """Read the address; what makes no sense is left out. A closed stage asks for closed leads."""
    words = {name: value for name in _READ if (value := _READ[name](request.args.get(name, "")[:100]))}
    stage = Stage(words["stage"]) if "stage" in words else None
    state = words.get("state") or (CLOSED if stage in CLOSED_STAGES else OPEN)
    studio = current_studio()
    filters = LeadFilters(
        studio_id=studio.id,
        zone=studio.zone,
        state=state,
        stage=stage,
        owner_staff_id=_owner(words.get("owner", "")),
        source=words.get("source", ""),
        article=words.get("article", ""),
        month=date.fromisoformat(f"{words['month']}-01") if "month" in words else None,
        overdue="overdue" in words,
        parked="parked" in words,
        query=words.get("q", ""),
        only=only_visible(),
    )
    return Asked(words, filters)


def read_cursor() -> Cursor | None:
    """Where the page before ended; nonsense begins at the top."""
    micros, _dot, lead_id = request.args.get("after", "")[:60].partition(".")
    if not (_is_number(micros) and _is_number(lead_id)) or len(micros) > 16 or len(lead_id) > 17:
        return None
    return Cursor(datetime.fromtimestamp(int(micros) / 1_000_000, UTC), int(lead_id))


def write_cursor(cursor: Cursor) -> str:
    """A cursor for an address."""
    return f"{round(cursor.at.timestamp() * 1_000_000)}.{cursor.lead_id}"


def _plain(value: str) -> str:
    return value.replace("\x00", "").strip()


def _state(value: str) -> str:
    return value if value in {CLOSED, ALL} else ""


def _stage(value: str) -> str:
    return value if value in tuple(Stage) else ""


def _owner_word(value: str) -> str:
    return value if value in {MINE, NO_OWNER} or (_is_number(value) and len(value) < 18) else ""


def _month(value: str) -> str:
    try:
        month = date.fromisoformat(f"{value}-01")
    except ValueError:
        return ""
    return value if 2000 <= month.year <= 2100 else ""


def _flag(value: str) -> str:
    return "1" if value else ""


def _is_number(value: str) -> bool:
    return value.isascii() and value.isdigit()


def _owner(word: str) -> int | None:
    if not word:
        return None
    return {MINE: current_user.id, NO_OWNER: NOBODY}.get(word) if word in {MINE, NO_OWNER} else int(word)


_READ = {
    "q": _plain,
    "state": _state,
    "stage": _stage,
    "owner": _owner_word,
    "source": _plain,
    "article": _plain,
    "month": _month,
    "overdue": _flag,
    "parked": _flag,
}
