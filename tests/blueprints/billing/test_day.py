"""The day close and the settings of money in the browser."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from backoffice.billing.models import DayClose
from backoffice.billing.queries import settings_of
from backoffice.billing.visit_fees import follow_fee
from backoffice.bookings.attendance import FeeMethod, receive_fee
from backoffice.bookings.queries import guests_of
from backoffice.core.audit import Actor, AuditLine
from backoffice.core.db import db, transaction
from backoffice.core.submissions import new_token
from backoffice.staff.models import Role
from backoffice.studio.models import Studio
from tests.blueprints.bookings.front_desk import guest, visit
from tests.pages import PageClient


def test_counted_closed_and_opened_again(gym: Studio, sign_in: Callable[..., PageClient]) -> None:
    desk = sign_in(Role.FRONT_DESK)
    desk.open("/money/day")
    typed = {"of_10000": "2", "of_1000": "9", "form_token": new_token()}
    refused = desk.post("/money/day", data=typed)
    assert refused.status_code == 422
    assert 'value="9"' in refused.text, "what was counted is not typed again"
    assert desk.post("/money/day", data=typed | {"of_1000": "x"}).status_code == 422
    for _ in range(2):
        assert desk.post("/money/day", data=typed | {"of_1000": "10"}).status_code == 303
    assert db.session.query(DayClose).count() == 1
    assert "<dt>帳簿との差額</dt><dd>¥0</dd>" in desk.open("/money/day").text
    reopening = {"reason": "登録漏れ", "form_token": new_token()}
    assert desk.post("/money/day/reopening?day=2026-11-24", data=reopening).status_code == 403
    boss = sign_in(Role.MANAGER)
    boss.open("/money/day")
    for _ in range(2):
        assert boss.post("/money/day/reopening?day=2026-11-24", data=reopening).status_code == 303
    assert "登録漏れ" in boss.open("/money/day?day=2026-11-24").text


@pytest.mark.parametrize(("ones", "shown"), [("3", "+¥3"), ("0", "−¥10,000")])
def test_cash_that_differs_says_which_way(
    ones: str, shown: str, gym: Studio, sign_in: Callable[..., PageClient]
) -> None:
    desk = sign_in(Role.FRONT_DESK)
    desk.open("/money/day")
    typed = {"of_10000": "3" if ones != "0" else "2", "of_1": ones, "reason": "x", "form_token": new_token()}
    assert desk.post("/money/day", data=typed).status_code == 303
    assert f"<dd>{shown}</dd>" in desk.open("/money/day").text


def test_words_of_a_day_are_taken_away_for_good(gym: Studio, sign_in: Callable[..., PageClient]) -> None:
    """Twice closed, once opened again: every word of the day goes, who took it away stays, the audit says none."""
    boss, day = sign_in(Role.MANAGER), "/money/day?day=2026-11-24"
    boss.open(day)
    for reason, again in (("北川様のお釣り", "北川様の入力漏れ"), ("北川様の分", "")):
        typed = {"of_10000": "2", "reason": reason, "form_token": new_token()}
        assert boss.post(day, data=typed).status_code == 303
        if again:
            typed = {"reason": again, "form_token": new_token()}
            assert boss.post("/money/day/reopening?day=2026-11-24", data=typed).status_code == 303
    assert [boss.open(day).text.count(word) for word in ("お釣り", "入力漏れ", "北川様の分")] == [1, 1, 1]
    stored = db.session.execute(text("select reason, reopen_reason from day_closes")).all()
    assert "北川" not in "".join(str(bytes(word)) for row in stored for word in row if word), "encrypted"
    removal = "/money/day/words/removal?day=2026-11-24"
    assert boss.post(removal, data={}).status_code == 303
    shown = boss.open(day).text
    assert "北川" not in shown
    assert shown.count("検査 花") >= 2
    assert "/money/day/words/removal" not in shown
    told = db.session.query(AuditLine).filter_by(action="day_close.words_removed").all()
    assert len(told) == 2
    assert all("北川" not in str(line.after) + str(line.before) for line in db.session.query(AuditLine))
    assert boss.post(removal, data={}).status_code == 303, "pressed twice it is done"
    assert db.session.query(AuditLine).filter_by(action="day_close.words_removed").count() == 2
    rows = db.session.execute(text("select counted_yen, reason, reopen_reason from day_closes")).all()
    assert [tuple(row) for row in rows] == [(20_000, None, None)] * 2


def test_only_who_corrects_takes_words_away(gym: Studio, sign_in: Callable[..., PageClient]) -> None:
    desk, day = sign_in(Role.FRONT_DESK), "/money/day?day=2026-11-24"
    desk.open(day)
    assert desk.post(day, data={"reason": "北川様", "form_token": new_token()}).status_code == 303
    assert "北川" in desk.open(day).text
    assert desk.post("/money/day/words/removal?day=2026-11-24", data={}).status_code == 403
    assert "北川" in desk.open(day).text


def test_the_manager_sets_what_papers_say(gym: Studio, sign_in: Callable[..., PageClient]) -> None:
    boss = sign_in(Role.MANAGER)
    boss.open("/money/settings")
    typed = {
        "issuer_ja": "株式会社整", "registration_number": "T123", "payment_days": "14", "float_yen": "30000",
        "late_cancel_yen": "3300", "no_show_yen": "5500", "version": "1",
    }  # fmt: skip
    assert boss.post("/money/settings", data=typed).status_code == 422
    assert (
        boss.post("/money/settings", data=typed | {"registration_number": "T1234567890123"}).status_code
        == 303
    )
    db.session.expire_all()
    assert settings_of(gym.id).no_show_yen == 5_500
    assert boss.post("/money/settings", data=typed | {"registration_number": ""}).status_code == 409
    assert sign_in(Role.FRONT_DESK, mail="d@x.example").get("/money/settings").status_code == 403


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Ｔ１２３４５６７８９０１２３", "T1234567890123"), ("T 1234567890123", "T1234567890123"),
        ("t-1234-5678-90123", "T1234567890123"), ("1234567890123", "T1234567890123"), ("", ""),
        ("T12345678901234", None), ("X1234567890123", None), ("T123456789012", None), ("T123456789012三", None),
    ],
)  # fmt: skip
def test_a_registration_number_is_read_as_people_write_it(
    gym: Studio, sign_in: Callable[..., PageClient], typed: str, kept: str | None
) -> None:
    boss = sign_in(Role.MANAGER)
    boss.open("/money/settings")
    form = {
        "registration_number": typed, "payment_days": "14", "float_yen": "30000", "late_cancel_yen": "3300",
        "no_show_yen": "5500", "version": "1",
    }  # fmt: skip
    answer = boss.post("/money/settings", data=form)
    db.session.expire_all()
    if kept is None:
        assert answer.status_code == 422
        assert 'id="registration_number-error"' in answer.text
    else:
        assert (answer.status_code, settings_of(gym.id).registration_number) == (303, kept)


def test_a_difference_is_said_in_yen_and_full_width_digits_are_digits(
    gym: Studio, sign_in: Callable[..., PageClient]
) -> None:
    desk = sign_in(Role.FRONT_DESK)
    desk.open("/money/day")
    typed = {"form_token": new_token(), "of_1000": "３", "reason": ""}
    refused = desk.post("/money/day?day=2026-11-24", data=typed)
    assert refused.status_code == 422
    assert "数えた現金は¥3,000、帳簿は¥30,000、差額は−27,000円" in refused.text
    assert "数えた合計 %sum・帳簿との差額 %difference" in refused.text  # a script fills it in


def test_who_has_not_paid_yet_is_said_before_the_day_is_closed_and_what_is_to_be_taken_out(
    gym: Studio, sign_in: Callable[..., PageClient], by: Actor, now: datetime
) -> None:
    first = visit(gym, guest(now=now), "16:00", now=now)
    visit(gym, guest("鈴木 一", "080-1111-2222", now=now), "18:00", now=now)
    tomorrow = now.date() + timedelta(days=1)
    visit(gym, guest("田中 二", "080-1111-3333", now=now), "16:00", now=now, day=tomorrow)
    desk = sign_in(Role.FRONT_DESK)
    assert "この日のお客様のうち2名様（¥11,000）のお支払いがまだです" in desk.open("/money/day").text
    with transaction():
        receive_fee(guests_of(first.id)[0], FeeMethod.CASH, by=by, now=now)
        follow_fee(guests_of(first.id)[0], by=by, now=now)
        settings_of(gym.id).float_yen = 20_000
    page = desk.open("/money/day").text
    assert "1名様（¥5,500）" in page
    due = settings_of(gym.id).float_yen
    typed = {"of_10000": str(due // 10_000), "of_1000": "5", "of_500": "1", "form_token": new_token()}
    desk.post("/money/day", data=typed)
    closed = desk.open("/money/day").text
    assert "お支払いがまだです" not in closed
    assert "レジから取り出した額" in closed
