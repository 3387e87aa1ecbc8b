"""What a text of each kind may say: the variables, what they are called on screens, and what no text may leave out."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from backoffice.core.language import N_
from backoffice.messaging.models import Kind


class Shape(StrEnum):
    """What a variable is, and so how it is written: a moment with day or time, a list in a `for`, a flag in an `if`."""

    TEXT = "TEXT"
    MOMENT = "MOMENT"
    DAY = "DAY"
    YEN = "YEN"
    FLAG = "FLAG"
    LIST = "LIST"


FILTERS: Mapping[Shape, tuple[str, ...]] = {
    Shape.MOMENT: ("day", "time"),
    Shape.DAY: ("day",),
    Shape.YEN: ("yen",),
}
"""How a variable has to be written out; texts stand as they are."""


@dataclass(frozen=True)
class Variable:
    """A variable: its path in the text, what screens call it (N_), its shape; a list has variables of its own."""

    path: str
    label: str
    shape: Shape = Shape.TEXT
    fields: tuple["Variable", ...] = ()


@dataclass(frozen=True)
class KindVariables:
    """What a kind may say. Of each group in `needs` one has to be said: without it the message is of no use."""

    variables: tuple[Variable, ...] = ()
    needs: tuple[tuple[str, ...], ...] = ()


_V = Variable

COMMON = (
    _V("name", N_("Name of the reader")),
    _V("studio.name", N_("Name of the gym")),
    _V("studio.address", N_("Address of the gym")),
    _V("studio.phone", N_("Phone of the gym")),
    _V("studio.mail", N_("Mail address of the gym")),
    _V("studio.way", N_("Way to the gym")),
    _V("studio.map_url", N_("Map")),
    _V("studio.bring", N_("What to bring")),
    _V("studio.changing", N_("Changing room")),
)

_WHEN = (
    _V("booking.starts_at", N_("Start"), Shape.MOMENT),
    _V("booking.ends_at", N_("End"), Shape.MOMENT),
    _V("booking.service", N_("Service")),
)
_BOOKING = (
    _V("booking_details", N_("Paragraph: the booking in facts")),
    _V("visit_details", N_("Paragraph: way, what to bring, what we lend")),
    _V("manage_details", N_("Paragraph: link to see, move or cancel")),
    _V("line_details", N_("Paragraph: how to connect LINE")),
    *_WHEN,
    _V("booking.trainer", N_("Trainer")),
    _V("booking.fee_yen", N_("Fee"), Shape.YEN),
    _V("booking.wear", N_("Sizes to lend")),
    _V("booking.manage_url", N_("Link to see, move or cancel")),
    _V("booking.cancel_until_hours", N_("Hours before the start until which one can cancel")),
    _V("booking.needs_wear", N_("whether wear is lent"), Shape.FLAG),
    _V("booking.is_online", N_("whether it is online"), Shape.FLAG),
)
_BOOK_URL = _V("book_url", N_("Link to book"))
_LINK = _V("link", N_("The personal link"))

_SAYS_WHEN = ("booking_details", "booking.starts_at")
_LETS_CHANGE = ("manage_details", "booking.manage_url")
_ABOUT_A_BOOKING = KindVariables((*_BOOKING, _BOOK_URL), (_SAYS_WHEN, _LETS_CHANGE))
_WAY_TO_BOOK = KindVariables((_BOOK_URL,))
_SHEET_LINK = KindVariables((_V("sheet_url", N_("The personal link")),), (("sheet_url",),))
_CARE_LINK = KindVariables((_V("care_url", N_("The personal link")),), (("care_url",),))

KINDS: dict[Kind, KindVariables] = {
    Kind.BOOKING_CONFIRMED: _ABOUT_A_BOOKING,
    Kind.BOOKING_MOVED: _ABOUT_A_BOOKING,
    Kind.REMINDER_DAY_BEFORE: _ABOUT_A_BOOKING,
    Kind.REMINDER_TWO_HOURS: _ABOUT_A_BOOKING,
    Kind.BOOKING_CANCELLED: KindVariables(
        (*_WHEN, _V("booking.by_gym", N_("whether the gym cancelled it"), Shape.FLAG), _BOOK_URL),
        (("booking.starts_at",),),
    ),
    Kind.SERIES_DATES: KindVariables(
        (
            _V("series.service", N_("Service")),
            _V("series.dates", N_("Dates"), Shape.LIST, (
                _V("starts_at", N_("Start"), Shape.MOMENT),
                _V("ends_at", N_("End"), Shape.MOMENT),
                _V("trainer", N_("Trainer")),
            )),
        ),
        (("series.dates",),),
    ),
    Kind.MOVE_PROPOSED: KindVariables(
        (
            _V("proposal.starts_at", N_("Start so far"), Shape.MOMENT),
            _V("proposal.service", N_("Service")),
            _V("proposal.url", N_("Link to choose")),
            _V("proposal.times", N_("Times proposed"), Shape.LIST, (
                _V("starts_at", N_("Start"), Shape.MOMENT),
                _V("trainer", N_("Trainer")),
            )),
        ),
        (("proposal.url",),),
    ),
    Kind.SLOT_OFFERED: KindVariables(
        (
            _V("offer.starts_at", N_("Start"), Shape.MOMENT),
            _V("offer.ends_at", N_("End"), Shape.MOMENT),
            _V("offer.service", N_("Service")),
            _V("offer.trainer", N_("Trainer")),
            _V("offer.expires_at", N_("Kept until"), Shape.MOMENT),
            _V("offer.url", N_("Link to answer")),
        ),
        (("offer.starts_at",), ("offer.expires_at",), ("offer.url",)),
    ),
    Kind.TIMES_OFFERED: KindVariables(
        (
            _V("choice.service", N_("Service")),
            _V("choice.times", N_("Times to choose from"), Shape.LIST, (
                _V("starts_at", N_("Start"), Shape.MOMENT),
                _V("trainer", N_("Trainer")),
            )),
            _V("choice.expires_at", N_("Kept until"), Shape.MOMENT),
            _V("choice.is_move", N_("whether a booking is moved"), Shape.FLAG),
            _V("choice.starts_at", N_("Start so far"), Shape.MOMENT),
        ),
        (("choice.times",), ("choice.expires_at",)),
    ),
    Kind.SCREENING_ASKED: _SHEET_LINK,
    Kind.SHEET_EXPIRING: _SHEET_LINK,
    Kind.CARE_ASKED: _CARE_LINK,
    Kind.CARE_REMINDED: _CARE_LINK,
    Kind.CARE_REPLY: _CARE_LINK,
    Kind.HOME_PROGRAM: KindVariables((_V("program_url", N_("The personal link")),), (("program_url",),)),
    Kind.STAFF_INVITE: KindVariables((_LINK, _V("days", N_("Days the link holds"))), (("link",),)),
    Kind.PASSWORD_RESET: KindVariables((_LINK, _V("hours", N_("Hours the link holds"))), (("link",),)),
    Kind.LINE_INVITE: KindVariables((_V("connect_url", N_("The personal link")),), (("connect_url",),)),
    Kind.WEEKLY_SUMMARY: KindVariables(
        (
            _V("week.first", N_("First day of the week"), Shape.DAY),
            _V("week.last", N_("Last day of the week"), Shape.DAY),
            _V("week.enquiries", N_("Enquiries")),
            _V("week.trials", N_("Trials held")),
            _V("week.joined", N_("Joined")),
            _V("week.no_shows", N_("No-shows")),
            _V("week.late_cancels", N_("Late cancels")),
            _V("week.received_yen", N_("Money received"), Shape.YEN),
            _V("week.undecided", N_("Visits without an outcome")),
            _V("week.overdue_tasks", N_("Tasks overdue")),
            _V("week.overdue_money", N_("Invoices overdue")),
            _V("week.url", N_("The page of the day")),
        ),
        (("week.url",),),
    ),
    Kind.WELCOME: KindVariables(
        (
            _V("client.member_number", N_("Member number")),
            _V("client.plan", N_("Plan")),
            _V("client.starts_on", N_("First day"), Shape.DAY),
            _V("client.trainer", N_("Trainer")),
            _V("client.copy_url", N_("Link to the copy of the joining papers")),
        ),
    ),
    Kind.AFTER_COUNSELLING: _WAY_TO_BOOK,
    Kind.AFTER_TRIAL: _WAY_TO_BOOK,
    Kind.AFTER_NO_SHOW: _WAY_TO_BOOK,
    Kind.NO_NEXT_BOOKING: _WAY_TO_BOOK,
    Kind.MISSED_YOU: _WAY_TO_BOOK,
    Kind.FIRST_MONTH: _WAY_TO_BOOK,
    Kind.TICKETS_LOW: KindVariables(
        (_V("tickets.left", N_("Tickets left")), _V("tickets.ends_on", N_("Last day of use"), Shape.DAY)),
        (("tickets.left",),),
    ),
    Kind.FREEZE_ENDING: KindVariables(
        (
            _V("freeze.ends_on", N_("Last day of the freeze"), Shape.DAY),
            _V("freeze.resumes_on", N_("First day after the freeze"), Shape.DAY),
        ),
        (("freeze.ends_on", "freeze.resumes_on"),),
    ),
    Kind.WRITTEN: KindVariables((_V("words", N_("What was written by hand")),), (("words",),)),
}  # fmt: skip
"""Every kind whose text a gym may write itself; the answers on LINE are those of the house."""


def variables_of(kind: Kind) -> dict[str, Variable]:
    """What a text of this kind may say, by path; its own variables come first."""
    return {one.path: one for one in (*KINDS[kind].variables, *COMMON)}


def snippet(variable: Variable) -> list[str]:
    """What stands in a text for this variable, one for each way to write it."""
    if variable.shape is Shape.FLAG:
        return [f"{{% if {variable.path} %}}\n\n{{% endif %}}"]
    if variable.shape is Shape.LIST:
        first, last = variable.fields[0], variable.fields[-1]
        line = "".join([*snippet(first), " ", *snippet(last)]).replace("{{ ", "{{ one.")
        return [f"{{% for one in {variable.path} %}}\n・{line}\n{{% endfor %}}"]
    filters = FILTERS.get(variable.shape, ())
    return [f"{{{{ {variable.path}|{one} }}}}" for one in filters] or [f"{{{{ {variable.path} }}}}"]
