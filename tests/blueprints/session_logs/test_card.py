"""The session card: gated, drafts, saved with attendance, next visit, conflicts, late corrections, statements."""

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from backoffice.bookings.actions import cancel
from backoffice.bookings.models import Attendance, Booking, Participant
from backoffice.bookings.refusals import NotPossible
from backoffice.care.models import Topic
from backoffice.care.notes import write_note
from backoffice.clients.limits import Limit
from backoffice.core.audit import SYSTEM, Actor, AuditLine
from backoffice.core.clock import at_local
from backoffice.core.db import db, transaction
from backoffice.core.errors import DomainError
from backoffice.exercises.models import Exercise
from backoffice.memberships.actions import Joining, join
from backoffice.memberships.freezing import FreezeTerms, freeze
from backoffice.memberships.models import Membership
from backoffice.memberships.queries import plans
from backoffice.people.actions import record_consent
from backoffice.people.models import Person, Purpose
from backoffice.programs.actions import save_day, start_program
from backoffice.programs.draft import DayDraft, ItemDraft
from backoffice.screening.actions import decide
from backoffice.screening.models import Verdict
from backoffice.screening.queries import newest_sheet
from backoffice.session_logs import actions, history, queries
from backoffice.session_logs.content import Content, DoneExercise
from backoffice.session_logs.models import LoggedSet, LogRevision, SessionLog
from backoffice.session_logs.next_visit import book_next, offer, take_back_next
from backoffice.session_logs.shorthand import parse_sets
from backoffice.staff.models import Role
from backoffice.studio.models import Studio
from tests.blueprints.bookings.front_desk import TODAY, guest, signed_in_trainer, visit
from tests.blueprints.bookings.front_desk import trainer as trainer_row
from tests.pages import PageClient
from tests.statements import statements

SignIn = Callable[..., PageClient]
NOTE = "右ひざに違和感があり、可動域を狭めた"


@pytest.fixture
def person(gym: Studio, now: datetime) -> Person:
    """Somebody who trains with mori at eleven."""
    return guest("山田 花子", now=now)


@pytest.fixture
def place(gym: Studio, person: Person, now: datetime) -> Participant:
    """Her visit of this morning."""
    booking = visit(gym, person, "11:00", now=now - timedelta(days=1), slug="session")
    return db.session.scalars(select(Participant).where(Participant.booking_id == booking.id)).one()


@pytest.fixture
def exercise(gym: Studio) -> Exercise:
    """Bird dog, there from the start."""
    return db.session.scalars(select(Exercise).where(Exercise.source_key == "bird_dog")).one()


def clear(
    gym: Studio, person: Person, *, now: datetime, verdict: Verdict = Verdict.CLEAR, **limits: object
) -> None:
    sheet = newest_sheet(person.id)
    with transaction():
        decide(
            gym, person.id, verdict, reason="本人に確認した", seen=None if sheet is None else sheet.id, by=SYSTEM,
            now=now,
            **limits,  # type: ignore[arg-type]
        )  # fmt: skip


def content(exercise: Exercise, typed: str = "60x8x3 @8", **more: object) -> Content:
    return Content((DoneExercise(exercise.id, tuple(parse_sets(typed))),), **more)  # type: ignore[arg-type]


def card(place: Participant) -> str:
    return f"/participants/{place.id}/card"


def sent(page: str, exercise: Exercise, typed: str = "60x8x3 @8", **more: str) -> dict[str, str]:
    version = re.search(r'name="version" value="(\d*)"', page)
    assert version is not None
    return {
        "version": version.group(1), "ex-0": str(exercise.id), "unit-0": "reps", "sets-0": typed, "effort": "7.5",
        "note": NOTE, "to_self": "次は65kgから", "pain-knee": "3", **more,
    }  # fmt: skip


def test_from_today_to_a_saved_session_with_attendance_and_the_next_visit(
    gym: Studio, person: Person, place: Participant, exercise: Exercise, sign_in: SignIn, now: datetime
) -> None:
    clear(gym, person, now=now)
    trainer = signed_in_trainer(gym, sign_in)
    assert card(place) in trainer.get("/today").text, "one tap from the day"
    page = trainer.get(card(place)).text
    assert trainer.post(card(place), data=sent(page, exercise)).status_code == 303
    log = db.session.scalars(select(SessionLog)).one()
    done = db.session.scalars(select(LoggedSet).order_by(LoggedSet.number)).all()
    assert [(one.load_kg, one.amount, one.rpe) for one in done] == [(60, 8, 8)] * 3
    assert (log.effort, log.note, log.to_self) == (Decimal("7.5"), NOTE, "次は65kgから")
    assert db.session.get_one(Participant, place.id).attendance == Attendance.ATTENDED
    page = trainer.get(card(place)).text
    assert "来週の同じ曜日・時間が空いています" in page
    offered = re.search(r'name="slot" value="([^"]+)"', page)
    assert offered is not None
    told = trainer.post(f"{card(place)}/next", data={"slot": offered.group(1)}, follow_redirects=True).text
    assert "森 亮介" in told, "the toast names the trainer"
    later = db.session.scalars(select(Booking).order_by(Booking.id.desc())).first()
    assert later is not None
    assert later.starts_at == at_local(TODAY + timedelta(days=7), time(11), gym.zone)
    assert not later.is_named, "nobody asked for the trainer"
    again = trainer.post(
        f"{card(place)}/next",
        data={"slot": offered.group(1)},
        follow_redirects=True,
    )
    assert db.session.query(Booking).count() == 2, "two taps book one visit"
    assert "12月1日" in again.text


def test_what_was_saved_stands_on_the_next_card(
    gym: Studio, person: Person, place: Participant, exercise: Exercise, sign_in: SignIn, now: datetime
) -> None:
    clear(gym, person, now=now, verdict=Verdict.LIMITS, limits=[Limit.KNEE])
    with transaction():
        actions.save_log(
            gym,
            place.id,
            content(exercise, pains={"knee": 3}, note=NOTE, to_self="浅めから"),
            seen=None,
            by=SYSTEM,
            now=now,
        )
    second = visit(gym, person, "12:45", now=now, slug="session")
    other = db.session.scalars(select(Participant).where(Participant.booking_id == second.id)).one()
    page = signed_in_trainer(gym, sign_in).get(card(other)).text
    assert "前回の痛み：膝 3" in page
    assert "浅めから" in page
    assert "60 kg × 8 @8、8 @8、8 @8" in page
    assert 'data-set="60x8"' in page, "last time's sets are one tap each"
    assert 'tag-warn">膝' in page.split('class="exercise-head"')[1][:300], "the exercise carries the limit"
    assert NOTE not in page


def say(person: Person, granted: bool, now: datetime) -> None:
    with transaction():
        record_consent(
            person.id, Purpose.HEALTH, granted, wording="v1", language="ja", source="test", by=SYSTEM, now=now
        )


def test_pain_and_notes_go_with_the_consent_and_come_back_with_a_new_one(
    gym: Studio, person: Person, place: Participant, exercise: Exercise, sign_in: SignIn, now: datetime
) -> None:
    clear(gym, person, now=now)
    told = content(exercise, pains={"knee": 3}, note=NOTE, to_self="浅めから")
    with transaction():
        log = actions.save_log(gym, place.id, told, seen=None, by=SYSTEM, now=now)
        late = now + timedelta(days=3)
        actions.save_log(gym, place.id, told, seen=log.version, by=SYSTEM, now=late)
    second = visit(gym, person, "18:00", now=now, slug="session")
    other = db.session.scalars(select(Participant).where(Participant.booking_id == second.id)).one()
    trainer = signed_in_trainer(gym, sign_in)
    addresses = (card(place), card(other), f"/people/{person.id}/logs")
    last = queries.last_session(person.id, TODAY)
    for granted in (True, False, True):
        say(person, granted, now)
        for words in (NOTE, "浅めから", "膝 3"):
            assert (words in "".join(trainer.get(address).text for address in addresses)) is granted
        assert "60 kg × 8" in trainer.get(addresses[2]).text
        kept = told if granted else told.without_health()
        assert queries.content_of(log) == history.revisions_of(log.id)[0].content == kept
        shown = queries.last_session(person.id, TODAY)
        assert shown is not None
        assert (shown == last) is granted
        assert (shown.pains, shown.to_self) == (dict(kept.pains), kept.to_self)
        assert [(one.pains, one.note) for one in history.logs_of(person.id)] == [
            (dict(kept.pains), kept.note)
        ]


def test_without_the_consent_sets_are_written_up_and_nothing_of_health(
    gym: Studio, person: Person, place: Participant, exercise: Exercise, sign_in: SignIn, now: datetime
) -> None:
    say(person, False, now - timedelta(minutes=1))
    clear(gym, person, now=now)
    trainer = signed_in_trainer(gym, sign_in)
    page = trainer.get(card(place)).text
    assert 'name="note"' not in page
    assert 'name="pain-knee"' not in page
    draft = trainer.post(f"{card(place)}/draft", data=sent(page, exercise))
    log = queries.log_of(place.id)
    assert (draft.status_code, log is not None) == (200, True)
    assert log is not None
    assert NOTE not in str(log.draft)
    assert "60x8x3" in str(log.draft)
    page = trainer.get(card(place)).text
    refused = trainer.post(card(place), data=sent(page, exercise))
    assert (refused.status_code, NOTE in refused.text) == (409, False)
    assert "60x8x3" in refused.text, "what was done stands on the card, to be saved without the rest"
    plain = sent(refused.text, exercise, note="", to_self="", **{"pain-knee": ""})
    assert trainer.post(card(place), data=dict(plain)).status_code == 303
    again = {**plain, "version": str(log.version), "sets-0": "70x8"}
    for address in (card(place), f"{card(place)}/draft"):
        assert trainer.post(address, data=dict(again)).status_code == 409, (
            "a correction would write over what is closed"
        )


def test_a_draft_from_before_shows_its_sets_alone(
    gym: Studio, person: Person, place: Participant, exercise: Exercise, sign_in: SignIn, now: datetime
) -> None:
    clear(gym, person, now=now)
    trainer = signed_in_trainer(gym, sign_in)
    trainer.post(f"{card(place)}/draft", data=sent(trainer.get(card(place)).text, exercise))
    log = queries.log_of(place.id)
    assert log is not None
    for granted in (False, True):
        say(person, granted, now)
        assert (NOTE in str(queries.draft_of(log))) is granted
        page = trainer.get(card(place)).text
        assert ("60x8x3" in page, NOTE in page) == (True, granted)


def test_no_session_starts_before_a_trainer_has_decided(
    gym: Studio, person: Person, place: Participant, exercise: Exercise, sign_in: SignIn, now: datetime
) -> None:
    trainer = signed_in_trainer(gym, sign_in)
    page = trainer.get(card(place)).text
    assert "健康チェックの判断をお願いします" in page
    assert "data-card" not in page
    form = {"version": "", "ex-0": str(exercise.id), "unit-0": "reps", "sets-0": "60x8"}
    for address, more in ((card(place), {}), (card(place), {"do": "find"}), (f"{card(place)}/draft", {})):
        answer = trainer.post(address, data={**form, **more})
        assert answer.status_code == 409
    trainer.post(f"{card(place)}/draft/removal", data=form)
    assert db.session.query(SessionLog).count() == 0
    assert db.session.get_one(Participant, place.id).attendance == Attendance.EXPECTED


PATHS: tuple[Callable[..., object], ...] = (
    lambda gym, place, exercise, now: actions.keep_draft(gym, place.id, "{}", seen=None, by=SYSTEM, now=now),
    lambda gym, place, exercise, now: actions.save_log(
        gym, place.id, content(exercise), seen=None, by=SYSTEM, now=now
    ),
    lambda gym, place, exercise, now: actions.drop_draft(gym, place.id, seen=None, by=SYSTEM, now=now),
    lambda gym, place, exercise, now: actions.save_log(gym, place.id, Content(), seen=1, by=SYSTEM, now=now),
)  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    walk=st.lists(st.sampled_from(range(len(PATHS))), min_size=1, max_size=5),
    verdict=st.sampled_from([None, Verdict.DOCTOR, Verdict.CLEAR, Verdict.LIMITS]),
    days=st.integers(0, 2),
)
def test_no_path_starts_a_gated_session(
    gym: Studio, person: Person, place: Participant, exercise: Exercise, now: datetime, walk: list[int],
    verdict: Verdict | None, days: int,
) -> None:  # fmt: skip
    """Whatever is called in whatever order: a log begins only on a decision that lets somebody train on that day."""
    savepoint = db.session.begin_nested()
    try:
        if verdict is not None:
            limits = {"limits": [Limit.KNEE]} if verdict is Verdict.LIMITS else {}
            decide(
                gym,
                person.id,
                verdict,
                reason="x",
                seen=None,
                by=SYSTEM,
                now=now - timedelta(days=days),
                **limits,
            )  # type: ignore[arg-type]
        may = verdict in (Verdict.CLEAR, Verdict.LIMITS) and days == 0
        for step in walk:
            with suppress(DomainError):
                PATHS[step](gym, place, exercise, now)
        assert may or db.session.query(SessionLog).count() == 0
    finally:
        savepoint.rollback()
        db.session.expire_all()


def test_a_draft_is_kept_found_again_and_replaced_by_saving(
    gym: Studio, person: Person, place: Participant, exercise: Exercise, sign_in: SignIn, now: datetime
) -> None:
    clear(gym, person, now=now)
    trainer = signed_in_trainer(gym, sign_in)
    first = sent(trainer.get(card(place)).text, exercise, "60x8")
    version = trainer.post(f"{card(place)}/draft", data=first).get_json()["version"]
    second = trainer.post(f"{card(place)}/draft", data={**first, "sets-0": "60x8 60x8", "version": version})
    assert second.get_json()["version"] == version + 1
    page = trainer.get(card(place)).text
    assert 'value="60x8 60x8"' in page
    assert NOTE in page
    assert db.session.get_one(Participant, place.id).attendance == Attendance.EXPECTED
    stored = db.session.execute(text("select draft, note from session_logs")).one()
    assert NOTE.encode() not in bytes(stored.draft) + bytes(stored.note)
    trainer.post(card(place), data=sent(page, exercise, "60x8 60x8"))
    log = db.session.scalars(select(SessionLog)).one()
    assert log.draft is None
    assert log.saved_at == now


def test_of_two_devices_the_second_sees_both_texts(
    gym: Studio, person: Person, place: Participant, exercise: Exercise, sign_in: SignIn, now: datetime
) -> None:
    clear(gym, person, now=now)
    trainer = signed_in_trainer(gym, sign_in)
    phone = tablet = trainer.get(card(place)).text
    trainer.post(card(place), data=sent(phone, exercise, "60x8", note="スマートフォンから"))
    refused = trainer.post(f"{card(place)}/draft", data=sent(tablet, exercise, "70x5"))
    assert refused.status_code == 409
    both = trainer.post(card(place), data=sent(tablet, exercise, "70x5", note="タブレットから"))
    assert both.status_code == 409
    assert "スマートフォンから" in both.text
    assert "タブレットから" in both.text
    assert "70x5" in both.text
    assert trainer.post(card(place), data=sent(both.text, exercise, "70x5")).status_code == 303
    assert [one.load_kg for one in db.session.scalars(select(LoggedSet))] == [70]


def test_a_lost_answer_makes_no_conflict_of_a_page_with_itself(
    gym: Studio, person: Person, place: Participant, exercise: Exercise, sign_in: SignIn, now: datetime
) -> None:
    clear(gym, person, now=now)
    trainer = signed_in_trainer(gym, sign_in)
    opened = trainer.get(card(place)).text
    first = sent(opened, exercise, "60x8", pen="phone")
    for typed in ("60x8", "60x8 60x8"):  # the page never heard of the version that the first one made
        assert trainer.post(f"{card(place)}/draft", data={**first, "sets-0": typed}).status_code == 200
    assert 'data-pen="phone"' in trainer.get(card(place)).text
    for pen in ("tablet", ""):
        other = {**first, "sets-0": "70x5", "pen": pen}
        assert trainer.post(f"{card(place)}/draft", data=other).status_code == 409
        refused = trainer.post(card(place), data=other)
        assert refused.status_code == 409
        assert "data-pen" not in refused.text
    assert trainer.post(card(place), data={**first, "sets-0": "60x8x3"}).status_code == 303
    assert [one.amount for one in db.session.scalars(select(LoggedSet))] == [8, 8, 8]
    assert trainer.post(card(place), data=first).status_code == 409, "what is saved is not a draft any more"
    plain = sent(trainer.get(card(place)).text, exercise)
    statuses = [trainer.post(f"{card(place)}/draft", data=plain).status_code for _device in range(2)]
    assert statuses == [200, 409], "two pages without a sign are not one"


def test_the_logs_lead_to_the_card_of_today(
    gym: Studio, person: Person, place: Participant, sign_in: SignIn, now: datetime
) -> None:
    later = guest("明日 来る", now=now)
    visit(gym, later, "12:00", now=now, day=TODAY + timedelta(days=1), slug="session")
    counselled = guest("相談 だけ", now=now)
    visit(gym, counselled, "16:00", now=now, slug="counselling")
    trainer = signed_in_trainer(gym, sign_in)
    assert f'href="{card(place)}"' in trainer.get(f"/people/{person.id}/logs").text
    assert "/card" not in trainer.get(f"/people/{later.id}/logs").text
    assert "/card" not in trainer.get(f"/people/{counselled.id}/logs").text
    with transaction():
        db.session.get_one(Booking, place.booking_id).state = "CANCELLED"
    visit(
        gym, person, "16:00", now=now, day=TODAY + timedelta(days=1), slug="session"
    )  # still a guest of mori
    page = trainer.get(f"/people/{person.id}/logs")
    assert page.status_code == 200
    assert "/card" not in page.text


def test_what_the_card_asks_for_elsewhere_leads_back_to_it(
    gym: Studio, person: Person, place: Participant, sign_in: SignIn, now: datetime
) -> None:
    trainer = signed_in_trainer(gym, sign_in)
    asked = f"/people/{person.id}/screening?card={place.id}"
    assert f'href="{asked}"' in trainer.get(card(place)).text
    assert f'action="{asked}"' in trainer.get(asked).text
    answer = trainer.post(asked, data={"verdict": "CLEAR", "reason": "本人に確認した", "seen": ""})
    assert (answer.status_code, answer.location) == (303, card(place))
    with transaction():
        note = write_note(gym, person.id, Topic.SLEEP, advice="早く寝る", due_on=TODAY, by=SYSTEM, now=now)
    closing = f"/people/{person.id}/care/notes/{note.id}/outcome"
    assert f'action="{closing}"' in trainer.get(card(place)).text
    closed = trainer.post(closing, data={"version": "1", "outcome": "KEPT", "card": str(place.id)})
    assert (closed.status_code, closed.location) == (303, card(place))
    assert f'action="{closing}"' not in trainer.get(card(place)).text


def test_what_is_not_understood_is_shown_again_and_a_plain_form_does_it_all(
    gym: Studio, person: Person, place: Participant, exercise: Exercise, sign_in: SignIn, now: datetime
) -> None:
    clear(gym, person, now=now)
    trainer = signed_in_trainer(gym, sign_in)
    page = trainer.get(card(place)).text
    wrong = trainer.post(card(place), data=sent(page, exercise, "60xx8"))
    assert wrong.status_code == 422
    assert "「60xx8」を読み取れません" in wrong.text
    assert NOTE in wrong.text
    found = trainer.get(
        trainer.post(card(place), data={**sent(page, exercise), "do": "find", "q": "タオル"}).location
    )
    button = re.search(r'value="(add-\d+)"', found.text)
    assert button is not None
    led_to = trainer.post(card(place), data={**sent(found.text, exercise), "do": button.group(1)}).location
    assert led_to.endswith("#row-1")
    added = trainer.get(led_to)
    assert 'name="ex-1"' in added.text
    assert 'name="ex-2"' not in trainer.get(led_to).text
    planned = sent(added.text, exercise, "", **{"planned-0": "10 10"})
    assert trainer.post(card(place), data=planned).status_code == 303
    assert [one.amount for one in db.session.scalars(select(LoggedSet))] == [10, 10]


def test_after_two_days_a_correction_keeps_what_it_said(
    gym: Studio, person: Person, place: Participant, exercise: Exercise, sign_in: SignIn, now: datetime
) -> None:
    clear(gym, person, now=now)

    def save(typed: str, at: datetime, seen: int | None) -> SessionLog:
        with transaction():
            return actions.save_log(
                gym, place.id, content(exercise, typed, note=NOTE), seen=seen, by=SYSTEM, now=at
            )

    log = save("60x8", now, None)
    log = save("60x9", now + timedelta(hours=48), log.version)
    assert db.session.query(LogRevision).count() == 0
    log = save("60x7", now + timedelta(hours=49), log.version)
    [old] = history.revisions_of(log.id)
    assert old.content == content(exercise, "60x9", note=NOTE)
    page = signed_in_trainer(gym, sign_in).get(card(place)).text
    assert "以前の内容" in page
    assert "60 kg × 9" in page
    stored = db.session.execute(text("select content from log_revisions")).scalar_one()
    assert NOTE.encode() not in bytes(stored)
    of_log = select(AuditLine).where(AuditLine.subject_kind == "session_log")
    lines = db.session.scalars(of_log.order_by(AuditLine.id)).all()
    assert [one.action for one in lines] == [
        "session_log.started", "session_log.saved", "session_log.corrected", "session_log.corrected",
    ]  # fmt: skip
    assert not [one for one in lines if NOTE in str(one.after)]


def test_held_but_not_written_up_is_listed(
    gym: Studio, person: Person, place: Participant, exercise: Exercise, now: datetime
) -> None:
    booking = db.session.get_one(Booking, place.booking_id)

    def listed() -> list[int]:
        at = now + timedelta(hours=4)
        rows = history.unwritten(gym.id, booking.trainer_id, now=at, back=timedelta(days=14))
        return [row.participant_id for row in rows]

    assert listed() == []
    with transaction():
        db.session.get_one(Participant, place.id).attendance = Attendance.ATTENDED.value
    assert listed() == [place.id]
    clear(gym, person, now=now)
    with transaction():
        actions.save_log(gym, place.id, content(exercise), seen=None, by=SYSTEM, now=now)
    assert listed() == []


@pytest.mark.parametrize("role", [Role.FRONT_DESK, Role.MANAGER, Role.OWNER])
def test_others_do_not_open_it(gym: Studio, place: Participant, sign_in: SignIn, role: Role) -> None:
    assert sign_in(role).get(card(place)).status_code == 403


def test_a_trainer_of_others_finds_nothing(
    gym: Studio, person: Person, place: Participant, sign_in: SignIn
) -> None:
    other = sign_in(Role.TRAINER)
    person_id = person.id
    for address in (card(place), f"/people/{person_id}/logs"):
        assert other.get(address).status_code == 404
    for address in (
        card(place),
        f"{card(place)}/draft",
        f"{card(place)}/next",
        f"{card(place)}/draft/removal",
    ):
        assert other.post(address, data={}).status_code == 404


def test_a_counselling_has_no_card_and_tomorrow_has_not_come(
    gym: Studio, person: Person, exercise: Exercise, sign_in: SignIn, now: datetime
) -> None:
    clear(gym, person, now=now)
    talk = visit(gym, person, "16:00", now=now, slug="counselling")
    tomorrow = visit(gym, person, "11:00", now=now, day=date(2026, 11, 25), slug="session")
    trainer = signed_in_trainer(gym, sign_in)
    ids = dict(db.session.execute(select(Participant.booking_id, Participant.id)).all())  # type: ignore[arg-type]
    assert trainer.get(f"/participants/{ids[talk.id]}/card").status_code == 404
    address = f"/participants/{ids[tomorrow.id]}/card"
    from_then = "11月25日(水) 10:00からできます"
    assert from_then in trainer.get(address).text, "and no form to fill in"
    refused = trainer.post(address, data=sent('name="version" value=""', exercise))
    assert refused.status_code == 409
    assert db.session.query(SessionLog).count() == 0


def test_a_visit_is_written_up_from_an_hour_before_it_starts(
    gym: Studio, person: Person, exercise: Exercise, now: datetime
) -> None:
    clear(gym, person, now=now)
    booking = visit(gym, person, "16:00", now=now, slug="session")
    seat = db.session.scalars(select(Participant).where(Participant.booking_id == booking.id)).one()
    soon = booking.starts_at - timedelta(minutes=60)
    with pytest.raises(NotPossible), transaction():
        actions.save_log(
            gym, seat.id, content(exercise), seen=None, by=SYSTEM, now=soon - timedelta(minutes=1)
        )
    with transaction():
        actions.save_log(gym, seat.id, content(exercise), seen=None, by=SYSTEM, now=soon)
    assert db.session.get_one(Participant, seat.id).attendance == Attendance.ATTENDED


def test_a_card_of_a_cancelled_visit_says_so_and_starts_nothing(
    gym: Studio, person: Person, place: Participant, sign_in: SignIn, now: datetime
) -> None:
    clear(gym, person, now=now)
    booking = visit(gym, person, "12:45", now=now, slug="session")
    seat = db.session.scalars(select(Participant).where(Participant.booking_id == booking.id)).one()
    with transaction():
        cancel(booking, by_gym=True, by=SYSTEM, now=now)
    page = signed_in_trainer(gym, sign_in).get(card(seat)).text
    assert "この予約はキャンセルされています" in page
    assert 'value="save"' not in page


def test_other_trainers_are_named_and_come_after_the_own_times(
    gym: Studio, person: Person, place: Participant, exercise: Exercise, sign_in: SignIn, now: datetime
) -> None:
    clear(gym, person, now=now)
    seat = queries.visit(gym.id, place.id)
    wanted = at_local(TODAY + timedelta(days=7), time(11), gym.zone)
    for when in ("10:00", "11:30"):
        visit(gym, guest(when, "", now=now), when, now=now, day=TODAY + timedelta(days=7), slug="session")
    found = offer(gym, seat, now=now).slots
    assert len(found) == 3
    assert {slot.trainer_id for slot in found} == {seat.trainer_id}, (
        "own times first, though others are nearer"
    )
    with transaction():
        own = trainer_row(gym)
        own_id = own.id
        db.session.execute(text("delete from shifts where trainer_id = :id"), {"id": own_id})
        actions.save_log(gym, place.id, content(exercise), seen=None, by=SYSTEM, now=now)
    assert wanted in {slot.starts_at for slot in offer(gym, seat, now=now).slots}
    assert "· 岡田" in signed_in_trainer(gym, sign_in).get(card(place)).text


def test_the_visit_itself_is_not_the_next_one(gym: Studio, person: Person, now: datetime) -> None:
    booking = visit(gym, person, "12:30", now=now, slug="session")
    seat = db.session.scalars(select(Participant).where(Participant.booking_id == booking.id)).one()
    found = offer(gym, queries.visit(gym.id, seat.id), now=now)
    assert found.booked_at is None
    assert found.slots


def test_the_next_visit_says_that_it_lies_in_a_freeze(
    gym: Studio, person: Person, place: Participant, exercise: Exercise, sign_in: SignIn, now: datetime
) -> None:
    with transaction():
        plan = next(one for one in plans(gym.id) if not one.is_monthly)
        join(person, Joining(plan.id, TODAY, None), studio_id=gym.id, lead=None, by=SYSTEM, now=now)
        first, last = TODAY + timedelta(days=5), TODAY + timedelta(days=9)
        agreed = db.session.scalars(select(Membership)).one()
        freeze(agreed.id, FreezeTerms(first, last, 0), studio=gym, waiver="試験", by=SYSTEM, now=now)
    clear(gym, person, now=now)
    trainer = signed_in_trainer(gym, sign_in)
    trainer.post(card(place), data=sent(trainer.get(card(place)).text, exercise))
    page = trainer.get(card(place)).text
    assert "11月29日(日)〜12月3日(木)は休会です" in page
    offered = re.search(r'name="slot" value="([^"]+)"', page)
    assert offered is not None
    told = trainer.post(f"{card(place)}/next", data={"slot": offered.group(1)}, follow_redirects=True).text
    (toast,) = re.findall(r'data-toast="warning">.*?</div>', told, re.S)
    assert "〜12月3日(木)は休会です" in toast
    assert "undecided" not in told, "deciding is the desk's"


def test_the_toast_takes_back_the_own_tap_only(
    gym: Studio, person: Person, place: Participant, sign_in: SignIn, now: datetime
) -> None:
    browser = signed_in_trainer(gym, sign_in)
    seat = queries.visit(gym.id, place.id)
    at = at_local(TODAY + timedelta(days=7), time(11), gym.zone)
    told = browser.post(
        f"{card(place)}/next", data={"slot": f"{at.isoformat()} {seat.trainer_id}", "is_named": "y"},
        follow_redirects=True,
    ).text  # fmt: skip
    booking = db.session.scalars(select(Booking).order_by(Booking.id.desc())).first()
    assert booking is not None
    assert booking.is_named, "the guest asked for the trainer"
    undo = f"{card(place)}/next/undo?booking_id={booking.id}"
    assert undo in told
    who = Actor("staff", 1, booking.created_by)
    for by, later in ((SYSTEM, now), (who, now + timedelta(minutes=11))):
        with pytest.raises(NotPossible), transaction():
            take_back_next(gym, seat, booking.id, by=by, now=later)
    other = visit(gym, guest("別の方", "", now=now), "16:00", now=now, slug="session")
    with pytest.raises(NotPossible), transaction():
        take_back_next(gym, seat, other.id, by=SYSTEM, now=now)
    assert "次回のご予約を取り消しました" in browser.post(undo, data={}, follow_redirects=True).text
    db.session.expire_all()
    assert db.session.get_one(Booking, booking.id).state == "CANCELLED_BY_GYM"


def test_what_no_card_offers_is_refused(
    gym: Studio, person: Person, place: Participant, exercise: Exercise, now: datetime
) -> None:
    clear(gym, person, now=now)
    tomorrow = visit(gym, person, "11:00", now=now, day=date(2026, 11, 25), slug="session")
    later = db.session.scalars(select(Participant).where(Participant.booking_id == tomorrow.id)).one()
    unknown = Content((DoneExercise(999_999, tuple(parse_sets("60x8"))),))
    elsewhere = content(exercise, pains={"tail": 3})
    refused: list[Callable[[], object]] = [
        lambda: actions.keep_draft(gym, later.id, "{}", seen=None, by=SYSTEM, now=now),
        lambda: actions.keep_draft(gym, place.id, "x" * 20_001, seen=None, by=SYSTEM, now=now),
        lambda: actions.save_log(gym, place.id, unknown, seen=None, by=SYSTEM, now=now),
        lambda: actions.save_log(gym, place.id, elsewhere, seen=None, by=SYSTEM, now=now),
    ]
    for call in refused:
        with pytest.raises(DomainError), transaction():
            call()
    assert db.session.query(SessionLog).count() == 0


def test_who_is_booked_already_is_not_booked_again(
    gym: Studio, person: Person, place: Participant, now: datetime
) -> None:
    seat = queries.visit(gym.id, place.id)
    at = at_local(TODAY + timedelta(days=7), time(11), gym.zone)
    with transaction():
        book_next(gym, seat, at, seat.trainer_id, by=SYSTEM, now=now)
    with pytest.raises(NotPossible), transaction():
        book_next(gym, seat, at + timedelta(days=1), seat.trainer_id, by=SYSTEM, now=now)


def test_it_opens_with_thirteen_statements_after_three_hundred_sessions(
    gym: Studio, person: Person, place: Participant, exercise: Exercise, sign_in: SignIn, now: datetime
) -> None:
    clear(gym, person, now=now)
    past(gym, person, place, exercise, 300, now=now)
    with transaction():
        made = start_program(gym, person.id, "基本", starts_on=TODAY, by=SYSTEM, now=now)
        day = DayDraft((ItemDraft(exercise.id, sets=3, amount=8),), "全身")
        save_day(
            gym,
            person.id,
            made.id,
            1,
            TODAY.weekday(),
            day,
            valid_from=TODAY,
            version=made.version,
            by=SYSTEM,
            now=now,
        )
    trainer = signed_in_trainer(gym, sign_in)
    trainer.get(card(place))
    with statements() as seen:
        page = trainer.get(card(place))
    assert "60 kg × 8" in page.text
    assert len(seen) <= 13, "\n".join(seen)


def past(
    gym: Studio, person: Person, place: Participant, exercise: Exercise, number: int, *, now: datetime
) -> None:
    """Written logs of the days before, straight into the tables."""
    booking = db.session.get_one(Booking, place.booking_id)
    with transaction():
        for back in range(1, number + 1):
            at = booking.starts_at - timedelta(days=back)
            row = Booking(
                studio_id=gym.id, service_id=booking.service_id, trainer_id=booking.trainer_id, starts_at=at,
                ends_at=at + timedelta(hours=1), state="ATTENDED", channel="DESK", created_at=now, created_by="x",
            )  # fmt: skip
            db.session.add(row)
            db.session.flush()
            seat = Participant(booking_id=row.id, person_id=person.id, position=1, attendance="ATTENDED")
            db.session.add(seat)
            db.session.flush()
            log = SessionLog(
                studio_id=gym.id, participant_id=seat.id, person_id=person.id, held_on=TODAY - timedelta(days=back),
                started_at=at, started_by="x", saved_at=at, saved_by="x", note="", to_self="", draft_by="", version=1,
            )  # fmt: skip
            db.session.add(log)
            db.session.flush()
            db.session.add(
                LoggedSet(
                    log_id=log.id,
                    exercise_id=exercise.id,
                    place=1,
                    number=1,
                    unit="reps",
                    load_kg=60,
                    amount=8,
                )
            )
