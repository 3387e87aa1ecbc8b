"""What merges two people, takes it back, and remembers that two are not one. Nothing merges by itself."""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from backoffice.bookings.models import Claim, Participant, Resource, resource_key
from backoffice.bookings.twice import reconcile_handed_over
from backoffice.clients.models import Client
from backoffice.core.audit import Actor, Entry, record, record_many
from backoffice.core.contact import fold_kana, fold_name, plain_text
from backoffice.core.db import db
from backoffice.core.errors import DomainError, NotFound
from backoffice.core.language import N_
from backoffice.inbox.hearing import follow_merge
from backoffice.line.queries import blocked_at
from backoffice.memberships.models import Membership
from backoffice.merging.models import PersonMerge, PersonPairApart
from backoffice.merging.queries import (
    BOTH_MEMBERS,
    FIELDS,
    SAME_BOOKING,
    SAME_TIME,
    UNDO_WITHIN,
    in_the_way,
    merge_of,
    plain,
)
from backoffice.merging.references import MAY_STAY, Reference, clashing, hand_over, references
from backoffice.people.cautions import stricter
from backoffice.people.models import Person
from backoffice.people.queries import locked_people
from backoffice.people.row import LONGEST_NAME, fold
from backoffice.tickets.models import TicketGrant

ALREADY = N_("One of the two has been merged meanwhile.")
TOO_OLD = N_("A merge can be taken back for 30 days.")
MERGED_ON = N_("The person was merged on since. Please take back the later merge first.")
CHANGED = N_("This cannot be taken back: something was changed since.")
SEATS = "participants.person_id"
CAUTION = ("caution", "caution_reason")
"""What a merge carries over without asking, and gives back when it is undone."""
WHY_NOT = {"clients": BOTH_MEMBERS, "participants": SAME_BOOKING}


class CannotMerge(DomainError):
    """Two rows that cannot become one, or a merge that cannot be taken back."""

    status = 409
    message = ALREADY

    def __init__(self, message: str | None = None, *, changed: Iterable[str] = ()) -> None:
        super().__init__(message)
        self.changed = tuple(changed)


class TwoPeople(CannotMerge):
    """Something stands in the way; the preview lists what (`queries.in_the_way`)."""


def merge(
    kept_id: int, dropped_id: int, choices: Mapping[str, str], *, by: Actor, now: datetime
) -> PersonMerge:
    """Make two people one: every row of the dropped one goes to the kept one, in one transaction.

    `choices` says for a field whether the `kept` or the `dropped` value holds; without one the kept value, or the
    other where it is empty. Both rows are held in the order of their ids, so of two merges one wins. Refuses
    (TwoPeople) two members, two guests of one booking or series, bookings at the same time, and (CannotMerge) a row
    merged already.
    """
    kept, dropped = _pair(kept_id, dropped_id)
    if standing := in_the_way(kept_id, dropped_id):
        raise TwoPeople(next(iter(standing)))
    staying = {one.name: _staying(one, kept_id, dropped_id) for one in references()}
    before = {"kept": _fields(kept), "dropped": _fields(dropped)}
    _choose(kept, dropped, choices)
    _keep_caution(kept, dropped)
    moved = {one.name: hand_over(one, dropped_id, kept_id, but=staying[one.name]) for one in references()}
    _hand_over_claims(dropped_id, kept_id)
    dropped.archived_at = now
    _fold_again(kept, dropped)
    made = PersonMerge(
        kept_id=kept_id, dropped_id=dropped_id, moved={name: ids for name, ids in moved.items() if ids},
        before=json.dumps(before), after=json.dumps(_fields(kept)), merged_at=now, merged_by=by.label,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    follow_merge((kept_id, dropped_id), now=now)
    reconcile_handed_over(moved[SEATS], [kept_id], by=by, now=now)
    _tell_both("person.merged", made, by=by, now=now)
    return made


def undo_merge(merge_id: int, *, by: Actor, now: datetime) -> PersonMerge:
    """Make them two again: every row that changed hands goes back. Twice changes nothing.

    Refuses (CannotMerge) after 30 days, and with a list of what was changed since.
    """
    made = merge_of(merge_id)
    people = {one.id: one for one in locked_people([made.kept_id, made.dropped_id])}
    db.session.refresh(made, with_for_update=True)
    if made.undone_at is not None:
        return made
    if now - made.merged_at > UNDO_WITHIN:
        raise CannotMerge(TOO_OLD)
    kept, dropped = people[made.kept_id], people[made.dropped_id]
    if kept.archived_at is not None:
        raise CannotMerge(MERGED_ON)
    if changed := _changed_since(made, kept):
        raise CannotMerge(CHANGED, changed=sorted(changed))
    dropped.archived_at, made.undone_at = None, now
    db.session.flush()  # only somebody who stands for themselves can be given rows
    for one in references():
        hand_over(one, kept.id, dropped.id, only=made.moved.get(one.name, []))
    _hand_back_claims(made)
    _hand_back_tickets(made)
    before = json.loads(made.before)
    _write(kept, {**before["kept"], "line_user_id": None})
    db.session.flush()
    _write(kept, before["kept"])
    _write(dropped, before["dropped"])
    _fold_again(kept, dropped)
    follow_merge((kept.id, dropped.id), now=now)
    reconcile_handed_over(made.moved.get(SEATS, []), [kept.id, dropped.id], by=by, now=now)
    _tell_both("person.merge_undone", made, by=by, now=now)
    return made


def keep_apart(one_id: int, other_id: int, *, by: Actor, now: datetime) -> None:
    """Remember that two people who look alike are not one. Twice changes nothing."""
    kept, other = _pair(one_id, other_id)
    low, high = sorted((kept.id, other.id))
    row = {"low_id": low, "high_id": high, "at": now, "by_label": by.label}
    if db.session.scalar(insert(PersonPairApart).on_conflict_do_nothing().returning(PersonPairApart.id), row):
        record("person.kept_apart", "person", low, by=by, now=now, person_id=low, after={"other": high})


def _pair(one_id: int, other_id: int) -> tuple[Person, Person]:
    people = {one.id: one for one in locked_people([one_id, other_id])}
    if len(people) != 2:
        raise NotFound
    if any(one.archived_at is not None for one in people.values()):
        raise CannotMerge
    return people[one_id], people[other_id]


def _staying(one: Reference, kept_id: int, dropped_id: int) -> list[int]:
    clashes = clashing(one, kept_id, dropped_id)
    if clashes and one.table.name not in MAY_STAY:
        raise CannotMerge(WHY_NOT.get(one.table.name, ALREADY))
    return clashes


def _choose(kept: Person, dropped: Person, choices: Mapping[str, str]) -> None:
    """Give the kept row the values that hold; a name that gives way stays findable as the former one."""
    chosen = {}
    for name in FIELDS:
        mine, theirs = getattr(kept, name), getattr(dropped, name)
        takes = choices.get(name) or ("kept" if mine or not theirs else "dropped")
        chosen[name] = theirs if takes == "dropped" else mine
    chosen["former_name"] = _former_names(kept, dropped, chosen)
    dropped.line_user_id = None
    db.session.flush()
    _write(kept, {name: plain(value) for name, value in chosen.items()})


def _keep_caution(kept: Person, dropped: Person) -> None:
    """Nobody gets rid of a caution by being here twice: the stricter one holds, with every reason."""
    reasons = [one.caution_reason for one in (kept, dropped) if one.caution_reason]
    kept.caution_reason = "\n".join(dict.fromkeys(reasons)) or None
    kept.caution = stricter(kept.caution, dropped.caution)
    db.session.flush()


def _former_names(kept: Person, dropped: Person, chosen: Mapping[str, Any]) -> str:
    """The chosen former name, and every other name and reading of the two that gave way."""
    both, taken = (kept, dropped), {fold_name(chosen["name"]), fold_kana(chosen["kana"])}
    names = [chosen["former_name"], *(one.former_name for one in both), *(one.name for one in both)]
    found = {fold_name(name): name for name in reversed(names)}
    found |= {fold_kana(one.kana): one.kana for one in both}
    return plain_text(
        "、".join(name for key, name in reversed(found.items()) if key and key not in taken), LONGEST_NAME
    )


def _hand_over_claims(from_id: int, to_id: int) -> None:
    keys = resource_key(Resource.PERSON, from_id), resource_key(Resource.PERSON, to_id)
    try:
        with db.session.begin_nested():
            db.session.execute(update(Claim).where(Claim.resource == keys[0]).values(resource=keys[1]))
    except IntegrityError:  # booked in this very moment
        raise CannotMerge(SAME_TIME) from None


def _hand_back_claims(made: PersonMerge) -> None:
    """What the visits that went back take of their guest now: those moved since have claims of their own."""
    theirs = select(Participant.booking_id).where(Participant.id.in_(made.moved.get(SEATS, [])))
    db.session.execute(
        update(Claim)
        .where(Claim.booking_id.in_(theirs), Claim.resource == resource_key(Resource.PERSON, made.kept_id))
        .values(resource=resource_key(Resource.PERSON, made.dropped_id))
    )


def _hand_back_tickets(made: PersonMerge) -> None:
    """What a membership has given since goes with it: months are given to whoever it belongs to that day."""
    owner = (
        select(Client.person_id)
        .join(Membership, Membership.client_id == Client.id)
        .where(Membership.id == TicketGrant.membership_id)
        .scalar_subquery()
    )
    db.session.execute(
        update(TicketGrant)
        .where(TicketGrant.person_id == made.kept_id, owner == made.dropped_id)
        .values(person_id=made.dropped_id)
        .execution_options(synchronize_session=False)
    )


def _tell_both(action: str, made: PersonMerge, *, by: Actor, now: datetime) -> None:
    """A line in the history of each, with ids and a number only."""
    rows = sum(len(ids) for ids in made.moved.values())
    lines = [
        Entry(action, "person", one, one, after={name: other, "rows": rows})
        for one, name, other in (
            (made.kept_id, "from", made.dropped_id),
            (made.dropped_id, "into", made.kept_id),
        )
    ]
    record_many(lines, by=by, now=now)


def _changed_since(made: PersonMerge, kept: Person) -> set[str]:
    """The fields edited and the kinds of rows that went elsewhere since a merge."""
    after = json.loads(made.after)
    changed = {name for name, value in after.items() if plain(getattr(kept, name)) != value}
    for one in references():
        ids = made.moved.get(one.name, [])
        still = (
            db.session.query(one.table).filter(one.table.c.id.in_(ids), one.column == kept.id).count()
            if ids
            else 0
        )
        if still != len(ids):
            changed.add(one.table.name)
    return changed


def _fields(person: Person) -> dict[str, Any]:
    return {name: plain(getattr(person, name)) for name in (*FIELDS, *CAUTION)}


def _write(person: Person, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        is_day = name == "birth_date" and value
        setattr(person, name, date.fromisoformat(value) if is_day else value)


def _fold_again(*people: Person) -> None:
    db.session.flush()
    for person in locked_people([one.id for one in people]):
        fold(person)
        person.line_blocked_at = blocked_at(person.line_user_id)
        person.version += 1
    db.session.flush()
