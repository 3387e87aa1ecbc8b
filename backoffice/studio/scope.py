"""The one gate between an id from a request and a row: the row must belong to the studio that is asked about."""

from typing import Any, TypeVar

from backoffice.core.db import Base, db
from backoffice.core.errors import NotFound

Row = TypeVar("Row", bound=Base)


def of_studio(model: type[Row], studio_id: int, row_id: int, *, lock: bool = False) -> Row:
    """The row with this id; with `lock` held until the transaction ends and read anew.

    Raises `NotFound` for a row of another studio as for none: nothing tells that it exists.
    """
    how: dict[str, Any] = {"with_for_update": True, "populate_existing": True} if lock else {}
    row = db.session.get(model, row_id, **how)
    if row is None or row.studio_id != studio_id:  # type: ignore[attr-defined]
        raise NotFound
    return row
