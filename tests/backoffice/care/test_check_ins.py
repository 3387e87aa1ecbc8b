"""What a client tells: one row a day, only with consent, unreadable words; and whom the queue puts first."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
from sqlalchemy import select, text

from backoffice.care.check_ins import check_in, mark_seen, read_words, tick_habits
from backoffice.care.measures import ALWAYS, SCALES, TARGETS, Habit, Measure
from backoffice.care.models import CareReply, CheckIn, Outcome, Topic
from backoffice.care.notes import close_note, write_note
from backoffice.care.plans import set_plan
from backoffice.care.queries import check_ins_of, plan_of, reply_by_token
from backoffice.care.replies import care_facts, mark_read, reply, send_link
from backoffice.care.signals import SignalKind, Span, Told, first_before, first_recent, signals_of
from backoffice.care.silence import notice_silence
from backoffice.care.standing_out import COMPARED, look_at, queue
from backoffice.clients.models import Client
from backoffice.core.audit import AuditLine
from backoffice.core.clock import local_date
from backoffice.core.db import db
from backoffice.core.errors import Invalid, NotFound, Stale
from backoffice.merging.actions import merge
from backoffice.messaging.facts import Facts, NotWanted
from backoffice.messaging.models import Kind, Message
from backoffice.people.actions import record_consent
from backoffice.people.models import Person, Purpose
from backoffice.people.queries import HealthTakenBack
from backoffice.staff.models import Staff
from backoffice.todos.models import Todo
from tests.backoffice.bookings.conftest import Desk, desk_book  # noqa: F401 - a fixture
from tests.statements import statements

TODAY = date(2026, 11, 24)
WORDS = "夜中に二度目が覚めました"
FINE = {
    Measure.SLEEP: Decimal(7),
    Measure.FATIGUE: Decimal(2),
    Measure.SORENESS: Decimal(1),
    Measure.MEALS: Decimal(3),
}


@pytest.fixture
def desk(desk_book: Desk) -> Desk:  # noqa: F811
    """The desk, by a shorter name."""
    return desk_book


def tell(
    desk: Desk,
    person: Person,
    answers: Mapping[Measure, Decimal] = FINE,
    *,
    days_ago: int = 0,
    **more: object,
) -> CheckIn:
    sent: dict[str, object] = {
        "agrees": True, "wording": "v1", "language": "ja", "by": desk.by, "now": desk.now - timedelta(days=days_ago),
    }  # fmt: skip
    return check_in(desk.studio, person.id, answers, **{**sent, **more})  # type: ignore[arg-type]


def everybody() -> object:
    return Person.id > 0


def waiting() -> list[int]:
    return [one.person_id for one in queue(everybody(), TODAY)]  # type: ignore[arg-type]


def test_told_twice_on_a_day_it_is_one_row_and_an_open_question_keeps_its_answer(desk: Desk) -> None:
    person = desk.meet()
    tell(desk, person, {Measure.SLEEP: Decimal("6.5"), Measure.FATIGUE: Decimal(4)})
    tell(desk, person, {Measure.FATIGUE: Decimal(2)})
    assert [(row.day, row.sleep_hours, row.fatigue) for row in check_ins_of(person.id, TODAY, TODAY)] == [
        (TODAY, Decimal("6.5"), 2)
    ]


def test_late_in_the_evening_it_still_is_the_studios_day(desk: Desk) -> None:
    person = desk.meet()
    row = tell(desk, person, now=desk.at(23, 30, TODAY))
    assert row.day == TODAY
    assert tell(desk, person, now=desk.at(0, 30, TODAY + timedelta(days=1))).day == TODAY + timedelta(days=1)


@pytest.mark.parametrize(
    ("answers", "more", "field"),
    [
        ({Measure.FATIGUE: Decimal(6)}, {}, "fatigue"), ({Measure.SLEEP: Decimal("NaN")}, {}, "sleep_hours"),
        ({}, {}, None), (FINE, {"agrees": False}, "agrees"), (FINE, {"video": "http://video.example/a"}, "video"),
        (FINE, {"video": "javascript:alert(1)"}, "video"), (FINE, {"video": "https://[bad"}, "video"),
    ],
)  # fmt: skip
def test_what_is_on_no_scale_unsafe_empty_or_not_agreed_to_is_refused(
    desk: Desk, answers: dict[Measure, Decimal], more: dict[str, object], field: str | None
) -> None:
    person = desk.meet()
    with pytest.raises(Invalid) as refusal:
        tell(desk, person, answers, **more)
    assert refusal.value.field == field
    assert db.session.query(CheckIn).count() == 0


def test_without_the_consent_nothing_is_shown_and_nobody_stands_out(desk: Desk) -> None:
    person = desk.meet()
    row = tell(desk, person, {Measure.SORENESS: Decimal(5)}, words=WORDS)
    assert waiting() == [person.id]
    record_consent(
        person.id, Purpose.HEALTH, False, wording="v1", language="ja", source="test", by=desk.by, now=desk.now
    )
    db.session.flush()
    assert waiting() == []
    assert check_ins_of(person.id, TODAY, TODAY) == []
    look = look_at(person.id, TODAY)
    assert look is not None
    assert (look.signals, look.unseen, look.last_day) == ([], 0, None)
    with pytest.raises(NotFound):
        read_words(desk.studio.id, person.id, row.id, by=desk.by, now=desk.now)
    with pytest.raises(Invalid):
        tick_habits(desk.studio, person.id, [Habit.NOON], by=desk.by, now=desk.now)


def test_a_consent_given_anew_opens_what_was_told_before(desk: Desk) -> None:
    person, later = desk.meet(), desk.now + timedelta(hours=1)
    old = tell(desk, person, {Measure.SORENESS: Decimal(5)}, words=WORDS)
    said = {"wording": "v1", "language": "ja", "source": "test", "by": desk.by}
    record_consent(person.id, Purpose.HEALTH, False, now=desk.now, **said)  # type: ignore[arg-type]
    with pytest.raises(Invalid):
        tell(desk, person)
    assert check_ins_of(person.id, TODAY, TODAY) == []
    record_consent(person.id, Purpose.HEALTH, True, now=later, **said)  # type: ignore[arg-type]
    db.session.flush()
    assert (waiting(), check_ins_of(person.id, TODAY, TODAY)) == ([person.id], [old])
    assert read_words(desk.studio.id, person.id, old.id, by=desk.by, now=later).words == WORDS
    again = tell(desk, person, {Measure.SLEEP: Decimal(7)}, now=later + timedelta(hours=1))
    assert (again.id, again.soreness, again.sleep_hours) == (old.id, 5, 7), "one row a day"


def test_targets_and_questions_go_with_the_consent(desk: Desk) -> None:
    person = desk.meet()
    said = {"wording": "v1", "language": "ja", "source": "test", "by": desk.by, "now": desk.now}
    targets = {**TARGETS, Measure.SLEEP: Decimal("9.5")}
    made = set_plan(desk.studio, person.id, targets, ["stress"], [], seen=None, by=desk.by, now=desk.now)
    record_consent(person.id, Purpose.HEALTH, False, **said)  # type: ignore[arg-type]
    assert plan_of(person.id).targets == TARGETS
    with pytest.raises(HealthTakenBack):
        set_plan(desk.studio, person.id, TARGETS, [], [], seen=made.id, by=desk.by, now=desk.now)
    record_consent(person.id, Purpose.HEALTH, True, **said)  # type: ignore[arg-type]
    assert plan_of(person.id).targets == targets


def test_a_note_closed_by_the_consent_is_due_nowhere(desk: Desk) -> None:
    person = desk.meet()
    write_note(
        desk.studio, person.id, Topic.SLEEP, advice="画面を見ない", due_on=TODAY, by=desk.by, now=desk.now
    )
    assert waiting() == [person.id]
    said = {"wording": "v1", "language": "ja", "source": "test", "by": desk.by}
    record_consent(person.id, Purpose.HEALTH, False, now=desk.now, **said)  # type: ignore[arg-type]
    db.session.flush()
    assert waiting() == []


def test_made_one_with_somebody_who_took_the_consent_back_nothing_is_shown(desk: Desk) -> None:
    kept, dropped = desk.meet(), desk.meet()
    tell(desk, kept)
    said = {"wording": "v1", "language": "ja", "source": "test", "by": desk.by}
    record_consent(dropped.id, Purpose.HEALTH, False, now=desk.now - timedelta(days=1), **said)  # type: ignore[arg-type]
    merge(kept.id, dropped.id, {}, by=desk.by, now=desk.now)
    assert check_ins_of(kept.id, TODAY, TODAY) == []
    assert waiting() == []


def test_words_are_read_by_who_may_recorded_and_stand_in_no_table(desk: Desk) -> None:
    person, other = desk.meet(), desk.meet()
    row = tell(desk, person, words=WORDS, video="https://video.example/squat")
    assert read_words(desk.studio.id, person.id, row.id, by=desk.by, now=desk.now).words == WORDS
    with pytest.raises(NotFound):
        read_words(desk.studio.id, other.id, row.id, by=desk.by, now=desk.now)
    read = db.session.scalars(select(AuditLine.person_id).where(AuditLine.action == "check_in.read")).all()
    assert read == [person.id]
    reply(desk.studio, person.id, "湯船につかってください", until=None, by=desk.by, now=desk.now)
    for table in ("check_ins", "care_replies", "messages", "audit_lines"):
        kept = str(db.session.execute(text(f"select * from {table}")).all())
        for secret in (WORDS, "video.example", "湯船につかってください"):
            assert secret not in kept
            assert repr(secret.encode())[2:-1] not in kept


def test_ticked_habits_are_those_of_the_day_and_bring_nobody_into_the_queue(desk: Desk) -> None:
    person = desk.meet()
    tell(desk, person, days_ago=1)
    mark_seen(person.id, until=desk.now, by=desk.by, now=desk.now)
    tick_habits(desk.studio, person.id, [Habit.NOON, "made up"], by=desk.by, now=desk.now)
    row = tick_habits(desk.studio, person.id, [Habit.BEDTIME, Habit.MORNING], by=desk.by, now=desk.now)
    assert (row.day, row.habits) == (TODAY, ["morning", "bedtime"])
    assert waiting() == []


def test_the_queue_puts_the_greatest_concern_first_in_one_statement(desk: Desk) -> None:
    fine, sore, tired, due, silent, gone, quiet = (desk.meet() for _ in range(7))
    tell(desk, fine)
    tell(desk, sore, {Measure.SORENESS: Decimal(5)})
    for back in range(1, 30):
        tell(desk, tired, {Measure.FATIGUE: Decimal(2 if back > 6 else 4)}, days_ago=back)
    write_note(desk.studio, due.id, Topic.DIET, advice="水", due_on=TODAY, by=desk.by, now=desk.now)
    tell(desk, silent, days_ago=14)
    tell(desk, gone, days_ago=61)
    tell(desk, quiet, days_ago=8)
    db.session.flush()
    with statements() as seen:
        looks = queue(everybody(), TODAY)  # type: ignore[arg-type]
    assert len(seen) == 1
    assert {one.person_id: one.concern for one in looks} == {
        tired.id: 3,
        sore.id: 2,
        due.id: 2,
        silent.id: 1,
        fine.id: 0,
    }
    assert [one.concern for one in looks] == [3, 2, 2, 1, 0]
    assert [one.person_id for one in looks if one.silent_days] == [silent.id]


def test_seen_or_answered_they_leave_the_queue_and_what_came_in_since_waits(desk: Desk) -> None:
    person = desk.meet()
    tell(desk, person)
    later = desk.now + timedelta(minutes=5)
    tell(desk, person, {Measure.SORENESS: Decimal(5)}, now=later)
    mark_seen(person.id, until=desk.now, by=desk.by, now=later)
    assert waiting() == [person.id], "the page did not show what came in since"
    reply(desk.studio, person.id, "無理せずに", until=later, by=desk.by, now=later)
    assert waiting() == []


def test_a_due_note_leaves_the_queue_with_its_outcome(desk: Desk) -> None:
    note = write_note(
        desk.studio, desk.meet().id, Topic.REST, advice="湯船", due_on=TODAY, by=desk.by, now=desk.now
    )
    assert waiting() == [note.person_id]
    close_note(desk.studio.id, note.person_id, note.id, Outcome.KEPT, version=1, by=desk.by, now=desk.now)
    db.session.flush()
    assert waiting() == []


def test_the_database_counts_as_the_rules_mean_it(desk: Desk) -> None:
    """Any answers on any days: what the one statement finds is what a walk over the rows finds."""
    chance, targets = Random(7), {**TARGETS, Measure.SLEEP: Decimal(9)}
    for _ in range(12):
        person = desk.meet()
        set_plan(desk.studio, person.id, targets, [], [], seen=None, by=desk.by, now=desk.now)
        for back in chance.sample(range(60), chance.randint(1, 50)):
            asked = chance.sample(list(Measure), chance.randint(1, 8))
            answers = {one: chance.choice(SCALES[one].steps) for one in asked}
            tell(desk, person, answers, days_ago=back)
        rows = check_ins_of(person.id, TODAY - timedelta(days=60), TODAY)
        look = look_at(person.id, TODAY)
        assert look is not None
        assert look.signals == signals_of(_walk(rows), targets)
        assert look.unseen == sum(row.day >= first_recent(TODAY) for row in rows)


def _walk(rows: list[CheckIn]) -> Told:
    def span(first: date, last: date, measure: Measure) -> Span:
        found = [getattr(row, measure.value) for row in rows if first <= row.day <= last]
        values = [Decimal(value) for value in found if value is not None]
        return Span(len(values), sum(values, Decimal(0)) / len(values)) if values else Span()

    def spans(first: date, last: date) -> dict[Measure, Span]:
        return {one: found for one in COMPARED if (found := span(first, last, one)).count}

    recent = first_recent(TODAY)
    newest = [row for row in rows if row.day == TODAY]
    today = {
        one: Decimal(value)
        for row in newest
        for one in ALWAYS
        if (value := getattr(row, one.value)) is not None
    }
    told = Told(spans(recent, TODAY), spans(first_before(TODAY), recent - timedelta(days=1)), today)
    return Told(_rounded(told.recent), _rounded(told.before), told.today)


def _rounded(spans: Mapping[Measure, Span]) -> dict[Measure, Span]:
    """PostgreSQL gives means with sixteen places."""
    return {one: Span(span.count, _sixteen(span.mean)) for one, span in spans.items()}


def _sixteen(mean: Decimal) -> Decimal:
    return mean.quantize(Decimal(1).scaleb(-16))


def test_targets_are_kept_as_versions_and_of_two_at_once_the_first_stays(desk: Desk) -> None:
    person = desk.meet()
    assert (plan_of(person.id).id, plan_of(person.id).targets) == (None, TARGETS)
    made = set_plan(
        desk.studio, person.id, {**TARGETS, Measure.SLEEP: Decimal(8)}, ["stress", "few_words", "made up"], ["noon"],
        seen=None, by=desk.by, now=desk.now,
    )  # fmt: skip
    plan = plan_of(person.id)
    assert (plan.id, plan.targets[Measure.SLEEP], plan.measures) == (made.id, Decimal(8), (Measure.STRESS,))
    assert ([*plan.extras], [*plan.habits]) == (["few_words"], ["noon"])
    with pytest.raises(Stale):
        set_plan(desk.studio, person.id, TARGETS, [], [], seen=None, by=desk.by, now=desk.now)
    with pytest.raises(Invalid):
        set_plan(
            desk.studio, person.id, {**TARGETS, Measure.SLEEP: Decimal(40)}, [], [], seen=made.id, by=desk.by,
            now=desk.now,
        )  # fmt: skip


def test_an_answer_goes_out_as_a_link_in_the_morning_and_not_once_it_is_read(desk: Desk) -> None:
    person, night = desk.meet(), desk.at(23, 0, TODAY)
    made = reply(desk.studio, person.id, "無理せずに", until=None, by=desk.by, now=night)
    message = db.session.scalars(select(Message).where(Message.kind == Kind.CARE_REPLY)).one()
    assert message.send_at == desk.at(8, 0, TODAY + timedelta(days=1))
    assert message.values == {"reply_id": made.id}
    facts = care_facts(message, night)
    assert isinstance(facts, Facts)
    token = str(facts.values["care_url"]).rpartition("/")[2]
    assert facts.secrets == {"care_url"}
    assert reply_by_token(token) == made
    assert reply_by_token(token[:-2] + "xx") is None
    for _ in range(2):
        mark_read(made.id, by=desk.by, now=night)
    assert isinstance(care_facts(message, night), NotWanted)


def test_an_answer_does_not_go_out_once_the_consent_is_taken_back(desk: Desk) -> None:
    person = desk.meet()
    reply(desk.studio, person.id, "無理せずに", until=None, by=desk.by, now=desk.now)
    message = db.session.scalars(select(Message).where(Message.kind == Kind.CARE_REPLY)).one()
    said = {"wording": "v1", "language": "ja", "source": "test", "by": desk.by}
    record_consent(person.id, Purpose.HEALTH, False, now=desk.now, **said)  # type: ignore[arg-type]
    db.session.flush()
    assert isinstance(care_facts(message, desk.now), NotWanted)


def test_without_an_address_or_words_nothing_is_written(desk: Desk) -> None:
    nobody = desk.meet(mail="")
    for person, words in ((nobody, "無理せずに"), (desk.meet(), "  ")):
        with pytest.raises(Invalid):
            reply(desk.studio, person.id, words, until=None, by=desk.by, now=desk.now)
    with pytest.raises(Invalid):
        send_link(desk.studio, nobody.id, by=desk.by, now=desk.now)
    assert db.session.query(CareReply).count() == db.session.query(Message).count() == 0


def test_the_page_is_sent_once_a_day(desk: Desk) -> None:
    person = desk.meet()
    for _ in range(2):
        send_link(desk.studio, person.id, by=desk.by, now=desk.now)
    message = db.session.scalars(select(Message)).one()
    facts = care_facts(message, desk.now)
    assert isinstance(facts, Facts)
    assert "/checkin/" in str(facts.values["care_url"])


@pytest.fixture
def member(desk: Desk, staff_of_mori: Staff) -> Person:
    """A member whose main trainer is mori, who has an account."""
    person = desk.meet()
    db.session.add(
        Client(
            person_id=person.id, member_number=9001, joined_on=TODAY, main_trainer_id=desk.trainer().id,
            created_at=desk.now,
        )
    )  # fmt: skip
    db.session.flush()
    return person


@pytest.fixture
def staff_of_mori(desk: Desk) -> Staff:
    """Mori's account."""
    account = db.session.scalars(select(Staff)).first()
    assert account is not None
    desk.trainer().staff_id = account.id
    return account


def silence(desk: Desk, days: int = 0) -> list[Todo]:
    notice_silence(desk.studio, now=desk.now + timedelta(days=days))
    query = select(Todo).where(Todo.kind == "CARE_SILENT").order_by(Todo.id)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def test_two_weeks_of_silence_make_one_task_and_telling_again_closes_it(
    desk: Desk, member: Person, staff_of_mori: Staff
) -> None:
    tell(desk, member)
    assert silence(desk, 13) == []
    todo = silence(desk, 14)[0]
    assert (todo.person_id, todo.owner_staff_id) == (member.id, staff_of_mori.id)
    assert local_date(todo.due_at, desk.studio.zone) == TODAY + timedelta(days=14), "due on the day itself"
    assert len(silence(desk, 15)) == 1
    tell(desk, member, now=desk.now + timedelta(days=16))
    assert [one.done_at is not None for one in silence(desk, 17)] == [True]
    assert len(silence(desk, 30)) == 2, "a second silence is told again"


def test_nobody_is_asked_about_who_stopped_long_ago_or_took_the_consent_back(
    desk: Desk, member: Person
) -> None:
    tell(desk, member)
    assert silence(desk, 61) == []
    record_consent(
        member.id, Purpose.HEALTH, False, wording="v1", language="ja", source="test", by=desk.by, now=desk.now
    )
    db.session.flush()
    assert silence(desk, 20) == []


def test_who_is_no_member_is_not_asked_about(desk: Desk) -> None:
    tell(desk, desk.meet())
    assert silence(desk, 20) == []


def test_two_people_made_one_keep_what_both_told(desk: Desk) -> None:
    kept, dropped = desk.meet(), desk.meet()
    tell(desk, kept, days_ago=1)
    tell(desk, dropped, {Measure.SORENESS: Decimal(5)})
    tell(desk, kept)
    write_note(desk.studio, dropped.id, Topic.REST, advice="湯船", due_on=TODAY, by=desk.by, now=desk.now)
    set_plan(desk.studio, dropped.id, TARGETS, ["stress"], [], seen=None, by=desk.by, now=desk.now)
    set_plan(desk.studio, kept.id, TARGETS, [], [], seen=None, by=desk.by, now=desk.now)
    merge(kept.id, dropped.id, {}, by=desk.by, now=desk.now)
    assert [row.day for row in check_ins_of(kept.id, TODAY - timedelta(days=9), TODAY)] == [
        TODAY - timedelta(days=1),
        TODAY,
    ]
    look = look_at(kept.id, TODAY)
    assert look is not None
    assert (look.due, [one.kind for one in look.signals]) == (1, [SignalKind.TODAY])
