"""What changes screening: a sheet is answered, a trainer decides, the questions get a new version, answers are read."""

import itertools
import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, time, timedelta

from sqlalchemy import select

from backoffice.clients.limits import Limit
from backoffice.core.audit import Actor, record
from backoffice.core.clock import at_local, local_date
from backoffice.core.contact import plain_text
from backoffice.core.db import db
from backoffice.core.errors import Invalid, NotFound, Stale
from backoffice.core.language import N_
from backoffice.people.actions import record_consent
from backoffice.people.models import Purpose
from backoffice.people.queries import held_person
from backoffice.screening.models import Screening, ScreeningDecision, SheetVersion, Verdict
from backoffice.screening.queries import newest_sheet, newest_version, versions
from backoffice.screening.standing import a_year_later
from backoffice.screening.starting import QUESTIONS, Question
from backoffice.studio.models import Studio

LONGEST_DETAIL = 1_000
LONGEST_REASON = 1_000
LONGEST_SIGNATURE = 100
LONGEST_QUESTION = 300
MOST_QUESTIONS = 40


def answer_sheet(
    studio: Studio,
    person_id: int,
    answers: Mapping[str, bool],
    details: Mapping[str, str],
    *,
    version: int,
    signature: str,
    agrees: bool,
    wording: str,
    language: str,
    also_agrees: Mapping[Purpose, str] = {},
    answered_with: str = "",
    by: Actor,
    now: datetime,
) -> Screening:
    """Keep a sheet as it was answered: valid for 12 months from that day.

    Refuses (Invalid) a question left open, no signature, and no consent to keep health data; `Stale` when the questions
    have a newer version than the one shown. `also_agrees` are other consents given with it, each with its
    wording; `answered_with` is the staff member who handed over the tablet.
    """
    held_person(person_id)
    sheet = newest_version(studio.id)
    if sheet.number != version:
        raise Stale(current=sheet.number)
    keys = [one["key"] for one in sheet.questions]
    for key in keys:
        if key not in answers:
            raise Invalid(N_("Please answer yes or no."), field=key)
    name = plain_text(signature, LONGEST_SIGNATURE)
    if not name:
        raise Invalid(N_("Please write your name as a signature."), field="signature")
    if not agrees:
        raise Invalid(N_("We may keep these answers only with your consent."), field="agrees")
    given = {
        key: {
            "yes": answers[key],
            "detail": plain_text(details.get(key, ""), LONGEST_DETAIL) if answers[key] else "",
        }
        for key in keys
    }
    for purpose, words in {Purpose.HEALTH: wording, **also_agrees}.items():
        record_consent(
            person_id,
            purpose,
            True,
            wording=words,
            language=language,
            source="health check sheet",
            by=by,
            now=now,
        )
    made = Screening(
        person_id=person_id,
        version_id=sheet.id,
        answers=json.dumps(given, ensure_ascii=False),
        signature=name,
        has_yes=any(answers[key] for key in keys),
        language=language,
        answered_at=now,
        answered_with=answered_with,
        valid_until=a_year_later(local_date(now, studio.zone)),
    )
    db.session.add(made)
    db.session.flush()
    record(
        "screening.answered", "screening", made.id, by=by, now=now, person_id=person_id,
        after={"version": sheet.number, "answers": "…"},
    )  # fmt: skip
    return made


def decide(
    studio: Studio,
    person_id: int,
    verdict: Verdict,
    *,
    limits: Collection[Limit] = (),
    reason: str,
    seen: int | None,
    by: Actor,
    now: datetime,
) -> ScreeningDecision:
    """A trainer decides whether and how somebody trains. `seen` is the sheet they decided on (None: none was there).

    On a valid sheet the decision holds as long as the sheet, otherwise for today: they were asked in person, and the
    sheet is still to be answered. Refuses no reason, limits without any, and `Stale` when a newer sheet came in.
    """
    held_person(person_id)
    sheet = newest_sheet(person_id)
    if (None if sheet is None else sheet.id) != seen:
        raise Stale(N_("A new sheet was answered in the meantime. Please read it first."))
    words = plain_text(reason, LONGEST_REASON)
    if not words:
        raise Invalid(N_("Please say why."), field="reason")
    tags = sorted(Limit(one).value for one in limits) if verdict is Verdict.LIMITS else []
    if verdict is Verdict.LIMITS and not tags:
        raise Invalid(N_("Please choose what is limited."), field="limits")
    today = local_date(now, studio.zone)
    is_valid = sheet is not None and sheet.valid_until >= today
    last_day = sheet.valid_until if sheet is not None and is_valid else today
    made = ScreeningDecision(
        person_id=person_id,
        screening_id=None if sheet is None else sheet.id,
        verdict=verdict.value,
        limits=tags,
        reason=words,
        decided_at=now,
        decided_by=by.label,
        holds_until=at_local(last_day + timedelta(days=1), time.min, studio.zone),
    )
    db.session.add(made)
    db.session.flush()
    record(
        "screening.decided", "screening", made.screening_id, by=by, now=now, person_id=person_id,
        after={"verdict": verdict.value, "limits": "…" if tags else "", "reason": "…"},
    )  # fmt: skip
    return made


def hand_over(person_id: int, *, by: Actor, now: datetime) -> None:
    """Somebody gets the empty sheet, or what they agreed to, on a screen of the gym: recorded, because whoever holds
    the screen answers for them. Raises `NotFound`, `MergedAway`."""
    held_person(person_id)
    record("screening.handed_over", "screening", None, by=by, now=now, person_id=person_id)


def read_answers(person_id: int, *, by: Actor, now: datetime) -> Screening:
    """The newest sheet, opened by somebody who may: each reading is recorded. Raises `NotFound`."""
    sheet = newest_sheet(person_id)
    if sheet is None:
        raise NotFound
    record("screening.read", "screening", sheet.id, by=by, now=now, person_id=person_id)
    return sheet


def publish_sheet(
    studio_id: int, questions: Sequence[Question], *, seen: int | None, by: Actor, now: datetime
) -> SheetVersion:
    """A new version of the questions; answers to older ones stay. Refuses no questions, wordless and unchanged ones.

    A question without a key is new and gets one that no version has used. `seen` is the number of the version that was
    edited: `Stale` when somebody published meanwhile.
    """
    held = select(Studio.id).where(Studio.id == studio_id).with_for_update(key_share=True)
    db.session.execute(held)
    earlier = versions(studio_id)
    number = earlier[0].number if earlier else 0
    if seen is not None and seen != number:
        raise Stale(current=number)
    if not 0 < len(questions) <= MOST_QUESTIONS:
        raise Invalid(N_("A sheet has between 1 and %(most)s questions."), most=MOST_QUESTIONS)
    used = {row["key"] for version in earlier for row in version.questions}
    fresh = (key for key in map("q{}".format, itertools.count(1)) if key not in used)
    rows = [
        {
            "key": one.key or next(fresh),
            "ja": plain_text(one.ja, LONGEST_QUESTION),
            "en": plain_text(one.en, LONGEST_QUESTION),
        }
        for one in questions
    ]
    if not all(row["ja"] and row["en"] for row in rows) or len({row["key"] for row in rows}) != len(rows):
        raise Invalid(N_("Each question needs its words in Japanese and in English."))
    if earlier and rows == earlier[0].questions:
        raise Invalid(N_("Nothing was changed."))
    made = SheetVersion(
        studio_id=studio_id, number=number + 1, questions=rows, created_at=now, created_by=by.label
    )
    db.session.add(made)
    db.session.flush()
    record("screening.published", "sheet_version", made.id, by=by, now=now, after={"number": made.number})
    return made


def publish_first_sheet(studio_id: int, *, by: Actor, now: datetime) -> SheetVersion:
    """The sheet a new studio begins with."""
    return publish_sheet(studio_id, QUESTIONS, seen=None, by=by, now=now)
