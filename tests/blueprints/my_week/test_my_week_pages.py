"""The page a trainer begins the day with: own guests only, the same cost in every week."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from backoffice.clients.actions import register
from backoffice.core.audit import SYSTEM
from backoffice.core.db import transaction
from backoffice.staff.models import Role
from backoffice.studio.models import Studio
from tests.blueprints.bookings.front_desk import TODAY, guest, signed_in_trainer, trainer, visit
from tests.pages import PageClient
from tests.statements import statements

SignIn = Callable[..., PageClient]


def test_own_guests_and_members_are_shown_and_those_of_others_are_not(
    gym: Studio, sign_in: SignIn, now: datetime
) -> None:
    own, other = guest("山田 花子", now=now), guest("他人 太郎", "090-9999-9999", now=now)
    visit(gym, own, "18:00", now=now, slug="session")
    visit(gym, other, "18:00", now=now, slug="session", with_="okada")
    waiting = guest("会員 次郎", "090-8888-8888", now=now)
    with transaction():
        register(
            waiting.id, joined_on=date(2026, 11, 20), main_trainer_id=trainer(gym).id, by=SYSTEM, now=now
        )
    person_id, client = own.id, signed_in_trainer(gym, sign_in)
    page = client.get("/my/day-and-week").text
    assert "山田 花子 様" in page
    assert f'href="/people/{person_id}/record"' in page
    assert "健康チェック：未回答" in page
    assert "会員 次郎 様" in page
    assert "他人 太郎" not in page
    later = client.get(f"/my/day-and-week?day={TODAY + timedelta(days=7)}").text
    assert "山田 花子" not in later
    assert "会員 次郎 様" in later, "whom to think of is always as it is now"
    assert client.get("/my/day-and-week?day=never").status_code == 200


def test_it_stands_in_the_menu_of_trainers_alone(gym: Studio, sign_in: SignIn) -> None:
    assert 'href="/my/day-and-week"' in signed_in_trainer(gym, sign_in).get("/today").text
    desk = sign_in(Role.FRONT_DESK)
    assert 'href="/my/day-and-week"' not in desk.get("/today").text
    assert desk.get("/my/day-and-week").status_code == 403


def test_an_account_without_a_place_in_the_calendar_is_told_so(gym: Studio, sign_in: SignIn) -> None:
    assert "カレンダーに登録されていません" in sign_in(Role.TRAINER).get("/my/day-and-week").text


def test_a_full_week_costs_what_a_week_of_one_guest_costs(
    gym: Studio, sign_in: SignIn, now: datetime
) -> None:
    client = signed_in_trainer(gym, sign_in)
    visit(gym, guest("山田 花子", "090-1234-5678", now=now), "16:00", now=now, slug="session")
    client.get("/my/day-and-week")
    with statements() as few:
        client.get("/my/day-and-week")
    for number in range(3):
        who = guest(f"山田 {number}", f"090-1234-560{number}", now=now)
        visit(gym, who, "18:00", now=now, day=TODAY + timedelta(days=number), slug="session")
    with statements() as many:
        client.get("/my/day-and-week")
    assert len(many) == len(few)
