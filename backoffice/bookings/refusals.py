"""Why a booking is refused: who is in the way, which rule, and three free times near the one asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from backoffice.bookings.models import Resource
from backoffice.core.errors import DomainError
from backoffice.core.language import N_


@dataclass(frozen=True, order=True)
class Slot:
    """A start that is free: with this trainer, in this room (None when the service needs none)."""

    starts_at: datetime
    trainer_id: int
    room_id: int | None


@dataclass(frozen=True)
class InTheWay:
    """What already holds a trainer, a room or a guest: a booking (with its guests) or a block (with its reason).

    For the desk only: visitors are never shown names or ids of this.
    """

    kind: Resource
    resource_id: int
    name_ja: str
    name_en: str
    starts_at: datetime
    ends_at: datetime
    booking_id: int | None = None
    block_id: int | None = None
    guests: str = ""
    reason: str = ""


class Rule(StrEnum):
    """What a manager may waive with a reason. Overlap is not among them."""

    BARRED = "barred"
    SHIFT = "shift"
    NOTICE = "notice"
    DEADLINE = "deadline"
    PREPARATION = "preparation"


@dataclass(frozen=True)
class Waiver:
    """A manager's word that the rules standing in the way do not count this time. The reason is kept."""

    reason: str


class NotFree(DomainError):
    """A time that cannot be had. `nearest` are up to three that can."""

    message = N_("This time is not free.")

    def __init__(
        self,
        message: str | None = None,
        *,
        field: str | None = "starts_at",
        in_the_way: Sequence[InTheWay] = (),
        nearest: Sequence[Slot] = (),
        **params: object,
    ) -> None:
        super().__init__(message, field=field, **params)
        self.in_the_way = tuple(in_the_way)
        self.nearest = tuple(nearest)


class SlotTaken(NotFree):
    """Trainer, room or guest already has something then. Nobody can waive this."""

    status = 409
    message = N_("This time has just been taken.")


class OutsideHours(NotFree):
    """The studio is closed then, or the trainer does not work."""

    message = N_("The studio is not open then.")


class TooLate(NotFree):
    """Too close to the visit, after a deadline, or in the past."""

    message = N_("It is too late for this.")


class Barred(NotFree):
    """A guest whom the managers do not want here (出禁). A manager may book them with a reason."""

    status = 409
    message = N_("%(who)s may not be booked. Please ask a manager.")


class PleaseCall(DomainError):
    """Somebody the desk wants to speak to before a visit is agreed; never says why."""

    status = 409
    message = N_("We arrange this booking by phone. Please call us.")

    def __init__(self, phone: str = "") -> None:
        super().__init__(
            N_("We arrange this booking by phone. Please call us: %(phone)s.") if phone else None, phone=phone
        )


class NotPossible(DomainError):
    """The booking is in a state that does not allow this."""

    status = 409
    message = N_("This is not possible any more: the booking has already ended.")


TRAINER_TAKEN = N_("The trainer is not free from %(start)s to %(end)s.")
ROOM_TAKEN = N_("No room is free from %(start)s to %(end)s.")
GUEST_TAKEN = N_("This guest already has a booking from %(start)s to %(end)s.")
CLOSED_DAY = N_("The studio is closed on this day.")
OUTSIDE_OPENING = N_("The studio is open from %(start)s to %(end)s on this day.")
OUTSIDE_SHIFT = N_("The trainer does not work then (preparation and clean-up included).")
TOO_SOON = N_("This needs to be booked at least %(minutes)s minutes before.")
IN_THE_PAST = N_("This time has already passed.")
TOO_FAR = N_("Bookings can be made up to %(days)s days ahead.")
CHANGE_DEADLINE = N_("Changes are possible until %(hours)s hours before. Please call us.")
CANCEL_DEADLINE = N_("Cancelling is possible until %(hours)s hours before. Please call us.")
