"""Whose rows are whose, and how they go: the rules applied to the tables themselves, a statement for each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, delete, false, func, or_, select, update

from backoffice.bookings.models import Participant
from backoffice.core.audit import AuditLine
from backoffice.core.db import Base, db
from backoffice.erasure.rules import GOES, HUMAN_UPLOADS, STAYS, Kept
from backoffice.incidents.models import Incident, IncidentKind
from backoffice.line.models import LineAccount, LineEvent
from backoffice.merging.models import PersonMerge
from backoffice.messaging.entries import Conversation, ConversationEntry
from backoffice.messaging.models import Message
from backoffice.people.models import Person
from backoffice.people.queries import locked_people

ACCIDENTS_KEPT = timedelta(days=5 * 365 + 2)
"""As long as somebody hurt may claim damages (five years from knowing; Civil Code, article 724-2)."""
SUBJECTS = {
    "person": "people", "lead": "leads", "booking": "bookings", "participant": "participants", "client": "clients",
    "membership": "memberships", "series": "series", "wait": "waits", "message": "messages", "incident": "incidents",
    "session_log": "session_logs",
}  # fmt: skip
"""What lines of the audit are about when they name no person."""


@dataclass(frozen=True)
class Theirs:
    """The rows one human is made of: of people (with those merged into it), and their accounts on LINE."""

    people: tuple[int, ...]
    accounts: tuple[int, ...] = ()
    user_ids: tuple[str, ...] = ()


def found(person_id: int) -> Theirs:
    """Everything that stands for one human now; nothing is held."""
    return _with_accounts(Theirs(_merged_into(person_id)))


def held(person_id: int) -> Theirs:
    """The same, held until the end of the transaction: events, accounts, messages, people, each in the order of ids.

    Whoever handles an event of LINE or claims a message holds one of these and then reads or writes for the person;
    so this waits for them, and they find nobody afterwards. What came in meanwhile is found by the second look.
    """
    theirs = found(person_id)
    _hold(theirs)
    locked_people(theirs.people)
    theirs = found(person_id)
    _hold(theirs)
    return theirs


def of(table: Table, theirs: Theirs) -> ColumnElement[bool]:
    """The condition that a row of a table is theirs, by the columns its rule names."""
    rule = STAYS.get(table.name)
    columns = rule.by if rule is not None else GOES[table.name]
    if (special := _SPECIAL.get(table.name)) is not None:
        return special(table, theirs)
    return or_(*(_leads_to(table, name, theirs) for name in columns))


def visits_alone(theirs: Theirs) -> Select[int]:
    """The bookings in which nobody else takes part."""
    return (
        select(Participant.booking_id)
        .group_by(Participant.booking_id)
        .having(func.bool_and(Participant.person_id.in_(theirs.people)))
    )


def erase_rows(theirs: Theirs, *, now: datetime) -> None:
    """Empty what stays, delete what goes. Children first, so that no row is asked for by another one."""
    db.session.flush()
    _let_go_of_accounts(theirs)
    for table in Base.metadata.sorted_tables:
        if (rule := STAYS.get(table.name)) is not None:
            _empty(table, rule, theirs, now)
    for table in reversed(Base.metadata.sorted_tables):
        if table.name in GOES:
            db.session.execute(delete(table).where(of(table, theirs)))
    gone = {"archived_at": now, "erased_at": now, "version": Person.version + 1}
    _run(update(Person).where(Person.id.in_(theirs.people)).values(gone))
    db.session.expire_all()


def forget_accidents(*, now: datetime) -> None:
    """Empty the reports of accidents of erased people once nobody can claim anything any more."""
    erased = select(Person.id).where(Person.erased_at.is_not(None))
    old = and_(Incident.person_id.in_(erased), Incident.happened_at < now - ACCIDENTS_KEPT)
    emptied = {**STAYS["incidents"].empties, "region": ""}
    _run(update(Incident).where(old, Incident.region != "").values(emptied))


def _merged_into(person_id: int) -> tuple[int, ...]:
    """The row and every row that was merged into it, one after another."""
    ids = [person_id]
    for one in ids:
        query = select(PersonMerge.dropped_id).where(
            PersonMerge.kept_id == one, PersonMerge.undone_at.is_(None)
        )
        ids += [other for other in db.session.scalars(query) if other not in ids]
    return tuple(sorted(ids))


def _with_accounts(theirs: Theirs) -> Theirs:
    """Their accounts: those tied to them, and those let go of that have said something as them and are nobody's now."""
    spoke = (
        select(ConversationEntry.line_account_id)
        .where(ConversationEntry.person_id.in_(theirs.people), ConversationEntry.line_account_id.is_not(None))
        .scalar_subquery()
    )
    is_theirs = or_(
        LineAccount.person_id.in_(theirs.people),
        and_(LineAccount.person_id.is_(None), LineAccount.id.in_(spoke)),
    )
    rows = db.session.execute(select(LineAccount.id, LineAccount.user_id).where(is_theirs)).all()
    known = select(Person.line_user_id).where(Person.id.in_(theirs.people), Person.line_user_id.is_not(None))
    users = {row.user_id for row in rows} | {user for user in db.session.scalars(known) if user is not None}
    return replace(theirs, accounts=tuple(sorted(row.id for row in rows)), user_ids=tuple(sorted(users)))


def _hold(theirs: Theirs) -> None:
    for model, condition in (
        (LineEvent, LineEvent.user_id.in_(theirs.user_ids)),
        (LineAccount, LineAccount.id.in_(theirs.accounts)),
        (Conversation, _entries(Base.metadata.tables["conversations"], theirs)),
        (Message, Message.person_id.in_(theirs.people)),
    ):
        db.session.execute(select(model.id).where(condition).order_by(model.id).with_for_update()).all()


def _leads_to(table: Table, name: str, theirs: Theirs) -> ColumnElement[bool]:
    """Whether a column leads to a person of theirs: itself, or by the row it points to."""
    column = table.c[name]
    targets = [key.column.table for key in column.foreign_keys]
    if table.name == "people" or any(target.name == "people" for target in targets) or not targets:
        return column.in_(theirs.people)
    return column.in_(select(targets[0].c.id).where(of(targets[0], theirs)))


def _bookings(table: Table, theirs: Theirs) -> ColumnElement[bool]:
    mine = select(Participant.booking_id).where(Participant.person_id.in_(theirs.people))
    return table.c.id.in_(mine)


def _audit_lines(table: Table, theirs: Theirs) -> ColumnElement[bool]:
    by_subject = [
        and_(
            AuditLine.subject_kind == kind,
            AuditLine.person_id.is_(None),
            AuditLine.subject_id.in_(select(target.c.id).where(of(target, theirs))),
        )
        for kind, target in ((kind, Base.metadata.tables[name]) for kind, name in SUBJECTS.items())
    ]
    return or_(table.c.person_id.in_(theirs.people), *by_subject)


def _entries(table: Table, theirs: Theirs) -> ColumnElement[bool]:
    """What was said as them, or by their account before anybody knew whose it is; not what others said from it."""
    nobodys = and_(table.c.person_id.is_(None), table.c.line_account_id.in_(theirs.accounts))
    return or_(table.c.person_id.in_(theirs.people), nobodys)


_SPECIAL: Mapping[str, Callable[[Table, Theirs], ColumnElement[bool]]] = {
    "bookings": _bookings,
    "audit_lines": _audit_lines,
    "conversations": _entries,
    "conversation_entries": _entries,
    "line_accounts": lambda table, theirs: table.c.id.in_(theirs.accounts),
    "line_events": lambda table, theirs: table.c.user_id.in_(theirs.user_ids) if theirs.user_ids else false(),
    "reply_tokens": lambda table, theirs: (
        table.c.address.in_(theirs.user_ids) if theirs.user_ids else false()
    ),
    "uploads": lambda table, _theirs: table.c.kind.in_(HUMAN_UPLOADS),
}
"""Tables whose rows are found in another way than by a key to a person."""


def _empty(table: Table, rule: Kept, theirs: Theirs, now: datetime) -> None:
    condition = of(table, theirs)
    if rule.drops is not None:
        name, values = rule.drops
        _run(delete(table).where(condition, table.c[name].in_(values)))
    if table.name == "incidents":
        near_miss = Incident.kind == IncidentKind.NEAR_MISS
        condition = and_(condition, or_(near_miss, Incident.happened_at < now - ACCIDENTS_KEPT))
    if rule.empties:
        _run(update(table).where(condition).values(dict(rule.empties)))


def _let_go_of_accounts(theirs: Theirs) -> None:
    """What others said from an account of theirs stays with them; a hint that somebody booked as them goes."""
    said, people = ConversationEntry, theirs.people
    of_others = and_(said.person_id.is_not(None), said.person_id.not_in(people))
    _run(
        update(said).where(said.line_account_id.in_(theirs.accounts), of_others).values(line_account_id=None)
    )
    _run(update(LineAccount).where(LineAccount.booked_by_id.in_(people)).values(booked_by_id=None))


def _run(statement: Any) -> None:
    db.session.execute(statement, execution_options={"synchronize_session": False})
