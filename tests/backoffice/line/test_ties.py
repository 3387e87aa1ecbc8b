"""Whose account it is: a code proves it once, and nothing else does."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from backoffice.core.audit import SYSTEM, Actor, AuditLine
from backoffice.core.db import db
from backoffice.line.accounts import held_account, set_aside, set_followed
from backoffice.line.codes import MOST_WRONG, VALID_FOR, code_in, forget_codes, make_code, take_code
from backoffice.line.models import LineAccount, LineCode
from backoffice.line.queries import may_be, number_unknown, unknown_accounts
from backoffice.line.ties import TiedToAnother, tie, untie
from backoffice.merging.actions import merge, undo_merge
from backoffice.messaging.entries import ConversationEntry
from backoffice.people.actions import create_person
from backoffice.people.models import Person
from backoffice.people.queries import MergedAway, line_of
from backoffice.studio.models import Studio
from tests.backoffice.line.test_events import bring
from tests.line_chat import HANAKO, TARO, event, said


@pytest.fixture
def hanako(gym: Studio, now: datetime) -> Person:
    """Hanako, whose LINE nobody knows yet."""
    return create_person(name="山田 花子", kana="ヤマダ ハナコ", phones=["090-1111-2222"], by=SYSTEM, now=now)


def held(gym: Studio, now: datetime, user: str = HANAKO) -> LineAccount:
    return held_account(gym.id, user, now=now)


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("12345678", "12345678"),
        ("1234 5678", "12345678"),
        ("1234-5678", "12345678"),
        ("連携コード 1234 5678", "12345678"),
        ("１２３４５６７８", "12345678"),
        ("  1234\u30005678です ", "12345678"),
        ("090-1234-5678", None),
        ("09012345678", None),
        ("1234567", None),
        ("123456789", None),
        ("2026-11-28", None),
        ("11/28 19:00", None),
        ("こんにちは", None),
        ("", None),
        ("1" * 5000, None),
    ],
)
def test_a_code_is_told_from_other_numbers(typed: str, digits: str | None) -> None:
    assert code_in(typed) == digits


def test_a_code_ties_once_and_brings_what_was_said(
    gym: Studio, hanako: Person, now: datetime, by: Actor
) -> None:
    bring(gym, now, said("予約したいです", now))
    code = make_code(hanako.id, by=by, now=now)
    assert db.session.scalars(select(LineCode.code_hash)).one() != code.digits
    bring(gym, now, said(code.shown, now), said(code.shown, now, TARO))
    db.session.refresh(hanako)
    assert (hanako.line_user_id, line_of(hanako.id)) == (HANAKO, HANAKO)
    assert set(db.session.scalars(select(ConversationEntry.person_id))) == {hanako.id}
    assert held(gym, now, TARO).person_id is None, "the second finds it used"
    actions = db.session.scalars(
        select(AuditLine.action).where(AuditLine.action.like("person.line%")).order_by(AuditLine.id)
    ).all()
    assert actions == ["person.line_code_made", "person.line_tied"]


def test_a_code_ends_with_its_time_and_with_the_next_one(
    gym: Studio, hanako: Person, now: datetime, by: Actor
) -> None:
    first, second = (make_code(hanako.id, by=by, now=now) for _ in range(2))
    account = held(gym, now)
    assert take_code(account, first.digits, now=now) is None
    assert take_code(account, second.digits, now=now + VALID_FOR) is None
    assert take_code(account, second.digits, now=now + VALID_FOR - timedelta(seconds=1)) is not None
    forget_codes(now=now + timedelta(days=8))
    assert db.session.query(LineCode).count() == 0


def test_trying_out_codes_ends_after_five(gym: Studio, hanako: Person, now: datetime, by: Actor) -> None:
    code, account = make_code(hanako.id, by=by, now=now), held(gym, now)
    wrong = [f"{number:08}" for number in range(MOST_WRONG + 1) if f"{number:08}" != code.digits]
    for one in wrong[:MOST_WRONG]:
        assert take_code(account, one, now=now) is None
    assert take_code(account, code.digits, now=now + timedelta(minutes=20)) is None, "even the right one"
    later = now + timedelta(hours=1)
    again = make_code(hanako.id, by=by, now=later)
    assert take_code(account, again.digits, now=later) is not None


def test_an_account_of_somebody_else_is_not_taken_over(gym: Studio, hanako: Person, now: datetime) -> None:
    other = create_person(name="別人 太郎", by=SYSTEM, now=now)
    tie(held(gym, now), other.id, now=now)
    with pytest.raises(TiedToAnother):
        tie(held(gym, now), hanako.id, now=now)
    code = make_code(hanako.id, by=SYSTEM, now=now)
    bring(gym, now, said(code.digits, now))
    db.session.refresh(hanako)
    assert hanako.line_user_id is None


def test_a_new_phone_takes_the_place_of_the_old_account(gym: Studio, hanako: Person, now: datetime) -> None:
    tie(held(gym, now), hanako.id, now=now)
    tie(held(gym, now, TARO), hanako.id, now=now)
    assert line_of(hanako.id) == TARO
    old = held(gym, now)
    assert (old.person_id, number_unknown(gym.id)) == (None, 0), "the old one does not wait to be known again"


def test_letting_go_keeps_what_was_said(gym: Studio, hanako: Person, now: datetime, by: Actor) -> None:
    tie(held(gym, now), hanako.id, now=now)
    bring(gym, now, said("やあ", now))
    untie(hanako.id, by=by, now=now)
    untie(hanako.id, by=by, now=now)
    assert line_of(hanako.id) is None
    bring(gym, now, said("まだいます", now))
    assert list(db.session.scalars(select(ConversationEntry.person_id).order_by(ConversationEntry.id))) == [
        hanako.id,
        None,
    ]
    assert number_unknown(gym.id) == 1, "who writes again is looked at again"
    lines = db.session.scalar(
        select(func.count()).where(AuditLine.action == "person.line_untied", AuditLine.person_id == hanako.id)
    )
    assert lines == 1


def test_blocking_before_the_tie_is_remembered(gym: Studio, hanako: Person, now: datetime) -> None:
    account = held(gym, now)
    set_followed(account, False, at=now)
    tie(account, hanako.id, now=now)
    assert (hanako.line_user_id, line_of(hanako.id)) == (HANAKO, None)


def test_two_rows_of_one_human_keep_both_accounts_and_part_again(
    gym: Studio, hanako: Person, now: datetime, by: Actor
) -> None:
    twin = create_person(name="山田 華子", by=SYSTEM, now=now)
    tie(held(gym, now), hanako.id, now=now)
    tie(held(gym, now, TARO), twin.id, now=now)
    bring(gym, now, event("unfollow", now, TARO))
    made = merge(hanako.id, twin.id, {"line_user_id": "dropped"}, by=by, now=now)
    db.session.refresh(hanako)
    assert (hanako.line_user_id, line_of(hanako.id)) == (TARO, None), "the account chosen is blocked"
    assert {held(gym, now, user).person_id for user in (HANAKO, TARO)} == {hanako.id}
    code = LineCode(
        person_id=hanako.id, code_hash="x", made_at=now, made_by="", expires_at=now + timedelta(days=1)
    )
    db.session.add(code)
    bring(gym, now, event("follow", now + timedelta(minutes=1), TARO))
    assert line_of(hanako.id) == TARO
    undo_merge(made.id, by=by, now=now)
    assert (line_of(hanako.id), line_of(twin.id)) == (HANAKO, TARO)
    with pytest.raises(MergedAway):
        make_code(merge(hanako.id, twin.id, {}, by=by, now=now).dropped_id, by=by, now=now)


def test_suggestions_come_from_contacts_and_names_and_decide_nothing(
    gym: Studio, hanako: Person, now: datetime
) -> None:
    bring(gym, now, said("山田です。電話は０９０-1111-2222です", now), said("だれ", now, TARO))
    account = held(gym, now)
    assert [one.person_id for one in may_be(account)] == [hanako.id]
    assert account.person_id is None
    stranger = held(gym, now, TARO)
    assert may_be(stranger) == []
    stranger.display_name = "山田花子"
    assert [one.person_id for one in may_be(stranger)] == [hanako.id]
    rows = unknown_accounts(gym.id)
    assert {row.words for row in rows} == {"山田です。電話は０９０-1111-2222です", "だれ"}
    set_aside(gym.id, stranger.id, aside=True, now=now)
    assert [row.id for row in unknown_accounts(gym.id)] == [account.id]
    assert [row.id for row in unknown_accounts(gym.id, aside=True)] == [stranger.id]
