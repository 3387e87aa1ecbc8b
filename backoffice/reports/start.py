"""The first steps of a new gym: what is set up and what is not, judged from what is there."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from backoffice.billing.models import BillingSettings
from backoffice.bookings.models import Booking, BookingChannel
from backoffice.core.audit import Actor, AuditLine
from backoffice.core.db import db
from backoffice.joining.models import Discount, TermsKind, TermsVersion
from backoffice.memberships.models import Plan
from backoffice.staff.models import Shift, Staff, StaffState, Trainer
from backoffice.staff.trainers import is_loose
from backoffice.studio import editing
from backoffice.studio.models import Room, Service, SpecialDay, Studio


class Step(StrEnum):
    """What a gym sets up before its first visitor, in this order."""

    STUDIO = "studio"
    HOURS = "hours"
    CLOSING = "closing"
    ROOMS = "rooms"
    TEAM = "team"
    TRAINERS = "trainers"
    SERVICES = "services"
    PLANS = "plans"
    JOINING = "joining"
    TERMS = "terms"
    BILLING = "billing"
    LINE = "line"
    MAIL = "mail"
    BOOKING = "booking"


@dataclass(frozen=True)
class Start:
    """Which steps are done, and which somebody said are right as they are."""

    done: frozenset[Step]
    skipped: frozenset[Step]

    @property
    def of(self) -> int:
        """How many steps there are."""
        return len(Step)

    @property
    def settled(self) -> frozenset[Step]:
        """Nothing is to be done for these."""
        return self.done | self.skipped

    @property
    def next(self) -> Step | None:
        """The first one that is open."""
        return next((step for step in Step if step not in self.settled), None)

    @property
    def is_over(self) -> bool:
        """Whether the gym is set up."""
        return len(self.settled) == len(Step)


def start_of(studio: Studio, *, sends_mail: bool, has_line: bool) -> Start:
    """How far a gym is set up. `sends_mail` and `has_line`: what is set where the product runs. One statement.

    Every gym is founded with usual hours, rooms, services, plans and terms: those are done once somebody of the staff
    has changed them, or says that they are right.
    """
    asked = {
        Step.HOURS: exists().where(
            *_by_staff("studio"), AuditLine.action == "studio.hours_set", AuditLine.subject_id == studio.id
        ),
        Step.CLOSING: exists().where(SpecialDay.studio_id == studio.id),
        Step.ROOMS: _touched("room", Room, studio),
        Step.TEAM: _has_team(studio),
        Step.TRAINERS: exists().where(
            Shift.trainer_id == Trainer.id, Trainer.studio_id == studio.id, Trainer.archived_at.is_(None)
        ),
        Step.SERVICES: _touched("service", Service, studio),
        Step.PLANS: _touched("plan", Plan, studio),
        Step.JOINING: or_(
            _touched("discount", Discount, studio),
            exists().where(
                *_by_staff("studio"),
                AuditLine.subject_id == studio.id,
                AuditLine.after.has_key("joining_fee_yen"),
            ),
        ),
        Step.TERMS: exists().where(
            TermsVersion.studio_id == studio.id,
            TermsVersion.kind == TermsKind.MEMBERSHIP,
            TermsVersion.number > 1,
        ),
        Step.BILLING: exists().where(BillingSettings.studio_id == studio.id, BillingSettings.version > 1),
        Step.BOOKING: exists().where(
            Booking.studio_id == studio.id, Booking.channel.in_((BookingChannel.WEB, BookingChannel.LINE))
        ),
    }
    row = db.session.execute(select(*(one.label(step.value) for step, one in asked.items()))).one()
    done = {step for step in asked if getattr(row, step.value)}
    done |= {Step.STUDIO} if studio.address_ja and studio.phone else set()
    done |= {Step.LINE} if studio.line_id and has_line else set()
    done |= {Step.MAIL} if sends_mail else set()
    return Start(frozenset(done), _known(studio.skipped_steps))


def _has_team(studio: Studio) -> ColumnElement[bool]:
    """Whether somebody works here beside who founded it, and every account of a trainer has its trainer."""
    here = (Staff.studio_id == studio.id, Staff.state != StaffState.SUSPENDED)
    number = select(func.count()).select_from(Staff).where(*here).scalar_subquery()
    return and_(number > 1, ~exists().where(Staff.studio_id == studio.id, is_loose()))


def _touched(
    kind: str, table: type[Room] | type[Service] | type[Plan] | type[Discount], studio: Studio
) -> ColumnElement[bool]:
    """Whether somebody of the staff changed something of a kind that is this studio's."""
    return exists().where(*_by_staff(kind), AuditLine.subject_id == table.id, table.studio_id == studio.id)


def _by_staff(kind: str) -> tuple[ColumnElement[bool], ...]:
    return (AuditLine.subject_kind == kind, AuditLine.actor_kind == "staff")


def _known(names: Collection[str]) -> frozenset[Step]:
    return frozenset(step for step in Step if step.value in names)


def settle_step(studio_id: int, step: Step, is_settled: bool, *, by: Actor, now: datetime) -> None:
    """Say that a step is right as it is, or take that back. Twice changes nothing."""
    studio = editing.locked(Studio, studio_id)
    wanted = (
        set(studio.skipped_steps) | {step.value} if is_settled else set(studio.skipped_steps) - {step.value}
    )
    editing.change(studio, {"skipped_steps": sorted(wanted)}, "studio", version=None, by=by, now=now)
