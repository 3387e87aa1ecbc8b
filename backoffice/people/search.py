"""People found by what is typed into one box."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Text,
    and_,
    any_,
    case,
    func,
    literal,
    literal_column,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY

from backoffice.core.contact import (
    fold_kana,
    fold_name,
    grams,
    search_needles,
)
from backoffice.core.db import fetch
from backoffice.people.models import Person, PersonMail
from backoffice.people.queries import first_phone


class PersonRow(NamedTuple):
    """A person in a list."""

    id: int
    name: str
    kana: str
    phone: str | None
    mail: str | None
    caution: str

    @property
    def shown_name(self) -> str:
        """The name to show: as written, else the kana."""
        return self.name or self.kana


def find_people(
    query: str, *, after: int | None = None, limit: int = 25, only: ColumnElement[bool] | None = None
) -> list[PersonRow]:
    """People found by one box: kanji, kana, Latin letters, the tail of a phone, an address. One statement.

    Who has exactly that name, reading, number or address comes first, then names that begin with it, then by reading.
    `after` is the id of the last row shown. Without a query: everybody, the newest first. `only` narrows to people
    somebody may see.
    """
    needles = search_needles(query)
    wanted = _LISTED if only is None else _LISTED.where(only)
    if not needles:
        wanted = wanted.order_by(Person.id.desc())
        if after is not None:
            wanted = wanted.where(Person.id < after)
    else:
        order = (_rank(query, needles), _READING, Person.id)
        wanted = wanted.where(*map(holds, needles)).order_by(*order)
        if after is not None:
            wanted = wanted.where(tuple_(*order) > select(*order).where(Person.id == after).scalar_subquery())
    return [PersonRow._make(row) for row in fetch(wanted.limit(literal_column(str(limit))))]


def matching_ids(query: str) -> ColumnElement[bool] | None:
    """The condition that a person is found by a query, for lists that join people; None for an empty query."""
    needles = search_needles(query)
    return and_(*map(holds, needles)) if needles else None


def _first_mail() -> ColumnElement[Any]:
    query = (
        select(PersonMail.address).where(PersonMail.person_id == Person.id).order_by(PersonMail.id).limit(1)
    )
    return query.scalar_subquery().label("mail")


_LISTED = select(Person.id, Person.name, Person.kana, first_phone(), _first_mail(), Person.caution).where(
    Person.archived_at.is_(None)
)

_READING = func.coalesce(func.nullif(Person.kana_key, ""), Person.name_key)

_GRAMS = func.search_grams(Person.search, type_=ARRAY(Text))
"""What the index `ix_people_search_grams` is made of."""


def any_of(texts: list[str]) -> Any:
    """One array parameter, however many texts there are."""
    return any_(literal(texts, ARRAY(Text)))


def holds(forms: tuple[str, ...]) -> ColumnElement[bool]:
    """A person is found by one word of a query, in any of its forms.

    The index finds who holds all the pieces of a form, the text then decides. A form too short for a piece leaves it to
    the text alone.
    """
    found = _like_any(f"%{_plain(form)}%" for form in forms)
    pieces = [grams(form) for form in forms]
    if not all(pieces):
        return found
    return and_(or_(*(_GRAMS.contains(literal(some, ARRAY(Text))) for some in pieces)), found)


def _rank(query: str, needles: list[tuple[str, ...]]) -> ColumnElement[int]:
    """0 for those whose name, reading, phone or address is what was typed, 1 if it begins with its first word."""
    whole = {fold_name(query), fold_kana(query), *(needles[0] if len(needles) == 1 else ())} - {""}
    parts = func.concat(" ", Person.search, " ").op("like", is_comparison=True)
    is_whole = parts(any_of([f"% {_plain(form)} %" for form in sorted(whole)]))
    forms = [_plain(form) for form in needles[0]]
    begins = _like_any(f"{start}{form}%" for start in ("", "% ") for form in forms)
    return case((is_whole, 0), (begins, 1), else_=2)


def _like_any(patterns: Iterable[str]) -> ColumnElement[bool]:
    return Person.search.op("like", is_comparison=True)(any_of(list(patterns)))


def _plain(form: str) -> str:
    """A text for LIKE in which no character stands for others."""
    return form.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
