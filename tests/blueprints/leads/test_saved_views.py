"""Saved views: filters under a name, one's own or everybody's, never what was searched for."""

from collections.abc import Callable

import pytest

from backoffice.core.db import db
from backoffice.leads import saved_views as views
from backoffice.leads.models import SavedView
from backoffice.staff.models import Role
from backoffice.studio.models import Studio
from tests.pages import PageClient

SignIn = Callable[..., PageClient]
NARROWED = "/leads?owner=me&overdue=1"


def keep(page: PageClient, name: str, *, at: str = NARROWED, shared: bool = False) -> str:
    page.get(at)
    sent = {"name": name, "form_token": f"{name:x<16}"} | ({"shared": "y"} if shared else {})
    return page.post(at.replace("/leads", "/leads/views"), data=sent, follow_redirects=True).text


def kept() -> dict[str, SavedView]:
    db.session.expire_all()
    return {view.name: view for view in db.session.query(SavedView)}


def test_filters_are_kept_under_a_name_and_reached_in_one_click(gym: Studio, sign_in: SignIn) -> None:
    desk = sign_in(Role.FRONT_DESK)
    assert "この条件を保存" not in desk.get("/leads").text
    assert "この条件を保存" in desk.get(NARROWED).text
    page = keep(desk, "朝の確認")
    assert 'href="/leads?owner=me&amp;overdue=1" aria-current="true"' in page
    assert "この条件を保存" not in page
    assert 'href="/leads?owner=me&amp;overdue=1"' in desk.get("/leads").text


def test_what_was_searched_for_is_not_kept(gym: Studio, sign_in: SignIn) -> None:
    keep(sign_in(Role.FRONT_DESK), "探し物", at="/leads?q=佐藤&source=web")
    assert kept()["探し物"].asked == {"source": "web"}


def test_ones_own_view_of_that_name_is_replaced(gym: Studio, sign_in: SignIn) -> None:
    desk = sign_in(Role.FRONT_DESK)
    keep(desk, "朝の確認 一つめ")
    desk.get("/leads?source=web")
    sent = {"name": "朝の確認 一つめ", "form_token": "another token of a form"}
    desk.post("/leads/views?source=web", data=sent)
    assert {name: view.asked for name, view in kept().items()} == {"朝の確認 一つめ": {"source": "web"}}


def test_only_shared_views_are_seen_by_others(gym: Studio, sign_in: SignIn) -> None:
    desk = sign_in(Role.FRONT_DESK)
    keep(desk, "わたしだけ")
    keep(desk, "みんなで", shared=True)
    page = sign_in(Role.MANAGER).get("/leads").text
    assert "みんなで" in page
    assert "わたしだけ" not in page


def test_a_trainer_keeps_views_but_shares_none(gym: Studio, sign_in: SignIn) -> None:
    keep(sign_in(Role.TRAINER), "自分の", shared=True)
    assert not kept()["自分の"].is_shared


@pytest.mark.parametrize(
    ("who", "name", "status"),
    [
        (Role.FRONT_DESK, "みんなで", 303),
        (Role.FRONT_DESK, "わたしだけ", 303),
        (Role.TRAINER, "みんなで", 403),
        (Role.TRAINER, "わたしだけ", 404),
        (Role.MANAGER, "みんなで", 303),
        (Role.MANAGER, "わたしだけ", 404),
    ],
)
def test_who_removes_a_view(gym: Studio, sign_in: SignIn, who: Role, name: str, status: int) -> None:
    desk = sign_in(Role.FRONT_DESK)
    keep(desk, "わたしだけ")
    keep(desk, "みんなで", shared=True)
    other = desk if who is Role.FRONT_DESK else sign_in(who)
    other.get(NARROWED)
    assert other.post(f"/leads/views/{kept()[name].id}/removal", data={}).status_code == status
    assert (name in kept()) == (status != 303)


def test_a_view_needs_a_filter_and_there_is_an_end(
    gym: Studio, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = sign_in(Role.FRONT_DESK)
    assert "先に絞り込み条件を選んでください" in keep(desk, "なにもない", at="/leads?q=佐藤")
    monkeypatch.setattr(views, "MOST", 1)
    keep(desk, "一つめ")
    assert "1件まで" in keep(desk, "二つめ")
    assert set(kept()) == {"一つめ"}
