"""Numbers of papers, without a gap: whoever takes one holds the counter until the paper stands or is rolled back."""

from typing import cast

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import insert

from backoffice.billing.models import PaperKind, PaperNumber
from backoffice.core.db import db

_TABLE = cast(Table, PaperNumber.__table__)


def next_number(studio_id: int, kind: PaperKind, year: int) -> int:
    """The next number of a studio and year, from 1. Others who want one wait until this transaction ends."""
    first = insert(_TABLE).values(studio_id=studio_id, kind=kind.value, year=year, last=1)
    following = first.on_conflict_do_update(
        index_elements=_TABLE.primary_key, set_={"last": _TABLE.c.last + 1}
    )
    given: int = db.session.execute(following.returning(_TABLE.c.last)).scalar_one()
    return given
