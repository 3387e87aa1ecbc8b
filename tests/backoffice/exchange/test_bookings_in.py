"""A file of past bookings: nothing ahead, nobody in two places, no message; written down once."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from backoffice.bookings.actions import book
from backoffice.bookings.guests import Guest
from backoffice.bookings.models import Attendance, Booking, BookingChannel, BookingState, Claim, Participant
from backoffice.bookings.past import enter_past
from backoffice.core.audit import Actor
from backoffice.core.db import db
from backoffice.core.tables.columns import recognise
from backoffice.core.tables.reading import read_table
from backoffice.exchange import bookings_in
from backoffice.exchange.bookings_file import (
    BAD_END,
    BOOKING_WORDS,
    NO_STATE,
    NO_TIME,
    NOBODY,
    BookingRow,
    missing_columns,
    read_bookings,
)
from backoffice.exchange.bookings_in import (
    AHEAD,
    KNOWN,
    LONG_AGO,
    NO_SERVICE,
    NO_TRAINER,
    PERSON_BUSY,
    TRAINER_BUSY,
)
from backoffice.exchange.bookings_lookup import NO_PERSON, OTHER_NAME, SEVERAL
from backoffice.exchange.verdicts import Judged, Verdict
from backoffice.messaging.models import Message
from backoffice.people.actions import create_person
from backoffice.people.models import Person
from backoffice.staff.trainers import trainers
from backoffice.studio.models import Studio
from backoffice.studio.queries import service_by_slug
from backoffice.todos.models import Todo
from tests.statements import statements

HEADER = "予約日時,メニュー,担当,お名前,電話番号,状況"
SESSION = "パーソナルトレーニング"


@pytest.fixture
def haruka(by: Actor, now: datetime) -> Person:
    return create_person(name="佐藤 春香", kana="サトウ ハルカ", phones=["090-1111-2222"], by=by, now=now)


@pytest.fixture
def ken(by: Actor, now: datetime) -> Person:
    return create_person(name="鈴木 健", kana="スズキ ケン", phones=["090-3333-4444"], by=by, now=now)


def rows(*lines: str, header: str = HEADER) -> list[BookingRow]:
    table = read_table("\r\n".join((header, *lines)).encode(), is_header=lambda _: True)
    return read_bookings(table, recognise(table.header, BOOKING_WORDS), zone="Asia/Tokyo")


def line(
    when: str = "2026/10/5 19:00", who: str = "佐藤 春香", phone: str = "", *, trainer: str = "森 亮介",
    service: str = SESSION, state: str = "来店済み",
) -> str:  # fmt: skip
    return f"{when},{service},{trainer},{who},{phone},{state}"


def said(judged: list[Judged]) -> list[tuple[Verdict, str]]:
    return [(one.verdict, one.why) for one in judged]


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("予約日時,メニュー,担当,お名前", "2026/10/5 19:00,x,y,z"),
        ("来店日,開始時間,メニュー,スタッフ,氏名", "2026年10月5日(月),19:00～20:00,x,y,z"),
        ("日付,時間,コース,トレーナー,顧客名", "R8.10.5,19時,x,y,z"),
        ("Date,Time,Service,Trainer,Name", "2026-10-05,19:00,x,y,z"),
        (
            "予約番号,開始,終了,状態,メニュー,トレーナー,お名前",
            "7,2026-10-05 19:00,2026-10-05 20:15,来店,x,y,z",
        ),
    ],
)
def test_day_and_time_are_read_from_one_column_or_two(header: str, cells: str) -> None:
    (row,) = rows(cells, header=header)
    assert row.starts_at is not None
    assert row.starts_at.isoformat() == "2026-10-05T10:00:00+00:00"
    if "終了" in header:
        assert row.ends_at == row.starts_at + timedelta(minutes=75)


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("来店済み", BookingState.ATTENDED), ("Attended", BookingState.ATTENDED), ("完了", BookingState.ATTENDED),
        ("無断キャンセル", BookingState.NO_SHOW), ("No-show", BookingState.NO_SHOW),
        ("キャンセル", BookingState.CANCELLED), ("Cancelled", BookingState.CANCELLED),
        ("当日キャンセル", BookingState.LATE_CANCELLED), ("Late cancel", BookingState.LATE_CANCELLED),
        ("店舗都合キャンセル", BookingState.CANCELLED_BY_GYM),
    ],
)  # fmt: skip
def test_how_it_ended_is_read_in_both_languages(word: str, state: BookingState) -> None:
    (row,) = rows(line(state=word))
    assert (row.state, row.refused) == (state, "")


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        (line("来週の夜"), NO_TIME),
        (line("2026/10/5"), NO_TIME),
        (line(state="?"), NO_STATE),
        (line(who=""), NOBODY),
        (line("1999/12/31 19:00"), LONG_AGO),
        (line("2026/11/24 11:30"), AHEAD),
        (line("2026/11/25 19:00"), AHEAD),
        (line("2099/1/1 19:00", state="キャンセル"), AHEAD),
        (line(service="ヨガ"), NO_SERVICE),
        (line(trainer="誰か"), NO_TRAINER),
        (line(who="田中 一郎"), NO_PERSON),
    ],
)
def test_what_cannot_be_a_past_booking_is_refused_in_words(
    cells: str, why: str, gym: Studio, haruka: Person, now: datetime
) -> None:
    assert said(bookings_in.plan(rows(cells), gym, now=now)) == [(Verdict.REFUSED, why)]


def test_an_end_before_the_start_is_refused() -> None:
    header = "開始,終了,メニュー,担当,お名前"
    (row,) = rows("2026/10/5 19:00,18:00,x,y,z", header=header)
    assert row.refused == BAD_END


def test_columns_that_no_booking_can_do_without_are_named() -> None:
    assert missing_columns(recognise(["日付", "メモ"], BOOKING_WORDS)) == (
        "when",
        "service",
        "trainer",
        "name",
    )
    assert missing_columns(recognise(HEADER.split(","), BOOKING_WORDS)) == ()


def test_a_person_is_known_by_phone_with_name_by_phone_alone_or_by_name_if_there_is_one(
    gym: Studio, haruka: Person, by: Actor, now: datetime
) -> None:
    for kana in ("ハヤシ マコト", "リン マコト"):
        create_person(name="林 誠", kana=kana, by=by, now=now)
    judged = bookings_in.plan(
        rows(
            line("2026/10/1 19:00", "サトウ　ハルカ", "090-1111-2222"),
            line("2026/10/2 19:00", "", "+81 90 1111 2222"),
            line("2026/10/3 19:00", "佐藤春香"),
            line("2026/10/4 19:00", "山田 花", "090-1111-2222"),
            line("2026/10/5 19:00", "林 誠"),
        ),
        gym,
        now=now,
    )
    assert said(judged) == [
        *[(Verdict.NEW, "")] * 3,
        (Verdict.DOUBTFUL, OTHER_NAME),
        (Verdict.DOUBTFUL, SEVERAL),
    ]
    assert {one.person_id for one in judged[:3]} == {haruka.id}


def test_bookings_are_written_down_with_their_time_and_nobody_is_told(
    gym: Studio, haruka: Person, by: Actor, now: datetime
) -> None:
    before = (count(Message), count(Todo))
    bookings_in.run(
        rows(
            line(),
            line("2026/10/6 19:00", state="無断キャンセル"),
            line("2026/10/7 19:00", state="当日キャンセル"),
        ),
        gym,
        by=by,
        now=now,
    )
    written = list(db.session.scalars(select(Booking).order_by(Booking.starts_at)))
    assert [one.state for one in written] == ["ATTENDED", "NO_SHOW", "LATE_CANCELLED"]
    assert [one.ends_at - one.starts_at for one in written] == [
        timedelta(minutes=service_by_slug(gym.id, "session").minutes)
    ] * 3
    attendance = list(db.session.scalars(select(Participant.attendance).order_by(Participant.id)))
    assert attendance == [Attendance.ATTENDED, Attendance.NO_SHOW, Attendance.EXPECTED]
    assert count(Claim) == 4
    assert (count(Message), count(Todo)) == before


def test_the_same_file_twice_adds_nothing(gym: Studio, haruka: Person, by: Actor, now: datetime) -> None:
    file = rows(line(), line("2026/10/7 19:00", state="キャンセル"), line())
    first = bookings_in.run(file, gym, by=by, now=now)
    assert [one.verdict for one in first] == [Verdict.NEW, Verdict.NEW, Verdict.ALREADY]
    assert said(bookings_in.run(file, gym, by=by, now=now)) == [(Verdict.ALREADY, KNOWN)] * 3
    assert count(Booking) == 2


def test_what_was_cancelled_and_booked_again_is_both(
    gym: Studio, haruka: Person, by: Actor, now: datetime
) -> None:
    judged = bookings_in.run(rows(line(state="キャンセル"), line()), gym, by=by, now=now)
    assert [one.verdict for one in judged] == [Verdict.NEW, Verdict.NEW]


def test_nobody_was_in_two_places_at_once(
    gym: Studio, haruka: Person, ken: Person, by: Actor, now: datetime
) -> None:
    judged = bookings_in.run(
        rows(
            line("2026/10/5 19:00"),
            line("2026/10/5 19:30", trainer="岡田"),
            line("2026/10/5 19:30", "鈴木 健"),
            line("2026/10/5 20:00", "鈴木 健"),
            line("2026/10/5 19:15", "鈴木 健", state="キャンセル"),
        ),
        gym,
        by=by,
        now=now,
    )
    length = service_by_slug(gym.id, "session").minutes
    assert length <= 60
    assert said(judged) == [
        (Verdict.NEW, ""),
        (Verdict.OVERLAP, PERSON_BUSY),
        (Verdict.OVERLAP, TRAINER_BUSY),
        (Verdict.NEW, ""),
        (Verdict.NEW, ""),
    ]


def test_what_is_in_the_calendar_stands(
    gym: Studio, haruka: Person, ken: Person, by: Actor, now: datetime
) -> None:
    earlier = now - timedelta(days=30)
    book(
        studio=gym, service=service_by_slug(gym.id, "session"), trainer_id=trainers(gym.id)[0].id,
        starts_at=now - timedelta(days=20), participants=[Guest(haruka)], channel=BookingChannel.PHONE, by=by,
        now=earlier,
    )  # fmt: skip
    judged = bookings_in.plan(
        rows(
            line("2026/11/4 12:00"),
            line("2026/11/4 12:10", "鈴木 健"),
            line("2026/11/4 12:10", trainer="岡田 梨沙"),
        ),
        gym,
        now=now,
    )
    assert said(judged) == [
        (Verdict.ALREADY, KNOWN),
        (Verdict.OVERLAP, TRAINER_BUSY),
        (Verdict.OVERLAP, PERSON_BUSY),
    ]


def test_two_guests_of_one_hour_are_a_pair_and_a_third_overlaps(
    gym: Studio, haruka: Person, ken: Person, by: Actor, now: datetime
) -> None:
    create_person(name="三人目", by=by, now=now)
    judged = bookings_in.run(
        rows(line(), line(who="鈴木 健", state="無断キャンセル"), line(who="三人目")), gym, by=by, now=now
    )
    assert [one.verdict for one in judged] == [Verdict.NEW, Verdict.NEW, Verdict.OVERLAP]
    (booking,) = db.session.scalars(select(Booking))
    guests = db.session.scalars(select(Participant).order_by(Participant.position))
    assert booking.state == BookingState.ATTENDED
    assert [guest.attendance for guest in guests] == [Attendance.ATTENDED, Attendance.NO_SHOW]


def test_who_comes_in_between_keeps_the_time_and_the_row_is_told(
    gym: Studio, haruka: Person, by: Actor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look and the writing somebody else took the hour: the constraint says so, and no exception."""

    def blind(_: object) -> set[object]:
        return set()

    file = rows(line())
    bookings_in.run(file, gym, by=by, now=now)
    other = create_person(name="山田 花", by=by, now=now)
    monkeypatch.setattr(bookings_in, "taken_among", blind)
    judged = bookings_in.run(rows(line(who=other.name), line("2026/10/6 19:00")), gym, by=by, now=now)
    assert said(judged) == [(Verdict.OVERLAP, TRAINER_BUSY), (Verdict.NEW, "")]
    assert count(Booking) == count(Participant) == 2


def test_a_trainer_who_has_left_is_known_by_any_name(
    gym: Studio, haruka: Person, by: Actor, now: datetime
) -> None:
    trainers(gym.id)[0].archived_at = now
    db.session.flush()
    assert said(bookings_in.plan(rows(line()), gym, now=now)) == [(Verdict.NEW, "")]
    assert said(bookings_in.plan(rows(line(trainer="MORI")), gym, now=now)) == [(Verdict.NEW, "")]


def test_a_larger_file_costs_no_more_statements(
    gym: Studio, haruka: Person, by: Actor, now: datetime
) -> None:
    def cost(month: int, number: int) -> int:
        file = rows(*(line(f"2026/{month}/{one % 28 + 1} {8 + one // 28}:00") for one in range(number)))
        with statements() as sent:
            bookings_in.run(file, gym, by=by, now=now)
        return len(sent)

    assert cost(5, 3) == cost(6, 60)
    assert enter_past([], by=by, now=now) == []


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0
