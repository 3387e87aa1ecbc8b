"""The board as a page, and what the server answers to a moved card."""

from collections.abc import Callable
from datetime import datetime

import pytest

from backoffice.core.audit import Actor
from backoffice.core.db import db
from backoffice.leads.models import Lead, Stage
from backoffice.staff.models import Role
from backoffice.studio.models import Studio
from tests.blueprints.leads.test_lead_pages import make_lead, names_in
from tests.pages import PageClient
from tests.statements import statements

SignIn = Callable[..., PageClient]
JSON = {"Accept": "application/json"}


@pytest.fixture
def lead(gym: Studio, by: Actor, now: datetime) -> Lead:
    return make_lead("佐藤 春香", gym, by=by, now=now)


def test_the_board_narrows_like_the_list_and_costs_the_same_for_many(
    lead: Lead, gym: Studio, by: Actor, now: datetime, sign_in: SignIn
) -> None:
    desk = sign_in(Role.FRONT_DESK)
    assert names_in(desk.get("/leads/board").text) == ["佐藤 春香"]
    assert names_in(desk.get("/leads/board?stage=LOST&state=closed").text) == ["佐藤 春香"]
    assert names_in(desk.get("/leads/board?source=google").text) == []
    costs = []
    for number in (1, 40):
        for each in range(number):
            make_lead(f"客{number}-{each}", gym, by=by, now=now)
        with statements() as sent:
            text = desk.get("/leads/board").text
        costs.append(len(sent))
    assert costs[0] == costs[1] <= 6
    assert "42件すべてを一覧で" in text


def test_a_moved_card_comes_back_as_it_is_then(lead: Lead, sign_in: SignIn) -> None:
    desk, lead_id, opened = sign_in(Role.FRONT_DESK), lead.id, lead.version
    desk.get("/leads/board")

    def send(to: str, version: object = opened, **more: str) -> tuple[int, dict[str, str]]:
        answer = desk.post(
            f"/leads/{lead_id}/stage", data={"to": to, "version": version, **more}, headers=JSON
        )
        return answer.status_code, answer.get_json()

    for to, version in (
        ("TRIALLED", opened),
        ("JOINED", opened),
        ("LOST", opened),
        ("x", opened),
        ("CONTACTED", "x"),
    ):
        status, told = send(to, version)
        assert status == 422
        assert told["error"]
    status, told = send("CONTACTED")
    assert status == 200
    assert 'data-moves="COUNSELLED LOST"' in told["card"]
    assert send("COUNSELLED")[0] == 409
    db.session.expire_all()
    moved = db.session.get_one(Lead, lead_id)
    assert moved.stage == Stage.CONTACTED
    status, told = send("LOST", moved.version, reason="price")
    assert (status, told["card"]) == (200, "")


def test_who_may_only_look_moves_nothing(lead: Lead, sign_in: SignIn) -> None:
    text = sign_in(Role.TRAINER).get("/leads/board").text
    assert "data-board " not in text
    assert "board.js" not in text
