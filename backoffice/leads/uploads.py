"""An uploaded enquiry file: chosen, read with what was said by hand, imported once."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from backoffice.core import uploads
from backoffice.core.audit import Actor
from backoffice.core.column_choices import remember_columns, remembered_columns
from backoffice.core.db import db
from backoffice.core.errors import Invalid
from backoffice.core.language import N_
from backoffice.core.tables.reading import MOST_BYTES
from backoffice.core.uploads import Upload
from backoffice.leads import enquiry_import
from backoffice.leads.enquiry_file import EnquiryFile, read_enquiries

KIND = "enquiries"


def keep_upload(content: bytes, file_name: str, *, by: Actor, now: datetime) -> Upload:
    """Keep a file until somebody has looked at it. Refuses an empty one and more than 5 MB."""
    return uploads.keep_upload(KIND, content, file_name, most_bytes=MOST_BYTES, by=by, now=now)


def upload_by_token(token: str, *, by: Actor) -> Upload:
    """A kept file; only the one who chose it finds it again. Raises `NotFound`."""
    return uploads.find_upload(KIND, token, by=by)


def read_upload(
    upload: Upload, *, encoding: str | None, columns: Mapping[str, str], studio_id: int, zone: str
) -> EnquiryFile:
    """Read a kept file, with what was chosen by hand; else with what was chosen for such a file before."""
    file = read_enquiries(upload.content, encoding=encoding, columns=columns, zone=zone)
    before = None if columns else remembered_columns(studio_id, KIND, file.header)
    return read_enquiries(upload.content, encoding=encoding, columns=before, zone=zone) if before else file


def import_upload(
    token: str,
    *,
    encoding: str | None,
    columns: Mapping[str, str],
    studio_id: int,
    zone: str,
    by: Actor,
    now: datetime,
) -> Upload:
    """Import a kept file once; asked again, it shows what was done. Refuses a file whose columns are unknown."""
    upload = uploads.find_upload(KIND, token, by=by, lock=True)
    if upload.imported_at is not None:
        return upload
    file = read_upload(upload, encoding=encoding, columns=columns, studio_id=studio_id, zone=zone)
    if file.missing:
        raise Invalid(
            N_("Please say which column holds the name, and which the phone or mail."), field="columns"
        )
    done = enquiry_import.run(file, studio_id=studio_id, by=by, now=now)
    if columns:
        remember_columns(studio_id, KIND, file.header, columns, now=now)
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


def rejected_of(upload: Upload, language: str, *, studio_id: int, zone: str) -> bytes:
    """The rows of an imported file that were left out, with reasons, as CSV."""
    chosen: dict[str, Any] = upload.result
    file = read_upload(
        upload,
        encoding=chosen.get("encoding"),
        columns=chosen.get("columns") or {},
        studio_id=studio_id,
        zone=zone,
    )
    return enquiry_import.rejected_csv(file, language)
