"""A new gym: its owner sees what is set up and what is not; settled, the list is gone."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time

import pytest
from flask import Flask
from sqlalchemy import select

from backoffice.billing.house import House, change_settings
from backoffice.core.audit import Actor
from backoffice.core.db import db, transaction
from backoffice.memberships.selling import add_plan
from backoffice.reports.start import Step
from backoffice.staff.models import Role, Trainer
from backoffice.staff.trainers import trainers
from backoffice.studio.actions import add_room, found_studio, set_opening_hours
from backoffice.studio.models import SpecialDay, Studio
from backoffice.studio.queries import the_studio
from tests.gym import PASSWORD, make_staff
from tests.pages import PageClient


@pytest.fixture(autouse=True)
def _unsettled(gym: Studio) -> None:
    """As a gym is founded: nobody has said yet that anything is right as it is."""
    gym.skipped_steps = []
    db.session.commit()


def test_an_owner_begins_with_the_first_steps(gym: Studio, client: PageClient, now: object) -> None:
    make_staff("first@test.example", [Role.OWNER], now=now)  # type: ignore[arg-type]
    client.get("/sign-in")
    answer = client.post("/sign-in", data={"email": "first@test.example", "password": PASSWORD})
    assert answer.location == "/start"


def test_nobody_else_does(gym: Studio, client: PageClient, now: object) -> None:
    make_staff("desk1@test.example", [Role.FRONT_DESK], now=now)  # type: ignore[arg-type]
    client.get("/sign-in")
    answer = client.post("/sign-in", data={"email": "desk1@test.example", "password": PASSWORD})
    assert answer.location == "/today"


def test_steps_are_judged_from_what_is_there(gym: Studio, sign_in: Callable[..., PageClient]) -> None:
    manager = sign_in(Role.MANAGER)
    assert done(manager) == {"/settings/studio", "/settings/trainers"}
    manager.get("/settings/joining/terms")
    manager.post("/settings/joining/terms", data={"text_ja": "規約", "text_en": "Terms", "version": "1"})
    manager.get("/settings/rooms")
    manager.post("/settings/rooms", data={"form_token": "t" * 20, "name_ja": "個室", "name_en": "Room"})
    assert done(manager) == {
        "/settings/studio",
        "/settings/trainers",
        "/settings/joining/terms",
        "/settings/rooms",
    }


def test_team_closing_days_joining_and_money_are_steps(
    gym: Studio, sign_in: Callable[..., PageClient], by: Actor, now: datetime
) -> None:
    manager = sign_in(Role.MANAGER)
    steps = ("/settings/team", "/settings/special-days", "/settings/joining", "/money/settings")
    assert not done(manager) & set(steps[1:])
    page = manager.get("/start").text
    assert all(f'href="{step}"' in page for step in steps)
    who = make_staff("coach@test.example", [Role.TRAINER], now=now)
    assert "/settings/team" not in done(manager), "an account of a trainer without its trainer"
    with transaction():
        db.session.get_one(Trainer, trainers(gym.id)[0].id).staff_id = who.id
        db.session.add(SpecialDay(studio_id=gym.id, day=date(2027, 1, 1)))
        own = House("", "", "", "京都銀行", "", 14, 30_000, 0, 0)
        change_settings(gym.id, own, version=None, by=by, now=now)
    manager.get("/settings/joining")
    manager.post("/settings/joining", data={"joining_fee_yen": "33000", "version": gym.version})
    assert set(steps) <= done(manager)


def test_what_another_studio_set_up_ticks_nothing_here(
    gym: Studio, sign_in: Callable[..., PageClient], by: Actor, now: datetime
) -> None:
    manager = sign_in(Role.MANAGER)
    before = done(manager)
    with transaction():
        other = found_studio("別館", "Annex", by=by, now=now)
        add_room(other.id, "個室", "Room", by=by, now=now)
        add_plan(
            other.id,
            {
                "name_ja": "券",
                "name_en": "Pack",
                "price_yen": 1,
                "sessions": 1,
                "is_monthly": False,
                "carries_months": 0,
            },
            by=by,
            now=now,
        )
        set_opening_hours(other.id, {0: (time(9), time(12))}, version=None, by=by, now=now)
    assert done(manager) == before


def test_line_is_done_when_its_channel_is_set_up_too(
    gym: Studio, sign_in: Callable[..., PageClient], request: pytest.FixtureRequest
) -> None:
    gym.line_id = "@sei"
    db.session.commit()
    manager = sign_in(Role.MANAGER)
    before = manager.get("/start").text.count("tone-matsu")
    request.getfixturevalue("with_channels")
    assert manager.get("/start").text.count("tone-matsu") == before + 2, "LINE and mail"


def test_an_address_of_this_machine_is_not_offered_for_the_website(
    gym: Studio, sign_in: Callable[..., PageClient], app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager = sign_in(Role.MANAGER)
    page = manager.get("/start").text
    assert ("PUBLIC_URL" in page, 'id="book-link"' in page) == (True, False)
    reached = replace(app.extensions["settings"], public_url="https://desk.example.jp")
    monkeypatch.setitem(app.extensions, "settings", reached)
    page = manager.get("/start").text
    assert ("PUBLIC_URL" in page, 'id="book-link"' in page) == (False, True)


def test_settled_it_is_gone(gym: Studio, sign_in: Callable[..., PageClient]) -> None:
    owner = sign_in(Role.OWNER)
    owner.get("/start")
    assert owner.post("/start/nonsense/settled", data={}).status_code == 404
    for step in Step:
        owner.post(f"/start/{step}/settled", data={})
    assert owner.get("/start").location == "/settings"
    assert "/start" not in owner.get("/settings").get_data(as_text=True)
    owner.post("/start/line/open", data={})
    assert the_studio().skipped_steps == sorted(step.value for step in Step if step is not Step.LINE)
    assert "/start" in owner.get("/settings").get_data(as_text=True)


def test_the_pages_of_the_steps_lead_on(gym: Studio, sign_in: Callable[..., PageClient]) -> None:
    manager = sign_in(Role.MANAGER)
    page = manager.get("/money/settings").text
    assert 'class="start-strip"' in page, "money is set up outside the settings"
    assert strip(page) == ["/start/billing/settled", "/settings/opening-hours", "/start"]
    assert strip(manager.get("/settings/opening-hours").text) == [
        "/start/hours/settled",
        "/settings/special-days",
        "/start",
    ]
    assert strip(manager.get("/settings").text) == ["/settings/opening-hours", "/start"]
    assert strip(manager.get("/settings/trainers").text)[0] == "/settings/opening-hours", "this one is done"
    assert 'class="start-strip"' not in manager.get("/money").text


def test_an_account_that_trains_is_led_to_its_trainer(
    gym: Studio, sign_in: Callable[..., PageClient], now: datetime
) -> None:
    owner = sign_in(Role.OWNER)
    who = make_staff("coach@test.example", [Role.TRAINER], now=now)
    new = f"/settings/trainers/new?account={who.id}"
    for page in ("/settings/team", "/settings/trainers"):
        assert f'href="{new}"' in owner.get(page).text
    form = owner.get(new).text
    assert f'<option selected value="{who.id}">' in form
    sent = {"slug": "coach", "name_ja": "新 人", "name_en": "New", "staff_id": who.id, "is_public": "y"}
    answer = owner.post("/settings/trainers/new", data={"form_token": "t" * 20, "position": "0", **sent})
    made = db.session.scalars(select(Trainer).where(Trainer.slug == "coach")).one()
    assert (answer.location, made.staff_id) == (f"/settings/trainers/{made.id}/hours", who.id)
    assert 'value="2026-11-24"' in owner.get(answer.location).text, "they may begin today"
    assert f'href="{new}"' not in owner.get("/settings/team").text


def strip(page: str) -> list[str]:
    """Where the strip above a page leads."""
    inside = page.split('<div class="start-strip">')[1].split("</div>")[0]
    return re.findall(r'<(?:a|form)[^>]* (?:href|action)="([^"]+)"', inside)


def done(manager: PageClient) -> set[str]:
    """Where the steps that are ticked lead."""
    page = manager.get("/start").get_data(as_text=True)
    rows = page.split('<li class="start-row">')[1:]
    return {row.split('class="name" href="')[1].split('"')[0] for row in rows if "tone-matsu" in row}
