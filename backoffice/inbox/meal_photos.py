"""A photo of a meal sent in a conversation: filed once to the client's CARE queue."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import undefer

from backoffice.care.check_ins import file_meal
from backoffice.care.models import CheckIn
from backoffice.clients.models import Client
from backoffice.core.audit import Actor
from backoffice.core.clock import local_date
from backoffice.core.db import db
from backoffice.core.errors import Invalid, NotFound
from backoffice.core.language import N_
from backoffice.files.models import MediaType
from backoffice.messaging.entries import ConversationEntry, EntryFile, FileState
from backoffice.studio.models import Studio
from backoffice.studio.scope import of_studio

NO_CLIENT = N_("Only photos of members are filed for a trainer.")


def file_as_meal(studio: Studio, entry_id: int, *, by: Actor, now: datetime) -> CheckIn | None:
    """Keep the photo with what the client told on the day they sent it; None when that was done before.

    Refuses (Invalid) somebody who is no member, and what `care.check_ins.file_meal` refuses. Raises `NotFound`.
    """
    entry = of_studio(ConversationEntry, studio.id, entry_id)
    query = select(EntryFile).where(EntryFile.entry_id == entry.id).with_for_update()
    file = db.session.scalar(
        query.options(undefer(EntryFile.content)).execution_options(populate_existing=True)
    )
    if (
        file is None
        or file.state != FileState.KEPT
        or file.media_type != MediaType.JPEG
        or file.content is None
    ):
        raise NotFound
    if entry.person_id is None or not _is_client(entry.person_id):
        raise Invalid(NO_CLIENT)
    if file.filed_at is not None:
        return None
    day = local_date(entry.said_at, studio.zone)
    row = file_meal(studio, entry.person_id, day, file.content, by=by, now=now)
    file.filed_at = now
    return row


def _is_client(person_id: int) -> bool:
    return db.session.scalar(select(Client.id).where(Client.person_id == person_id)) is not None
