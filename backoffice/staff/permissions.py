"""What may be done at all, and which role may do it. Object scope is checked where the object is loaded."""

from enum import StrEnum

from backoffice.staff.models import Role


class Permission(StrEnum):
    """One name per kind of access; every route declares the one it needs."""

    TODAY_VIEW = "today:view"
    CALENDAR_VIEW = "calendar:view"
    BOOKINGS_EDIT = "bookings:edit"
    BOOKINGS_ATTEND = "bookings:attend"
    RULES_WAIVE = "rules:waive"
    PEOPLE_VIEW = "people:view"
    PEOPLE_EDIT = "people:edit"
    PEOPLE_MERGE = "people:merge"
    PEOPLE_ERASE = "people:erase"
    CAUTIONS_EDIT = "cautions:edit"
    PAPERS_EDIT = "papers:edit"
    HANDOVER_EDIT = "handover:edit"
    SCREENING_DECIDE = "screening:decide"
    TRAINING_EDIT = "training:edit"
    INCIDENTS_WRITE = "incidents:write"
    INCIDENTS_VIEW = "incidents:view"
    LEADS_VIEW = "leads:view"
    LEADS_EDIT = "leads:edit"
    LEADS_IMPORT = "leads:import"
    JOINING_EDIT = "joining:edit"
    TICKETS_CORRECT = "tickets:correct"
    BILLING_VIEW = "billing:view"
    BILLING_TAKE = "billing:take"
    BILLING_CORRECT = "billing:correct"
    EXERCISES_EDIT = "exercises:edit"
    EXERCISES_IMPORT = "exercises:import"
    MESSAGES_VIEW = "messages:view"
    MESSAGES_EDIT = "messages:edit"
    INBOX_USE = "inbox:use"
    REPORTS_VIEW = "reports:view"
    EXPORTS_MAKE = "exports:make"
    IMPORTS_MAKE = "imports:make"
    STUDIO_EDIT = "studio:edit"
    SHIFTS_EDIT = "shifts:edit"
    SHIFTS_ASK = "shifts:ask"
    STAFF_EDIT = "staff:edit"
    AUDIT_VIEW = "audit:view"


_P = Permission

_FRONT_DESK = frozenset(
    {
        _P.TODAY_VIEW, _P.CALENDAR_VIEW, _P.BOOKINGS_EDIT, _P.BOOKINGS_ATTEND, _P.PEOPLE_VIEW, _P.PEOPLE_EDIT,
        _P.LEADS_VIEW, _P.LEADS_EDIT, _P.LEADS_IMPORT, _P.JOINING_EDIT, _P.MESSAGES_VIEW, _P.MESSAGES_EDIT,
        _P.HANDOVER_EDIT, _P.PAPERS_EDIT, _P.PEOPLE_MERGE, _P.INBOX_USE, _P.BILLING_VIEW,
        _P.BILLING_TAKE,
    }
)  # fmt: skip
_TRAINER = frozenset(
    {
        _P.HANDOVER_EDIT, _P.TODAY_VIEW, _P.CALENDAR_VIEW, _P.BOOKINGS_ATTEND, _P.PEOPLE_VIEW, _P.LEADS_VIEW,
        _P.EXERCISES_EDIT, _P.SHIFTS_ASK, _P.SCREENING_DECIDE, _P.TRAINING_EDIT,
        _P.INCIDENTS_WRITE, _P.INBOX_USE,
    }
)  # fmt: skip
_MANAGER = _FRONT_DESK | {
    _P.RULES_WAIVE, _P.CAUTIONS_EDIT, _P.REPORTS_VIEW, _P.EXPORTS_MAKE, _P.IMPORTS_MAKE, _P.STUDIO_EDIT, _P.SHIFTS_EDIT,
    _P.SHIFTS_ASK, _P.INCIDENTS_WRITE, _P.INCIDENTS_VIEW,
    _P.AUDIT_VIEW, _P.EXERCISES_EDIT, _P.EXERCISES_IMPORT, _P.PEOPLE_ERASE, _P.TICKETS_CORRECT,
    _P.BILLING_CORRECT,
}  # fmt: skip
_OWNER = _MANAGER | {_P.STAFF_EDIT}

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.FRONT_DESK: _FRONT_DESK,
    Role.TRAINER: _TRAINER,
    Role.MANAGER: frozenset(_MANAGER),
    Role.OWNER: frozenset(_OWNER),
}


def permissions_of(roles: list[str]) -> frozenset[Permission]:
    """Everything that the roles of one person allow together; unknown roles allow nothing."""
    allowed: frozenset[Permission] = frozenset()
    for role in Role:
        if role.value in roles:
            allowed |= GRANTS[role]
    return allowed
