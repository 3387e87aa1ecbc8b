"""Writing a new booking down: its row, what it takes and its guests, in one statement."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    SmallInteger,
    Table,
    Text,
    bindparam,
    delete,
    func,
    insert,
    literal,
    select,
    true,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import TSTZRANGE
from sqlalchemy.orm import make_transient_to_detached
from sqlalchemy.sql.schema import ScalarElementColumnDefault
from sqlalchemy.types import TypeEngine

from backoffice.bookings import claims
from backoffice.bookings.guests import Guest
from backoffice.bookings.models import Booking, Claim, Participant
from backoffice.core.db import db, send

_BOOKINGS, _CLAIMS, _PARTICIPANTS = (cast(Table, model.__table__) for model in (Booking, Claim, Participant))
_GIVEN = tuple(column.name for column in _BOOKINGS.columns if not column.primary_key)


def _rows(**columns: TypeEngine[Any]) -> Any:
    """The rows of as many array parameters as there are columns, each named like its column."""
    arrays = (bindparam(name, type_=ARRAY(kind)) for name, kind in columns.items())
    return func.unnest(*arrays).table_valued(*columns, name="given").render_derived()


_BOOKED = (
    insert(_BOOKINGS)
    .values({name: bindparam(f"its_{name}", type_=_BOOKINGS.c[name].type) for name in _GIVEN})
    .returning(_BOOKINGS.c.id)
    .cte("booked")
)
_WANTED = _rows(resource=BigInteger(), span=TSTZRANGE())
_TAKEN = (
    postgresql.insert(_CLAIMS)
    .from_select(
        ["resource", "span", "booking_id"],
        select(_WANTED.c.resource, _WANTED.c.span, _BOOKED.c.id)
        .select_from(_BOOKED.join(_WANTED, true()))
        .order_by(_WANTED.c.resource),
    )
    .on_conflict_do_nothing()
    .returning(_CLAIMS.c.resource)
    .cte("taken")
)
_GUESTS = _rows(
    person_id=BigInteger(), position=SmallInteger(), needs_wear=Boolean(), wear_size=Text(), shoe_cm=Text()
)
_SEAT = {
    "booking_id": _BOOKED.c.id,
    "fee_yen": bindparam("fee_yen", type_=_PARTICIPANTS.c.fee_yen.type),
    **dict(_GUESTS.c.items()),
}
_SEAT |= {
    column.name: literal(column.default.arg, column.type)
    for column in _PARTICIPANTS.columns
    if isinstance(column.default, ScalarElementColumnDefault) and column.name not in _SEAT
}  # inside a CTE, SQLAlchemy fills in no defaults of its own
_SEATED = (
    insert(_PARTICIPANTS)
    .from_select(
        list(_SEAT),
        select(*_SEAT.values()).select_from(_BOOKED.join(_GUESTS, true())),
        include_defaults=False,
    )
    .returning(_PARTICIPANTS.c.id)
    .cte("seated")
)
_ENTER = select(
    _BOOKED.c.id, select(func.array_agg(_TAKEN.c.resource)).scalar_subquery().label("taken")
).add_cte(_SEATED)


def enter(
    booking: Booking, guests: Sequence[Guest], wanted: Sequence[claims.Wanted], *, now: datetime
) -> list[claims.Wanted]:
    """Write a booking that is new and not in the session, with its guests, each with the fee of the service.

    Answers what could not be had; then nothing of it stays written. Claims go in by the rules of `claims.take`.
    """
    row = send(_ENTER, _values(booking, guests, sorted(wanted))).one()
    refused = claims.second_try(
        [one for one in wanted if one.resource not in (row.taken or ())], booking_id=row.id, now=now
    )
    if refused:
        _strike(row.id)
    else:
        booking.id = row.id
        make_transient_to_detached(booking)  # from here on it is a row like any that was loaded
        db.session.add(booking)
    return refused


def _values(booking: Booking, guests: Sequence[Guest], wanted: Sequence[claims.Wanted]) -> dict[str, Any]:
    return {
        **{f"its_{name}": getattr(booking, name) for name in _GIVEN},
        "fee_yen": booking.price_yen,
        "resource": [one.resource for one in wanted],
        "span": [one.span for one in wanted],
        "person_id": [guest.person.id for guest in guests],
        "position": list(range(1, len(guests) + 1)),
        "needs_wear": [guest.needs_wear for guest in guests],
        "wear_size": [guest.wear_size if guest.needs_wear else "" for guest in guests],
        "shoe_cm": [guest.shoe_cm if guest.needs_wear else "" for guest in guests],
    }


def _strike(booking_id: int) -> None:
    claims.release(booking_id=booking_id)
    db.session.execute(delete(_PARTICIPANTS).where(_PARTICIPANTS.c.booking_id == booking_id))
    db.session.execute(delete(_BOOKINGS).where(_BOOKINGS.c.id == booking_id))
