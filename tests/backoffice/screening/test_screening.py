"""The health check sheet: answered for a year, decided on with a reason, asked for in time, unreadable in the table."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text

from backoffice.bookings.actions import cancel
from backoffice.bookings.sheet_requests import ask_for_sheets, screening_facts, send_sheet_link
from backoffice.clients.limits import Limit
from backoffice.core.audit import AuditLine
from backoffice.core.clock import at_local
from backoffice.core.db import db
from backoffice.core.errors import Invalid, NotFound, Stale
from backoffice.messaging.facts import Facts, NotWanted
from backoffice.messaging.models import Kind, Message, MessageState
from backoffice.people.actions import record_consent
from backoffice.people.models import Person, Purpose
from backoffice.screening.actions import answer_sheet, decide, publish_sheet, read_answers
from backoffice.screening.models import Screening, Verdict
from backoffice.screening.queries import (
    answers_of,
    decisions_of,
    newest_sheet,
    newest_version,
    standing,
    standings,
)
from backoffice.screening.standing import STARTS, Light, Newest, a_year_later, standing_of
from backoffice.screening.starting import QUESTIONS, Question
from tests.backoffice.bookings.conftest import WEDNESDAY, Desk, desk_book  # noqa: F401 - a fixture
from tests.statements import statements

DETAIL = "去年ヘルニアの手術をしました"
KEYS = [one.key for one in QUESTIONS]


@pytest.fixture
def desk(desk_book: Desk) -> Desk:  # noqa: F811
    """The desk, by a shorter name."""
    return desk_book


def answer(desk: Desk, person: Person, *yes: str, **changes: object) -> Screening:
    sent: dict[str, object] = {
        "version": newest_version(desk.studio.id).number, "signature": "山田 花子", "agrees": True, "wording": "v1",
        "language": "ja", "by": desk.by, "now": desk.now,
    }  # fmt: skip
    answers = {key: key in yes for key in KEYS}
    return answer_sheet(
        desk.studio, person.id, answers, dict.fromkeys(yes, DETAIL), **{**sent, **changes}  # type: ignore[arg-type]
    )  # fmt: skip


def light(desk: Desk, person: Person, *, at: datetime | None = None) -> Light:
    return standing(desk.studio, person.id, now=at or desk.now).light


def judge(desk: Desk, person: Person, verdict: Verdict, *limits: Limit, **changes: object) -> None:
    sheet = newest_sheet(person.id)
    sent: dict[str, object] = {
        "limits": limits, "reason": "本人に確認した", "seen": None if sheet is None else sheet.id, "by": desk.by,
        "now": desk.now,
    }  # fmt: skip
    decide(desk.studio, person.id, verdict, **{**sent, **changes})  # type: ignore[arg-type]


def test_who_never_answered_has_no_light_to_start(desk: Desk) -> None:
    stands = standing(desk.studio, desk.meet().id, now=desk.now)
    assert (stands.light, stands.may_start) == (Light.NONE, False)


def test_a_sheet_without_a_yes_is_clear_for_twelve_months(desk: Desk) -> None:
    person = desk.meet()
    answer(desk, person)
    assert light(desk, person) == Light.CLEAR
    last_day = at_local(date(2027, 11, 24), time(23, 30), desk.studio.zone)
    assert light(desk, person, at=last_day) == Light.CLEAR
    assert light(desk, person, at=last_day + timedelta(hours=1)) == Light.EXPIRED


def test_a_yes_waits_for_a_trainer(desk: Desk) -> None:
    person = desk.meet()
    answer(desk, person, "joints")
    assert light(desk, person) == Light.OPEN
    judge(desk, person, Verdict.LIMITS, Limit.KNEE, Limit.LOW_BACK)
    stands = standing(desk.studio, person.id, now=desk.now)
    assert (stands.light, stands.limits, stands.may_start) == (Light.LIMITED, ("knee", "low_back"), True)
    judge(desk, person, Verdict.DOCTOR)
    assert light(desk, person) == Light.DOCTOR
    judge(desk, person, Verdict.CLEAR)
    assert light(desk, person) == Light.CLEAR
    assert light(desk, person, at=desk.now + timedelta(days=400)) == Light.EXPIRED


def test_new_answers_ask_for_a_new_decision(desk: Desk) -> None:
    person = desk.meet()
    answer(desk, person, "joints")
    judge(desk, person, Verdict.CLEAR)
    answer(desk, person, "heart", now=desk.now + timedelta(days=1))
    assert light(desk, person, at=desk.now + timedelta(days=1)) == Light.OPEN


def test_asked_in_person_without_a_sheet_holds_for_the_day(desk: Desk) -> None:
    person = desk.meet()
    judge(desk, person, Verdict.CLEAR)
    assert light(desk, person) == Light.CLEAR
    midnight = at_local(WEDNESDAY, time.min, desk.studio.zone)
    assert light(desk, person, at=midnight - timedelta(minutes=1)) == Light.CLEAR
    assert light(desk, person, at=midnight) == Light.NONE


@pytest.mark.parametrize(
    ("changes", "field"), [({"signature": " "}, "signature"), ({"agrees": False}, "agrees")]
)
def test_nothing_is_kept_without_signature_and_consent(
    desk: Desk, changes: dict[str, object], field: str
) -> None:
    person = desk.meet()
    with pytest.raises(Invalid) as refusal:
        answer(desk, person, **changes)
    assert refusal.value.field == field
    assert newest_sheet(person.id) is None


def test_a_question_left_open_is_named(desk: Desk) -> None:
    with pytest.raises(Invalid) as refusal:
        answer_sheet(
            desk.studio, desk.meet().id, {key: False for key in KEYS if key != "chest"}, {}, version=1,
            signature="花子", agrees=True, wording="v1", language="ja", by=desk.by, now=desk.now,
        )  # fmt: skip
    assert refusal.value.field == "chest"


@pytest.mark.parametrize(
    ("verdict", "changes"),
    [
        (Verdict.CLEAR, {"reason": "  "}),
        (Verdict.LIMITS, {}),
    ],
)
def test_a_decision_needs_a_reason_and_limits_a_limit(
    desk: Desk, verdict: Verdict, changes: dict[str, object]
) -> None:
    with pytest.raises(Invalid):
        judge(desk, desk.meet(), verdict, **changes)


def test_a_decision_on_an_older_sheet_is_refused(desk: Desk) -> None:
    person = desk.meet()
    seen = answer(desk, person, "joints").id
    answer(desk, person, "heart")
    with pytest.raises(Stale):
        judge(desk, person, Verdict.CLEAR, seen=seen)
    with pytest.raises(Stale):
        judge(desk, person, Verdict.CLEAR, seen=None)
    assert light(desk, person) == Light.OPEN


def test_taking_the_consent_back_hides_the_answers_at_once(desk: Desk) -> None:
    person = desk.meet()
    answer(desk, person, "joints")
    judge(desk, person, Verdict.LIMITS, Limit.KNEE)
    record_consent(
        person.id, Purpose.HEALTH, False, wording="v1", language="ja", source="test", by=desk.by, now=desk.now
    )
    assert light(desk, person) == Light.NONE
    with pytest.raises(NotFound):
        read_answers(person.id, by=desk.by, now=desk.now)
    assert decisions_of(person.id, now=desk.now) == [], "nor what was limited"
    judge(desk, person, Verdict.CLEAR)
    assert [one.verdict for one in decisions_of(person.id, now=desk.now)] == [Verdict.CLEAR]
    assert decisions_of(person.id, now=desk.now + timedelta(days=1)) == [], "asked in person, for that day"


def test_editing_the_sheet_leaves_old_answers_readable(desk: Desk) -> None:
    person = desk.meet()
    sheet = answer(desk, person, "joints")
    publish_sheet(
        desk.studio.id, [Question("sleep", "よく眠れますか。", "Do you sleep well?")], seen=1, by=desk.by, now=desk.now
    )  # fmt: skip
    told = {one.key: (one.is_yes, one.detail) for one in answers_of(sheet)}
    assert set(told) == set(KEYS)
    assert told["joints"] == (True, DETAIL)
    with pytest.raises(Stale):
        answer(desk, person, version=1)
    with pytest.raises(Stale):
        publish_sheet(desk.studio.id, QUESTIONS, seen=1, by=desk.by, now=desk.now)


def test_the_table_and_the_history_say_nothing_of_what_was_answered(desk: Desk) -> None:
    person = desk.meet()
    answer(desk, person, "joints")
    judge(desk, person, Verdict.LIMITS, Limit.KNEE, reason="膝の手術のあと")
    read_answers(person.id, by=desk.by, now=desk.now)
    stored = db.session.execute(
        text("select answers, signature, reason from screenings, screening_decisions")
    ).one()
    for value, words in zip(stored, (DETAIL, "山田 花子", "膝の手術のあと"), strict=True):
        assert words.encode() not in bytes(value)
    lines = list(
        db.session.scalars(
            select(AuditLine).where(AuditLine.action.startswith("screening.")).order_by(AuditLine.id)
        )
    )
    assert [line.action for line in lines][-3:] == [
        "screening.answered",
        "screening.decided",
        "screening.read",
    ]
    assert not any(DETAIL in f"{line.before} {line.after}" or "手術" in f"{line.after}" for line in lines)


def test_a_whole_day_is_asked_in_one_statement(desk: Desk) -> None:
    people = [desk.meet() for _ in range(30)]
    answer(desk, people[0])
    db.session.flush()
    with statements() as told:
        found = standings(desk.studio, [one.id for one in people], now=desk.now)
    assert len(told) == 1
    assert [found[one.id].light for one in people[:2]] == [Light.CLEAR, Light.NONE]


MOMENTS = st.none() | st.integers(-500, 500).map(
    lambda days: datetime(2026, 11, 24, 3, tzinfo=UTC) + timedelta(days=days)
)


@given(
    has_yes=st.booleans(),
    answered=MOMENTS,
    verdict=st.none() | st.sampled_from(Verdict),
    decided_on=st.none() | st.integers(1, 2),
    holds=st.integers(-10, 400),
)
def test_no_session_starts_without_a_clear_sheet_or_a_decision_that_holds(
    has_yes: bool, answered: datetime | None, verdict: Verdict | None, decided_on: int | None, holds: int
) -> None:
    now = datetime(2026, 11, 24, 3, tzinfo=UTC)
    sheet = None if answered is None else 1
    newest = Newest(
        sheet, None if answered is None else has_yes,
        None if answered is None else a_year_later(answered.date()),
        None if verdict is None else verdict.value, (), None if verdict is None else decided_on,
        None if verdict is None else now + timedelta(days=holds),
    )  # fmt: skip
    stands = standing_of(newest, zone="Asia/Tokyo", now=now)
    valid = answered is not None and a_year_later(answered.date()) >= now.date()
    if verdict is not None and holds > 0 and decided_on == sheet:
        assert stands.may_start == (verdict is not Verdict.DOCTOR)
    else:
        assert stands.may_start == (valid and not has_yes and verdict in (None, Verdict.CLEAR))
    assert stands.may_start == (stands.light in STARTS)


@pytest.mark.parametrize(
    ("day", "later"), [((2026, 11, 24), (2027, 11, 24)), ((2028, 2, 29), (2029, 2, 28)), ((2027, 2, 28), (2028, 2, 28))]
)  # fmt: skip
def test_twelve_months(day: tuple[int, int, int], later: tuple[int, int, int]) -> None:
    assert a_year_later(date(*day)) == date(*later)


def asked() -> list[Message]:
    return list(db.session.scalars(select(Message).where(Message.kind == Kind.SCREENING_ASKED)))


def test_who_trains_within_a_week_without_a_sheet_is_asked_once(desk: Desk) -> None:
    near, far, done, unreachable = desk.meet(), desk.meet(), desk.meet(), desk.meet(mail="")
    desk.book(desk.at(11), near)
    desk.book(desk.at(18), near, trainer="okada")
    desk.book(desk.at(11, day=WEDNESDAY + timedelta(days=12)), far)
    desk.book(desk.at(16), done)
    desk.book(desk.at(18), unreachable)
    talk = desk.book(desk.at(12), service="counselling", trainer="okada")
    answer(desk, done)
    assert ask_for_sheets(desk.now) == 1
    assert ask_for_sheets(desk.now + timedelta(minutes=10)) == 0
    (message,) = asked()
    assert (message.person_id, message.expires_at) == (near.id, desk.at(11))
    assert talk.id
    assert ask_for_sheets(desk.now + timedelta(days=6)) == 1, "the far one comes near"


def test_a_sheet_that_ends_before_the_visit_is_asked_for_anew(desk: Desk) -> None:
    person = desk.meet()
    answer(desk, person, now=desk.now - timedelta(days=362))
    desk.book(desk.at(11, day=WEDNESDAY + timedelta(days=4)), person)
    assert light(desk, person) == Light.CLEAR
    assert ask_for_sheets(desk.now) == 1


def test_the_link_is_sent_by_hand_once_a_day_where_it_is_of_use(desk: Desk) -> None:
    near, away, done, unreachable = desk.meet(), desk.meet(), desk.meet(), desk.meet(mail="")
    desk.book(desk.at(11), near)
    desk.book(desk.at(16), done)
    desk.book(desk.at(18), unreachable)
    answer(desk, done)
    for person in (away, done, unreachable):
        with pytest.raises(Invalid):
            send_sheet_link(desk.studio, person.id, by=desk.by, now=desk.now)
    send_sheet_link(desk.studio, near.id, by=desk.by, now=desk.now)
    (message,) = asked()
    assert (message.person_id, message.expires_at) == (near.id, desk.at(11))
    with pytest.raises(Invalid):
        send_sheet_link(desk.studio, near.id, by=desk.by, now=desk.now)
    message.state = MessageState.SENT
    with pytest.raises(Invalid):
        send_sheet_link(desk.studio, near.id, by=desk.by, now=desk.now)
    assert ask_for_sheets(desk.now) == 0, "the sweep does not ask once more"


def test_no_link_is_sent_by_hand_while_one_is_on_its_way(desk: Desk) -> None:
    person = desk.meet()
    desk.book(desk.at(11), person)
    assert ask_for_sheets(desk.now) == 1
    with pytest.raises(Invalid):
        send_sheet_link(desk.studio, person.id, by=desk.by, now=desk.now)
    assert len(asked()) == 1


def test_it_is_sent_only_while_it_is_wanted_and_says_nothing_of_health(desk: Desk) -> None:
    person = desk.meet()
    booking = desk.book(desk.at(11), person)
    ask_for_sheets(desk.now)
    (message,) = asked()
    facts = screening_facts(message, desk.now)
    assert isinstance(facts, Facts)
    assert "/screening/" in str(facts.values["sheet_url"])
    assert "sheet_url" in facts.secrets, "the desk reads messages and must not answer for a guest"
    cancel(booking, by_gym=False, by=desk.by, now=desk.now)
    assert isinstance(screening_facts(message, desk.now), NotWanted)
    desk.book(desk.at(16), person)
    answer(desk, person)
    assert isinstance(screening_facts(message, desk.now), NotWanted)


@pytest.mark.parametrize("state", [MessageState.EXPIRED, MessageState.NOT_SENT])
def test_what_never_went_out_does_not_keep_the_next_visit_from_asking(
    desk: Desk, state: MessageState
) -> None:
    person = desk.meet()
    desk.book(desk.at(11), person)
    ask_for_sheets(desk.now)
    (message,) = asked()
    message.state = state
    desk.book(desk.at(11, day=WEDNESDAY + timedelta(days=5)), person)
    later = desk.at(13)
    assert ask_for_sheets(later) == 1
    assert ask_for_sheets(later) == 0


def test_who_was_asked_this_month_is_not_asked_again_for_another_visit(desk: Desk) -> None:
    person = desk.meet()
    first = desk.book(desk.at(11), person)
    ask_for_sheets(desk.now)
    asked()[0].state = MessageState.SENT.value
    cancel(first, by_gym=False, by=desk.by, now=desk.now)
    desk.book(desk.at(16), person)
    assert ask_for_sheets(desk.now) == 0
