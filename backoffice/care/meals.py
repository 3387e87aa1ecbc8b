"""The photo of a meal at a check-in: one a day, seen only while the person agrees to photos, kept for 60 days."""

from datetime import datetime, timedelta

from sqlalchemy import select, update

from backoffice.care.models import CheckIn
from backoffice.care.queries import check_in_of
from backoffice.core.audit import Actor
from backoffice.core.clock import local_date
from backoffice.core.db import db
from backoffice.core.errors import Invalid, NotFound
from backoffice.core.language import N_
from backoffice.files import agreed
from backoffice.files.actions import archive_file, forget_shelf
from backoffice.files.models import Shelf, StoredFile
from backoffice.studio.models import Studio

KEPT = timedelta(days=60)
"""A little longer than the eight weeks that a trainer's page shows: no address leads to an older one."""
NOT_AGREED = N_("We keep a photo only if you agree to photos. Your other answers can be sent without it.")


def keep_meal(studio: Studio, person_id: int, picture: bytes, *, by: Actor, now: datetime) -> StoredFile:
    """Keep a photo of today that was drawn anew (a JPEG). Refuses (Invalid) without the consent to photos."""
    name = f"meal-{local_date(now, studio.zone)}.jpg"
    try:
        return agreed.keep_photo(studio.id, person_id, Shelf.MEALS, name, picture, by=by, now=now)
    except agreed.NoConsent as error:  # told to the person, not to a trainer
        raise Invalid(NOT_AGREED) from error


def take_place(row: CheckIn, photo: StoredFile, *, by: Actor, now: datetime) -> None:
    """The photo is that of the day; one sent before is put away."""
    if row.meal_file_id is not None:
        archive_file(row.studio_id, row.meal_file_id, Shelf.MEALS, by=by, now=now)
    row.meal_file_id = photo.id


def is_shown(row: CheckIn) -> bool:
    """Whether there is a photo that may be opened now."""
    return row.meal_file_id is not None and agreed.may_be_shown(row.person_id)


def open_meal(studio_id: int, person_id: int, check_in_id: int, *, by: Actor, now: datetime) -> StoredFile:
    """The picture. Each opening is recorded. Raises `NotFound`, `files.agreed.NoConsent`."""
    row = check_in_of(studio_id, person_id, check_in_id)
    if row.meal_file_id is None:
        raise NotFound
    return agreed.open_photo(studio_id, person_id, row.meal_file_id, Shelf.MEALS, by=by, now=now)


def forget_meals(*, now: datetime) -> None:
    """Drop photos kept for 60 days; what was told beside them stays. Two statements."""
    before = now - KEPT
    old = select(StoredFile.id).where(StoredFile.shelf == Shelf.MEALS, StoredFile.uploaded_at < before)
    db.session.execute(update(CheckIn).where(CheckIn.meal_file_id.in_(old)).values(meal_file_id=None))
    forget_shelf(Shelf.MEALS, before=before, now=now)
