"""Handing a list out as a file: recorded with what was asked for and how many rows there were."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from flask import Response
from flask_babel import gettext as _

from backoffice.core.audit import record
from backoffice.core.contact import format_phone
from backoffice.core.db import transaction
from backoffice.core.tables.writing import Row, TableKind, write_table
from blueprints.support.access import actor
from blueprints.support.clock import now
from blueprints.support.studio import current_studio

MIMETYPES = {
    TableKind.CSV: "text/csv",
    TableKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def hand_out(
    what: str,
    kind: str,
    header: Sequence[str],
    rows: Callable[[], Iterable[Row]],
    asked: Mapping[str, object],
) -> Response:
    """The rows as a file named after `what`. Reading and recording are one transaction: none without the other.

    `asked` is what narrowed the list; it must name nobody, for audit lines outlive people.
    """
    form = TableKind(kind)
    with transaction():
        table = write_table(form, header, rows(), zone=current_studio().zone)
        after = {**asked, "kind": form, "rows": table.rows}
        record("export.made", what, None, by=actor(), now=now(), after=after)
    return file_response(table.content, form, what)


def file_response(content: bytes, kind: TableKind, name: str) -> Response:
    """A table to be saved, not shown."""
    answer = Response(content, mimetype=MIMETYPES[kind])
    answer.headers["Content-Disposition"] = f"attachment; filename={name}.{kind}"
    return answer


def yes_or_no(answer: bool | None) -> str:
    """An answer as a cell; nothing where nobody asked."""
    return "" if answer is None else _("yes") if answer else _("no")


def phone_cell(e164: str | None) -> str:
    """A number as it is read out, which no spreadsheet takes for an amount."""
    return format_phone(e164) if e164 else ""
