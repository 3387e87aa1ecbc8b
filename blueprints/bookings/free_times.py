"""The free times a desk form shows, and the time such a form asks for."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from backoffice.bookings.availability import free_slots, one_per_start
from backoffice.bookings.refusals import Slot, Waiver
from backoffice.core.clock import at_local, local_date
from backoffice.core.errors import Invalid
from backoffice.core.language import N_
from backoffice.staff.permissions import Permission
from backoffice.studio.models import Service
from blueprints.bookings.days import FARTHEST, holiday
from blueprints.bookings.desk_forms import Pick, WhenForm, write_pick
from blueprints.bookings.offered import offered
from blueprints.support.access import may
from blueprints.support.clock import now, today
from blueprints.support.filters import own_name
from blueprints.support.studio import current_studio

LOOKED_AHEAD = timedelta(days=28)


@dataclass(frozen=True)
class FreeTimes:
    """The free times of a day for the picker, with the names that go with them; `later` those of the next day that
    has some, when this one has none."""

    day: date
    holiday: str
    slots: list[Slot]
    chosen: str
    later: list[Slot] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)

    @property
    def days(self) -> set[date]:
        """The days on which the picker offers times, and the one it was asked for."""
        return {self.day} | {local_date(one.starts_at, current_studio().zone) for one in self.later}

    @staticmethod
    def value(slot: Slot) -> str:
        """What the button of a slot sends."""
        return write_pick(slot)


def free_times(
    service: Service, day: date, trainer_id: int | None, *, women_only: bool = False,
    instead_of: int | None = None, chosen: str = "", channel: str = "",
) -> FreeTimes:  # fmt: skip
    """The free times of a day, each start once when any trainer will do. A full day brings the next free one."""

    def between(first: date, last: date) -> list[Slot]:
        found = free_slots(
            current_studio(), service, first, last, now=now(), trainer_id=trainer_id, women_only=women_only,
            without_booking=instead_of, walk_in=channel == "DESK",
        )  # fmt: skip
        return one_per_start(found, current_studio().zone) if trainer_id is None else found

    found = between(day, day)
    later = [] if found else _first_day_of(between(max(day + timedelta(days=1), today()), day + LOOKED_AHEAD))
    names = {trainer.id: own_name(trainer) for trainer in offered().trainers}
    return FreeTimes(day, holiday(day), found, chosen, later, names)


def _first_day_of(slots: list[Slot]) -> list[Slot]:
    zone = current_studio().zone
    return [one for one in slots if local_date(one.starts_at, zone) == local_date(slots[0].starts_at, zone)]


def wanted(
    form: WhenForm,
    service: Service,
    *,
    women_only: bool = False,
    channel: str = "",
    instead_of: int | None = None,
) -> Pick:
    """What the form asks for. For any trainer: one who is free then; when nobody is, the first (and is refused)."""
    if form.picked is not None:
        return form.picked
    studio = current_studio()
    if abs(form.day.data - today()) > FARTHEST:
        raise Invalid(N_("This day is too far away."), field="day")
    starts_at = at_local(form.day.data, form.clock.data, studio.zone)
    if form.trainer_id.data is not None:
        return Pick(starts_at, form.trainer_id.data, None)
    free = free_times(
        service, form.day.data, None, women_only=women_only, channel=channel, instead_of=instead_of
    ).slots
    at_that_time = [slot for slot in free if slot.starts_at == starts_at]
    if at_that_time:
        return Pick(starts_at, at_that_time[0].trainer_id, None)
    anyone = [one for one in offered().trainers if one.is_woman or not women_only]
    if not anyone:
        raise Invalid(N_("Please add a trainer first."), field="trainer_id")
    return Pick(starts_at, anyone[0].id, None)


def waiver_of(form: WhenForm) -> Waiver | None:
    """A manager's exception with its reason; nobody else can make one."""
    return Waiver(form.waiver.data) if form.waiver.data and may(Permission.RULES_WAIVE) else None
