"""An enquiry file, from bytes to rows that can be judged. Reads anything a form or Excel wrote; writes nothing."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from backoffice.core.clock import DEFAULT_ZONE
from backoffice.core.contact import Identity, Phone, fold_kana, fold_name, parse_mail, parse_phone
from backoffice.core.language import N_
from backoffice.core.tables.columns import cells_of
from backoffice.core.tables.dates import parse_when
from backoffice.core.tables.reading import read_table
from backoffice.leads.enquiry_columns import Column, missing_columns, recognise_columns

NO_NAME = N_("There is no name.")
NO_CONTACT = N_("There is no phone number or mail address that could be used.")
BAD_RECEIVED = N_("The date of the enquiry cannot be read.")
BAD_PHONE = N_("The phone number cannot be read.")
BAD_MAIL = N_("The mail address cannot be read.")
BAD_WISH = N_("The wished date cannot be read.")

_ARTICLE = re.compile(r"\s*(?:コラム|記事|column|article)\s*[:/>]\s*(.+)", re.IGNORECASE | re.DOTALL)


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
    """Read a file of enquiries. `encoding` and `columns` (column → header text) overrule what is recognised.

    Refuses (Invalid) what `read_table` refuses.
    """
    table = read_table(content, encoding=encoding, is_header=lambda titles: bool(recognise_columns(titles)))
    found = recognise_columns(table.header, columns)
    missing = missing_columns(found)
    rows = [] if missing else [_row(number, cells, table.header, found, zone) for number, cells in table.rows]
    return EnquiryFile(table.encoding, table.separator, table.header, found, missing, tuple(rows))


def _row(
    number: int,
    cells: tuple[str, ...],
    header: tuple[str, ...],
    found: Mapping[Column, int],
    zone: str,
) -> EnquiryRow:
    if not any(cells):
        return EnquiryRow(number, cells, blank=True)
    text = cells_of(cells, found, Column)
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
