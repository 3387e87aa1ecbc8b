"""What changes a lead. Every open lead has exactly one next action; each step is a row kept for ever."""

from collections.abc import Mapping
from datetime import datetime

from backoffice.core.audit import Actor, record
from backoffice.core.contact import plain_text
from backoffice.core.db import db
from backoffice.core.errors import Invalid, NotFound, check_version
from backoffice.core.language import N_
from backoffice.leads import next_actions
from backoffice.leads.capture import LONGEST_LABEL, NewEnquiry, capture_leads
from backoffice.leads.models import CLOSED_STAGES, Lead, LostReason, Stage, StageChange
from backoffice.leads.queries import steps_of
from backoffice.leads.stages import (
    CLOSED,
    CONTACT_AGAIN,
    NEXT_ACTIONS,
    default_due,
    is_earlier,
    is_further,
    stage_after_reopening,
)
from backoffice.people.actions import add_note
from backoffice.people.models import Person


def capture_lead(
    person: Person,
    *,
    studio_id: int,
    source: str,
    article: str = "",
    utm: Mapping[str, str] | None = None,
    interest: str = "",
    enquiry: str = "",
    owner_staff_id: int | None = None,
    opened_at: datetime | None = None,
    reply_by: datetime | None = None,
    import_key: str | None = None,
    by: Actor,
    now: datetime,
) -> Lead:
    """A new enquiry of a person, at stage NEW, with "reply" as its next action.

    A source the studio has no name for is kept as `other`. `opened_at` is when it really came in; the reply
    to an old one is due now. `reply_by` is for those who put another next action right after.
    """
    enquiry_of = NewEnquiry(
        person_id=person.id,
        source=source,
        article=article,
        utm=utm or {},
        interest=interest,
        enquiry=enquiry,
        owner_staff_id=owner_staff_id,
        opened_at=opened_at,
        reply_by=reply_by,
        import_key=import_key,
    )
    return capture_leads([enquiry_of], studio_id=studio_id, by=by, now=now)[0]


def advance(
    lead: Lead,
    to: Stage,
    *,
    reason: str = "",
    booking_id: int | None = None,
    due_at: datetime | None = None,
    by: Actor,
    now: datetime,
) -> bool:
    """Take an open lead forward. False, and nothing changes, when it is there, further, or closed.

    The usual next action of the stage replaces the present one, due at `due_at` (the time of the booking)
    or after the usual wait. JOINED closes the lead. Losing it is `lose`.
    """
    _lock(lead)
    if not is_further(to, Stage(lead.stage)):
        return False
    _step(lead, to, reason=reason, booking_id=booking_id, by=by, now=now)
    if to is not Stage.NEW and lead.first_reply_at is None:
        lead.first_reply_at = now
    if to is Stage.JOINED:
        lead.closed_at = now
        next_actions.finish(lead, by=by, now=now)
    else:
        _usual_next_action(lead, due_at, by=by, now=now)
    return True


def step_back(
    lead: Lead,
    to: Stage,
    *,
    reason: str,
    booking_id: int | None = None,
    due_at: datetime | None = None,
    by: Actor,
    now: datetime,
) -> bool:
    """Take an open lead back: its booking was cancelled or an attendance undone. False when nothing is behind."""
    _lock(lead)
    if not is_earlier(to, Stage(lead.stage)):
        return False
    _step(lead, to, reason=reason, booking_id=booking_id, by=by, now=now)
    _usual_next_action(lead, due_at, by=by, now=now)
    return True


def lose(
    lead: Lead,
    reason_key: str,
    *,
    note: str = "",
    version: int | None = None,
    by: Actor,
    now: datetime,
) -> None:
    """Close a lead as not won. Refuses without a reason of the studio's list, or when it is closed already.

    A note goes to the notes of the person (encrypted), never into the history.
    """
    _open(lead, version)
    reason = db.session.get(LostReason, reason_key)
    if reason is None or reason.archived_at is not None:
        raise Invalid(N_("Please choose why this lead was lost."), field="reason")
    _step(lead, Stage.LOST, reason=reason_key, by=by, now=now)
    lead.lost_reason, lead.closed_at = reason_key, now
    next_actions.finish(lead, by=by, now=now)
    if note.strip():
        add_note(lead.person_id, note, by=by, now=now)


def reopen(lead: Lead, *, version: int | None = None, by: Actor, now: datetime) -> None:
    """Take up a lost lead again where its talk ended, with "get in touch again" due now. Refuses any other."""
    _lock(lead)
    check_version(lead.version, version)
    if lead.stage != Stage.LOST:
        raise Invalid(N_("Only a lost lead can be reopened."))
    reached = steps_of(lead.id)
    before = Stage(
        next((one.from_stage for one in reversed(reached) if one.to_stage == Stage.LOST), None) or "NEW"
    )
    was_counselled = any(one.to_stage == Stage.COUNSELLED for one in reached)
    lead.lost_reason = lead.closed_at = None
    _step(lead, stage_after_reopening(before, was_counselled=was_counselled), reason="", by=by, now=now)
    next_actions.put(lead, CONTACT_AGAIN, now, by=by, now=now)


def set_next_action(
    lead: Lead,
    title: str,
    due_at: datetime,
    *,
    owner_staff_id: int | None = None,
    version: int | None = None,
    done: bool = False,
    parked: bool = False,
    by: Actor,
    now: datetime,
) -> None:
    """Say what comes next and when. `done` ticks the present one off; otherwise it is put in other words.

    `parked` leaves the lead alone until that day. Refuses on a closed lead and without words.
    The owner stays when none is given.
    """
    _open(lead, version)
    if done:
        next_actions.finish(lead, by=by, now=now)
    next_actions.put(lead, title, due_at, owner_staff_id=owner_staff_id, parked=parked, by=by, now=now)
    lead.version += 1


def assign(lead: Lead, staff_id: int | None, *, version: int | None = None, by: Actor, now: datetime) -> None:
    """Give a lead and its next action to somebody, or to nobody."""
    _lock(lead)
    check_version(lead.version, version)
    before = {"owner_staff_id": lead.owner_staff_id}
    lead.owner_staff_id = staff_id
    lead.version += 1
    next_actions.give(lead, staff_id)
    after = {"owner_staff_id": staff_id}
    record(
        "lead.assigned", "lead", lead.id, by=by, now=now, person_id=lead.person_id, before=before, after=after
    )


def mark_replied(lead: Lead, *, version: int | None = None, by: Actor, now: datetime) -> None:
    """The gym has answered: stops the clock of the first reply and takes a new lead to CONTACTED."""
    _open(lead, version)
    if lead.first_reply_at is None:
        lead.first_reply_at = now
        record("lead.replied", "lead", lead.id, by=by, now=now, person_id=lead.person_id)
    advance(lead, Stage.CONTACTED, by=by, now=now)


def _lock(lead: Lead) -> None:
    """Hold the lead, as it is now, until the end of the transaction."""
    db.session.flush()
    if db.session.get(Lead, lead.id, with_for_update=True, populate_existing=True) is not lead:
        raise NotFound


def _open(lead: Lead, version: int | None) -> None:
    _lock(lead)
    check_version(lead.version, version)
    if Stage(lead.stage) in CLOSED_STAGES:
        raise Invalid(CLOSED)


def _step(
    lead: Lead, to: Stage, *, reason: str, booking_id: int | None = None, by: Actor, now: datetime
) -> None:
    """Move a locked lead and keep the step."""
    before = Stage(lead.stage)
    lead.stage, lead.stage_since = to.value, now
    lead.version += 1
    db.session.add(
        StageChange(
            lead_id=lead.id,
            from_stage=before.value,
            to_stage=to.value,
            at=now,
            by_label=by.label,
            reason=plain_text(reason, LONGEST_LABEL),
            booking_id=booking_id,
        )
    )
    record(
        "lead.stage",
        "lead",
        lead.id,
        by=by,
        now=now,
        person_id=lead.person_id,
        before={"stage": before},
        after={"stage": to, "reason": reason},
    )


def _usual_next_action(lead: Lead, due_at: datetime | None, *, by: Actor, now: datetime) -> None:
    stage = Stage(lead.stage)
    next_actions.finish(lead, by=by, now=now)
    next_actions.put(lead, NEXT_ACTIONS[stage].title, due_at or default_due(stage, now=now), by=by, now=now)
