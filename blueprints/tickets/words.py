"""The ledger in sentences."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from backoffice.billing.undoing import UNDONE
from backoffice.bookings.forgiving import FORGIVEN
from backoffice.bookings.ticket_history import HistoryLine
from backoffice.bookings.ticket_steps import BY_GYM, LATE, NO_SHOW
from backoffice.tickets.explaining import Sum, Term
from backoffice.tickets.frozen import FROZEN, THAWED
from backoffice.tickets.models import EntryKind
from blueprints.support.filters import either, own_name, show_day, show_daytime

TERMS = {
    Term.GIVEN: _l("given"),
    Term.ADDED: _l("added by hand"),
    Term.TAKEN: _l("taken off by hand"),
    Term.REFUNDED: _l("paid back"),
    Term.ENDED: _l("ended unused"),
    Term.USED: _l("used"),
    Term.RESERVED: _l("reserved"),
}


def sum_in_words(found: Sum) -> str:
    """The sum behind a balance in one line, as it is worked out."""
    parts = []
    for term, count in found.terms.items():
        sign = "− " if count < 0 else "+ " if parts else ""
        parts.append(f"{sign}{TERMS[term]} {abs(count)}")
    return _("%(sum)s = %(n)s left", sum=" ".join(parts), n=found.free)


def sentence(line: HistoryLine) -> str:
    """What one line did, in words."""
    entry, count = line.entry, abs(line.entry.free)
    visit = "" if line.starts_at is None else show_daytime(line.starts_at)
    match EntryKind(entry.kind):
        case EntryKind.GRANT:
            return _given(line, count)
        case EntryKind.RESERVE:
            return _("Reserved for %(service)s on %(visit)s.", service=_service(line), visit=visit)
        case EntryKind.USE:
            return _used(entry.reason, visit)
        case EntryKind.RETURN:
            return _returned(entry.reason, visit)
        case EntryKind.EXPIRE:
            return ngettext("%(num)s ticket ended unused.", "%(num)s tickets ended unused.", count)
        case EntryKind.EXTEND if entry.reason == FROZEN:
            return _("Frozen days do not count: can be used until %(day)s.", day=show_day(entry.expires_on))
        case EntryKind.EXTEND:
            return _("Can be used until %(day)s now.", day=show_day(entry.expires_on))
        case EntryKind.REFUND:
            return ngettext("%(num)s ticket paid back.", "%(num)s tickets paid back.", count)
        case EntryKind.ADJUST if entry.free > 0:
            return ngettext("%(num)s ticket added by hand.", "%(num)s tickets added by hand.", count)
        case EntryKind.ADJUST:
            return ngettext("%(num)s ticket taken off by hand.", "%(num)s tickets taken off by hand.", count)
        case EntryKind.REVERSE if line.starts_at is not None:
            return _(
                "The visit of %(visit)s counts as not yet held; its ticket is reserved again.", visit=visit
            )
    if entry.reason == THAWED:
        return _("Fewer days are frozen: can be used until %(day)s.", day=show_day(entry.expires_on))
    return _("An earlier line was taken back.")


def _given(line: HistoryLine, count: int) -> str:
    if line.entry.expires_on is None:
        name = own_name(line.grant)
        return ngettext(
            "%(num)s ticket given: %(name)s.", "%(num)s tickets given: %(name)s.", count, name=name
        )
    return ngettext(
        "%(num)s ticket given: %(name)s, to be used until %(day)s.",
        "%(num)s tickets given: %(name)s, to be used until %(day)s.",
        count,
        name=own_name(line.grant),
        day=show_day(line.entry.expires_on),
    )


def _used(reason: str, visit: str) -> str:
    if reason == NO_SHOW:
        return _("Used: did not come on %(visit)s.", visit=visit)
    if reason == LATE:
        return _("Used: the visit of %(visit)s was cancelled too late.", visit=visit)
    return _("Used for the visit of %(visit)s.", visit=visit)


def _returned(reason: str, visit: str) -> str:
    if reason == BY_GYM:
        return _("Came back: the gym cancelled the visit of %(visit)s.", visit=visit)
    if reason == UNDONE:
        return _("Came back: the sale was taken back.")
    if reason == FORGIVEN:
        return _(
            "Came back: the visit of %(visit)s was cancelled late, the first time that month.", visit=visit
        )
    return _("Came back: the visit of %(visit)s was cancelled in time or moved.", visit=visit)


def _service(line: HistoryLine) -> str:
    return either(line.service_ja, line.service_en)
