"""An enquiry file, from bytes to rows that can be judged. Reads anything a form or Excel wrote; writes nothing."""

import csv
import hashlib
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from backoffice.core.clock import DEFAULT_ZONE
from backoffice.core.contact import Identity, Phone, fold_kana, fold_name, parse_mail, parse_phone, plain_text
from backoffice.core.errors import Invalid
from backoffice.core.language import N_
from backoffice.core.tables.cells import read_cell
from backoffice.leads.enquiry_columns import Column, missing_columns, recognise_columns
from backoffice.leads.enquiry_dates import parse_when

MOST_BYTES = 5 * 1024 * 1024
MOST_ROWS = 20_000
MOST_COLUMNS = 100
LONGEST_CELL = 10_000

ENCODINGS = ("utf-8", "cp932", "utf-16", "euc_jp")
_BYTE_ORDER_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_SEPARATORS = ",\t;"

NO_NAME = N_("There is no name.")
NO_CONTACT = N_("There is no phone number or mail address that could be used.")
BAD_RECEIVED = N_("The date of the enquiry cannot be read.")
BAD_PHONE = N_("The phone number cannot be read.")
BAD_MAIL = N_("The mail address cannot be read.")
BAD_WISH = N_("The wished date cannot be read.")

_ARTICLE = re.compile(r"\s*(?:コラム|記事|column|article)\s*[:/>]\s*(.+)", re.IGNORECASE | re.DOTALL)


class EncodingUnknown(Invalid):
    """The characters of the file cannot be told; somebody has to say which encoding it has."""

    message = N_("The characters of this file cannot be recognised. Please choose how it was saved.")


@dataclass(frozen=True, slots=True)
class EnquiryRow:
    """One line under the header, as written and as understood.

    `number` is the row a spreadsheet shows (the header is 1). Times are UTC. A cell that cannot be read
    leaves a warning (an English text to translate) and stays in `cells`; `rejected` says why the row cannot
    become an enquiry. `key` is the same for the same enquiry in another encoding; `identity` is what the
    person is recognised by.
    """

    number: int
    cells: tuple[str, ...]
    received_at: datetime | None = None
    name: str = ""
    kana: str = ""
    phone: Phone | None = None
    mail: str | None = None
    interest: str = ""
    wish_text: str = ""
    wish_at: datetime | None = None
    source_text: str = ""
    article: str = ""
    body: str = ""
    warnings: tuple[str, ...] = ()
    rejected: str | None = None
    blank: bool = False
    key: str = ""
    identity: Identity = field(default_factory=Identity)


@dataclass(frozen=True, slots=True)
class EnquiryFile:
    """What was read. With `missing` columns there are no rows: somebody has to say which column is which."""

    encoding: str
    separator: str
    header: tuple[str, ...]
    columns: Mapping[Column, int]
    missing: tuple[str, ...]
    rows: tuple[EnquiryRow, ...]


def read_enquiries(
    content: bytes,
    *,
    encoding: str | None = None,
    columns: Mapping[str, str] | None = None,
    zone: str = DEFAULT_ZONE,
) -> EnquiryFile:
    """Read a CSV of enquiries. `encoding` and `columns` (column → header text) overrule what is recognised.

    Refuses (Invalid): more than 5 MB, 20,000 rows, 100 columns or 10,000 characters in a cell, an Excel
    workbook, a quotation mark that never closes, an encoding that cannot be told.
    """
    text, used = _decode(content, encoding)
    separator = _separator(text)
    records = _records(text, separator)
    header_number, header = next(((number, cells) for number, cells in records if any(cells)), (0, ()))
    if not header_number:
        raise Invalid(N_("The file is empty."), field="file")
    found = recognise_columns(header, columns)
    missing = missing_columns(found)
    rows = () if missing else tuple(_row(number, cells, header, found, zone) for number, cells in records)
    return EnquiryFile(used, separator, header, found, missing, rows)


def _decode(content: bytes, encoding: str | None) -> tuple[str, str]:
    """The text and the encoding it was in. Without a mark the header's words decide between candidates."""
    if len(content) > MOST_BYTES:
        raise Invalid(N_("The file is larger than %(limit)s MB."), field="file", limit=MOST_BYTES // 1024**2)
    if content.startswith(_WORKBOOKS):
        raise Invalid(
            N_("This is an Excel workbook. Please save it as CSV and choose it again."), field="file"
        )
    mark = next((name for mark, name in _BYTE_ORDER_MARKS.items() if content.startswith(mark)), None)
    if encoding is not None and encoding not in ENCODINGS:
        raise EncodingUnknown(field="encoding")
    readings = []
    for candidate in [mark or encoding] if mark or encoding else ("utf-8", "cp932", "euc_jp"):
        try:
            text = content.decode(str(candidate))
        except UnicodeDecodeError:
            continue
        readings.append((text, str(candidate).removesuffix("-sig")))
    if not readings or "\0" in readings[0][0]:
        raise EncodingUnknown(field="encoding")
    return next((reading for reading in readings if _has_known_words(reading[0])), readings[0])


def _has_known_words(text: str) -> bool:
    line = text.lstrip().split("\n", 1)[0]
    return bool(recognise_columns([title.strip(' "\r') for title in re.split(f"[{_SEPARATORS}]", line)]))


def _separator(text: str) -> str:
    line = text.lstrip().split("\n", 1)[0]
    return max(_SEPARATORS, key=line.count)


def _records(text: str, separator: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The cells of each line with its number in a spreadsheet. Refuses what is over a limit or broken."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 0
    while True:
        number += 1
        try:
            record = next(reader, None)
        except csv.Error:
            raise Invalid(
                N_("Row %(row)s cannot be read: a quotation mark is not closed, or a cell is too long."),
                field="file",
                row=number,
            ) from None
        if record is None:
            return
        _check_limits(number, record)
        yield number, tuple(read_cell(plain_text(cell)) for cell in record)


def _check_limits(number: int, record: Sequence[str]) -> None:
    if number > MOST_ROWS + 1:
        raise Invalid(N_("The file has more than %(limit)s rows."), field="file", limit=MOST_ROWS)
    if len(record) > MOST_COLUMNS:
        raise Invalid(
            N_("Row %(row)s has more than %(limit)s columns."), field="file", row=number, limit=MOST_COLUMNS
        )
    if any(len(cell) > LONGEST_CELL for cell in record):
        raise Invalid(
            N_("A cell in row %(row)s has more than %(limit)s characters."),
            field="file",
            row=number,
            limit=LONGEST_CELL,
        )


def _row(
    number: int,
    cells: tuple[str, ...],
    header: tuple[str, ...],
    found: Mapping[Column, int],
    zone: str,
) -> EnquiryRow:
    if not any(cells):
        return EnquiryRow(number, cells, blank=True)
    cell = {column: cells[at] if at < len(cells) else "" for column, at in found.items()}
    text = {column: cell.get(column, "") for column in Column}
    name = text[Column.NAME] or f"{text[Column.FAMILY]} {text[Column.GIVEN]}".strip()
    kana = text[Column.KANA] or f"{text[Column.FAMILY_KANA]} {text[Column.GIVEN_KANA]}".strip()
    phone, mail = parse_phone(text[Column.PHONE]), parse_mail(text[Column.MAIL])
    received_at, wish_at = parse_when(text[Column.RECEIVED], zone), parse_when(text[Column.WISH], zone)
    understood = {
        Column.RECEIVED: (received_at, BAD_RECEIVED),
        Column.PHONE: (phone, BAD_PHONE),
        Column.MAIL: (mail, BAD_MAIL),
        Column.WISH: (wish_at, BAD_WISH),
    }
    rejected = None if phone or mail else NO_CONTACT
    identity = Identity(
        name=fold_name(name),
        kana=fold_kana(kana),
        phones=frozenset({phone.e164} if phone else ()),
        mails=frozenset({mail} if mail else ()),
    )
    article = _ARTICLE.fullmatch(text[Column.SOURCE].replace("：", ":"))
    return EnquiryRow(
        number=number,
        cells=cells,
        received_at=received_at,
        name=name,
        kana=kana,
        phone=phone,
        mail=mail,
        interest=text[Column.INTEREST],
        wish_text=text[Column.WISH],
        wish_at=wish_at,
        source_text=text[Column.SOURCE],
        article=text[Column.ARTICLE] or (article[1].strip() if article else ""),
        body=_body(text[Column.BODY], cells, header, frozenset(found.values())),
        warnings=tuple(
            warning for column, (value, warning) in understood.items() if text[column] and value is None
        ),
        rejected=rejected if name or kana else NO_NAME,
        key=_key(text, identity, received_at),
        identity=identity,
    )


def _body(body: str, cells: tuple[str, ...], header: tuple[str, ...], known: frozenset[int]) -> str:
    """What was written, and under it the cells of columns nobody recognised: nothing typed is lost."""
    others = [
        f"{title}: {cell}"
        for at, (title, cell) in enumerate(zip(header, cells, strict=False))
        if cell and at not in known
    ]
    return "\n".join([body, *others] if body else others)


def _key(text: Mapping[Column, str], identity: Identity, received_at: datetime | None) -> str:
    """The fingerprint of an enquiry: who, how reached, and the minute it came in.

    Saving again in Excel may drop seconds, zeros and characters CP932 lacks, so only what survives counts:
    the reading before the name. Without a readable time the wish and the words tell enquiries apart.
    """
    parts = [
        identity.kana or identity.name,
        next(iter(identity.phones), _letters(text[Column.PHONE])),
        next(iter(identity.mails), _letters(text[Column.MAIL])),
    ]
    if received_at is None:
        parts += [_letters(text[column]) for column in (Column.RECEIVED, Column.WISH, Column.BODY)]
    else:
        parts.append(received_at.strftime("%Y-%m-%dT%H:%M"))
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def _letters(text: str) -> str:
    """Letters and digits alone, folded: what no saving again changes."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in folded if char.isalnum())
