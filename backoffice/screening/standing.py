"""Where somebody stands before a session, worked out from the newest sheet and decision. Pure rules, no database."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from backoffice.core.clock import local_date
from backoffice.screening.models import Verdict
from backoffice.studio.models import ServiceKind


class Light(StrEnum):
    """The traffic light. A session starts on CLEAR and LIMITED only; for every other a trainer decides first."""

    CLEAR = "CLEAR"
    LIMITED = "LIMITED"
    DOCTOR = "DOCTOR"
    OPEN = "OPEN"
    EXPIRED = "EXPIRED"
    NONE = "NONE"


TRAINING = (ServiceKind.TRIAL, ServiceKind.SESSION, ServiceKind.CARE)
"""The services for which a sheet is asked: those in which somebody moves."""
STARTS = frozenset({Light.CLEAR, Light.LIMITED})
_OF_VERDICT = {Verdict.CLEAR: Light.CLEAR, Verdict.LIMITS: Light.LIMITED, Verdict.DOCTOR: Light.DOCTOR}


@dataclass(frozen=True)
class Newest:
    """The newest sheet and decision of a person, without anything that was answered. None where there is none.

    `has_yes` is of this sheet or of one before it that nobody has decided on; `decided_on` is the sheet the decision
    was about (None: asked in person).
    """

    screening_id: int | None = None
    has_yes: bool | None = None
    valid_until: date | None = None
    verdict: str | None = None
    limits: tuple[str, ...] = ()
    decided_on: int | None = None
    holds_until: datetime | None = None


@dataclass(frozen=True)
class Standing:
    """The light, the limits to keep to, and until when the sheet is valid."""

    light: Light
    limits: tuple[str, ...] = ()
    screening_id: int | None = None
    valid_until: date | None = None

    @property
    def may_start(self) -> bool:
        """Whether a session may be started on its card."""
        return self.light in STARTS


def standing_of(newest: Newest, *, zone: str, now: datetime) -> Standing:
    """A decision that still holds and was about this very sheet says it; else the sheet does.

    Sheets change hands when people are merged and vanish with the consent, so times are not compared. After limits or
    a doctor first only a trainer says clear again: nobody lifts that by answering anew.
    """
    sheet = {"screening_id": newest.screening_id, "valid_until": newest.valid_until}
    if _holds(newest, now=now):
        return Standing(_OF_VERDICT[Verdict(newest.verdict or "")], newest.limits, **sheet)  # type: ignore[arg-type]
    if newest.valid_until is None:
        return Standing(Light.NONE)
    if newest.valid_until < local_date(now, zone):
        return Standing(Light.EXPIRED, **sheet)  # type: ignore[arg-type]
    is_open = newest.has_yes or newest.verdict in (Verdict.LIMITS, Verdict.DOCTOR)
    return Standing(Light.OPEN if is_open else Light.CLEAR, **sheet)  # type: ignore[arg-type]


def a_year_later(day: date) -> date:
    """The same day of the next year; the 29th of February falls on the 28th."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)


def _holds(newest: Newest, *, now: datetime) -> bool:
    if newest.holds_until is None or newest.holds_until <= now:
        return False
    return newest.decided_on == newest.screening_id
