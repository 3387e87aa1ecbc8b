"""A chosen enquiry file between its preview and its import: kept encrypted, dropped after a day."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select

from backoffice.core.audit import Actor
from backoffice.core.contact import plain_text
from backoffice.core.db import db
from backoffice.core.errors import Invalid, NotFound
from backoffice.core.language import N_
from backoffice.leads import enquiry_import
from backoffice.leads.enquiry_file import MOST_BYTES, EnquiryFile, read_enquiries
from backoffice.leads.models import EnquiryUpload

KEPT = timedelta(days=1)


def keep_upload(content: bytes, file_name: str, *, by: Actor, now: datetime) -> EnquiryUpload:
    """Keep a file until somebody has looked at it. Refuses an empty one and more than 5 MB."""
    if not content:
        raise Invalid(N_("The file is empty."), field="file")
    if len(content) > MOST_BYTES:
        raise Invalid(N_("The file is larger than %(limit)s MB."), field="file", limit=MOST_BYTES // 1024**2)
    upload = EnquiryUpload(
        token=secrets.token_urlsafe(18),
        file_name=plain_text(file_name, 100),
        content=content,
        by_staff_id=by.id if by.kind == "staff" else None,
        created_at=now,
        result={},
    )
    db.session.add(upload)
    db.session.flush()
    return upload


def upload_by_token(token: str, *, by: Actor) -> EnquiryUpload:
    """A kept file; only the one who chose it finds it again. Raises `NotFound`."""
    return _find(token, by, lock=False)


def read_upload(
    upload: EnquiryUpload, *, encoding: str | None, columns: Mapping[str, str], zone: str
) -> EnquiryFile:
    """Read a kept file, with what was chosen by hand."""
    return read_enquiries(upload.content, encoding=encoding, columns=columns, zone=zone)


def import_upload(
    token: str,
    *,
    encoding: str | None,
    columns: Mapping[str, str],
    studio_id: int,
    zone: str,
    by: Actor,
    now: datetime,
) -> EnquiryUpload:
    """Import a kept file once; asked again, it shows what was done. Refuses a file whose columns are unknown."""
    upload = _find(token, by, lock=True)
    if upload.imported_at is not None:
        return upload
    file = read_upload(upload, encoding=encoding, columns=columns, zone=zone)
    if file.missing:
        raise Invalid(
            N_("Please say which column holds the name, and which the phone or mail."), field="columns"
        )
    done = enquiry_import.run(file, studio_id=studio_id, by=by, now=now)
    upload.imported_at = now
    upload.result = {
        "counts": done.counts,
        "added": done.new_leads,
        "already": done.number_of(enquiry_import.Fate.ALREADY),
        "encoding": encoding,
        "columns": dict(columns),
    }
    db.session.flush()
    return upload


def rejected_of(upload: EnquiryUpload, language: str, *, zone: str) -> bytes:
    """The rows of an imported file that were left out, with reasons, as CSV."""
    chosen: dict[str, Any] = upload.result
    file = read_upload(
        upload, encoding=chosen.get("encoding"), columns=chosen.get("columns") or {}, zone=zone
    )
    return enquiry_import.rejected_csv(file, language)


def forget_uploads(*, now: datetime) -> None:
    """Drop files that were chosen more than a day ago, imported or not."""
    db.session.execute(delete(EnquiryUpload).where(EnquiryUpload.created_at < now - KEPT))


def _find(token: str, by: Actor, *, lock: bool) -> EnquiryUpload:
    query = select(EnquiryUpload).where(EnquiryUpload.token == token[:64], EnquiryUpload.by_staff_id == by.id)
    found = db.session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound
    return found
