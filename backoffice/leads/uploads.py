"""Uploaded enquiry files are only kept between their preview and their import."""

from datetime import datetime, timedelta

from sqlalchemy import delete

from backoffice.core.db import db
from backoffice.leads.models import EnquiryUpload

KEPT = timedelta(days=1)


def forget_old_uploads(*, now: datetime) -> None:
    """Drop uploads that are older than a day, imported or not."""
    db.session.execute(delete(EnquiryUpload).where(EnquiryUpload.created_at < now - KEPT))
