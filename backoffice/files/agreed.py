"""Photos kept and seen only while the person agrees. Taken back, they are hidden from everybody in that moment."""

from datetime import datetime

from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute

from backoffice.core.audit import Actor
from backoffice.core.errors import Refused
from backoffice.core.language import N_
from backoffice.files.actions import add_file, open_file
from backoffice.files.models import MediaType, Shelf, StoredFile
from backoffice.files.reading import ReadyFile
from backoffice.people.models import Purpose
from backoffice.people.queries import consent, newest_answer


class NoConsent(Refused):
    """The person has not agreed to photos, or has taken it back."""

    message = N_("There is no consent to photos. The client gives it on their own page.")


def may_be_shown(person_id: int) -> bool:
    """Whether photos of this person may be taken and seen: their newest answer says yes."""
    return consent(person_id, Purpose.PHOTOS) is True


def photos_agreed(of: ColumnElement[int] | InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """The same as a condition inside another statement; `of` is the column that says whose row it is."""
    return newest_answer(of, Purpose.PHOTOS).is_(True)


def keep_photo(
    studio_id: int, person_id: int, shelf: Shelf, name: str, picture: bytes, *, by: Actor, now: datetime
) -> StoredFile:
    """Keep a photo that was drawn anew (a JPEG). Raises `NoConsent`; refuses (Invalid) the 201st of a shelf."""
    _check_consent(person_id)
    return add_file(studio_id, person_id, shelf, ReadyFile(name, MediaType.JPEG, picture), by=by, now=now)


def open_photo(
    studio_id: int, person_id: int, file_id: int, shelf: Shelf, *, by: Actor, now: datetime
) -> StoredFile:
    """The picture. Each opening is recorded. Raises `NoConsent`, and `NotFound`, also for one put away."""
    _check_consent(person_id)
    return open_file(studio_id, file_id, shelf, by=by, now=now)


def _check_consent(person_id: int) -> None:
    if not may_be_shown(person_id):
        raise NoConsent
