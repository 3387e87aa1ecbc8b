"""What changes check-ins: a person tells about a day, ticks habits, and a trainer has seen it."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from decimal import Decimal
from urllib.parse import urlsplit

from sqlalchemy import select, update

from backoffice.care import meals
from backoffice.care.measures import SCALES, Habit, Measure
from backoffice.care.models import CheckIn
from backoffice.care.queries import check_in_of
from backoffice.core.audit import Actor, record
from backoffice.core.clock import local_date
from backoffice.core.contact import plain_text
from backoffice.core.db import db
from backoffice.core.errors import Invalid, NotFound
from backoffice.core.language import N_
from backoffice.files import agreed
from backoffice.files.models import Shelf
from backoffice.people.actions import record_consent
from backoffice.people.models import Purpose
from backoffice.people.queries import consent, held_person
from backoffice.studio.models import Studio
from backoffice.todos.actions import drop_for_person
from backoffice.todos.models import TodoKind

LONGEST_WORDS = 1_000
LONGEST_VIDEO = 300
WAS_TAKEN_BACK = N_("Your consent was taken back. It is given anew with the health check sheet.")
NO_HEALTH_CONSENT = N_(
    "There is no consent to keep health data. The client gives it with the health check sheet."
)
NEEDS_CONSENT = N_("We may keep these answers only with your consent.")


def check_in(
    studio: Studio,
    person_id: int,
    answers: Mapping[Measure, Decimal],
    *,
    words: str = "",
    video: str = "",
    meal: bytes | None = None,
    agrees: bool = False,
    wording: str,
    language: str,
    answered_with: str = "",
    by: Actor,
    now: datetime,
) -> CheckIn:
    """Keep what somebody tells about today. Told again on the same day, the new answers take the place of the old.

    `meal` is a photo that was drawn anew (a JPEG). Refuses (Invalid) an answer that is on no scale, nothing at all, a
    video that is no https address, a photo without the consent to photos, and anything without the consent to keep
    health data. `agrees` gives that the first time; once taken back it is given anew with the health check sheet only.
    """
    held_person(person_id)
    text, link = plain_text(words, LONGEST_WORDS), _video(video)
    for measure, value in answers.items():
        if not SCALES[measure].holds(value):
            raise Invalid(N_("Please choose one of the answers."), field=measure.value)
    if not answers and not text and not link and not meal:
        raise Invalid(N_("Please answer at least one question."))
    given = consent(person_id, Purpose.HEALTH)
    if given is False:  # with the sheet they read what a new yes opens, and a session needs its answers anew
        raise Invalid(WAS_TAKEN_BACK)
    if given is None:
        if not agrees:
            raise Invalid(NEEDS_CONSENT, field="agrees")
        record_consent(
            person_id, Purpose.HEALTH, True, wording=wording, language=language, source="check-in", by=by, now=now
        )  # fmt: skip
    photo = meals.keep_meal(studio, person_id, meal, by=by, now=now) if meal else None
    today = local_date(now, studio.zone)
    row = _of_day(person_id, today) or _begin(studio, person_id, today, now=now)
    if photo is not None:
        meals.take_place(row, photo, by=by, now=now)
    for measure, value in answers.items():
        setattr(row, measure.value, value)
    row.words, row.video = text or row.words, link or row.video
    row.has_words = bool(row.words or row.video)
    row.told_at, row.answered_with = now, answered_with
    row.seen_at, row.seen_by = None, ""
    _save(row, "check_in.told", by=by, now=now)
    drop_for_person(person_id, [TodoKind.CARE_SILENT], by=by, now=now)
    return row


def tick_habits(
    studio: Studio, person_id: int, habits: Collection[str], *, by: Actor, now: datetime
) -> CheckIn:
    """Which habits of the daily routine were done today, as a whole. Refuses (Invalid) without the consent."""
    held_person(person_id)
    if not consent(person_id, Purpose.HEALTH):
        raise Invalid(NEEDS_CONSENT)
    today = local_date(now, studio.zone)
    row = _of_day(person_id, today)
    if row is None:
        row = _begin(studio, person_id, today, now=now)
        row.seen_at = now  # nothing is told by it, so no trainer needs to look
    row.habits = [one.value for one in Habit if one in habits]
    _save(row, "check_in.habits", by=by, now=now)
    return row


def file_meal(
    studio: Studio, person_id: int, day: date, picture: bytes, *, by: Actor, now: datetime
) -> CheckIn:
    """Keep a photo of a meal that somebody sent on another road, as told on that day; a trainer has to look.

    As at the check-in, the newest photo of a day takes the place of the one before. Refuses (Invalid) without the
    consent to keep health data, raises `files.agreed.NoConsent` without the one to photos.
    """
    held_person(person_id)
    if not consent(person_id, Purpose.HEALTH):
        raise Invalid(NO_HEALTH_CONSENT)
    photo = agreed.keep_photo(studio.id, person_id, Shelf.MEALS, f"meal-{day}.jpg", picture, by=by, now=now)
    row = _of_day(person_id, day) or _begin(studio, person_id, day, now=now)
    meals.take_place(row, photo, by=by, now=now)
    row.told_at, row.seen_at, row.seen_by = now, None, ""
    _save(row, "check_in.meal_filed", by=by, now=now)
    return row


def mark_seen(person_id: int, *, until: datetime, by: Actor, now: datetime) -> int:
    """A trainer has seen what was told until then; how many days that were. What came in later still waits."""
    query = (
        update(CheckIn)
        .where(CheckIn.person_id == person_id, CheckIn.seen_at.is_(None), CheckIn.told_at <= until)
        .values(seen_at=now, seen_by=by.label, version=CheckIn.version + 1)
        .returning(CheckIn.id)
    )
    return len(db.session.scalars(query).all())


def read_words(studio_id: int, person_id: int, check_in_id: int, *, by: Actor, now: datetime) -> CheckIn:
    """What somebody told beside the numbers: each reading is recorded. Raises `NotFound`, also without consent."""
    row = check_in_of(studio_id, person_id, check_in_id)
    if not row.has_words and not meals.is_shown(row):
        raise NotFound
    record("check_in.read", "check_in", row.id, by=by, now=now, person_id=person_id)
    return row


def _of_day(person_id: int, day: date) -> CheckIn | None:
    """The row of a day. The person is held, so two answers at once cannot make two."""
    query = select(CheckIn).where(CheckIn.person_id == person_id, CheckIn.day == day)
    newest = query.order_by(CheckIn.id.desc()).limit(1).with_for_update()
    return db.session.scalars(newest.execution_options(populate_existing=True)).one_or_none()


def _begin(studio: Studio, person_id: int, day: date, *, now: datetime) -> CheckIn:
    row = CheckIn(studio_id=studio.id, person_id=person_id, day=day, habits=[], told_at=now)
    db.session.add(row)
    return row


def _save(row: CheckIn, action: str, *, by: Actor, now: datetime) -> None:
    row.version = (row.version or 0) + 1
    db.session.flush()
    record(action, "check_in", row.id, by=by, now=now, person_id=row.person_id)


def _video(text: str) -> str:
    """An address to look at, or nothing. Only https, so that a tap runs no script and nothing travels in the open."""
    link = plain_text(text, LONGEST_VIDEO)
    if not link:
        return ""
    try:
        parts = urlsplit(link)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme != "https" or not parts.hostname or len(text) > LONGEST_VIDEO:
        raise Invalid(N_("Please enter an address that begins with https://."), field="video")
    return link
