"""A manager tries a playbook dry, switches it on, changes a step; the desk stops it for one person."""

import re
from collections.abc import Callable
from datetime import datetime, time

import pytest
from sqlalchemy import select

from backoffice.core.audit import SYSTEM
from backoffice.core.db import db, transaction
from backoffice.leads.actions import advance, capture_lead
from backoffice.leads.models import Stage
from backoffice.messaging.models import Channel, Kind, Message, MessageRoad, MessageState
from backoffice.people.actions import create_person, record_consent
from backoffice.people.models import Person, Purpose
from backoffice.playbooks.models import Entry, Playbook, PlaybookRun, PlaybookStep
from backoffice.staff.models import Role
from backoffice.studio.models import Studio
from tests.pages import PageClient

SignIn = Callable[..., PageClient]


@pytest.fixture
def after_trial(gym: Studio, now: datetime) -> int:
    """The playbook of those who have not joined, off, with somebody it is for."""
    with transaction():
        row = db.session.scalars(select(Playbook).where(Playbook.entry == Entry.TRIALLED)).one()
        row.is_on = False
        person = create_person(name="山田 花子", mails=["hanako@example.jp"], by=SYSTEM, now=now)
        record_consent(
            person.id, Purpose.FOLLOW_UP, True, wording="v1", language="ja", source="test", by=SYSTEM, now=now
        )
        lead = capture_lead(person, studio_id=gym.id, source="web", by=SYSTEM, now=now)
        advance(lead, Stage.TRIALLED, by=SYSTEM, now=now)
    return row.id


def message() -> Message:
    query = select(Message).where(Message.run_id.is_not(None))
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def page(client: PageClient, playbook_id: int) -> str:
    return client.get(f"/settings/playbooks/{playbook_id}").text


def test_tried_dry_then_on_and_what_waits_moves_with_its_step(
    after_trial: int, sign_in: SignIn, now: datetime
) -> None:
    manager = sign_in(Role.MANAGER)
    before = page(manager, after_trial)
    assert "今オンにした場合" in before
    assert "山田 花子" in before
    assert db.session.scalars(select(PlaybookRun)).all() == []
    assert manager.post(f"/settings/playbooks/{after_trial}/on", data={}).status_code == 303
    planned = message().send_at
    assert "現在の対象者" in page(manager, after_trial)
    step = db.session.scalars(select(PlaybookStep).where(PlaybookStep.playbook_id == after_trial)).one()
    moved = manager.post(
        f"/settings/playbook-steps/{step.id}", data={"days": "5", "at": "15:30", "version": str(step.version)}
    )
    assert moved.status_code == 303
    told = page(manager, after_trial)
    assert "送信待ちの1件の日時を変更しました：山田 花子" in told
    assert message().send_at > planned
    why = manager.get(f"/messages/{message().id}").text
    assert "体験後（入会前）" in why


def test_the_desk_stops_it_for_one_person(after_trial: int, sign_in: SignIn) -> None:
    manager = sign_in(Role.MANAGER)
    page(manager, after_trial)
    manager.post(f"/settings/playbooks/{after_trial}/on", data={})
    desk, run = sign_in(Role.FRONT_DESK), db.session.scalars(select(PlaybookRun)).one()
    tab = desk.get(f"/people/{run.person_id}/messages").text
    assert f"/playbook-runs/{run.id}/stopping" in tab
    assert desk.post(f"/playbook-runs/{run.id}/stopping", data={}).status_code == 303
    assert message().state == MessageState.CANCELLED
    assert f"/playbook-runs/{run.id}/stopping" not in desk.get(f"/people/{run.person_id}/messages").text
    assert desk.get(f"/settings/playbooks/{after_trial}").status_code == 403


def test_steps_are_added_once_and_taken_out(after_trial: int, sign_in: SignIn, now: datetime) -> None:
    manager = sign_in(Role.MANAGER)
    token = re.findall(r'name="form_token"[^>]*value="([^"]*)"', page(manager, after_trial))[0]
    typed = {"form_token": token, "days": "10", "at": "12:00", "what": "task", "task": "お電話する"}
    for _twice in range(2):
        assert manager.post(f"/settings/playbooks/{after_trial}/steps", data=dict(typed)).status_code == 303
    steps = db.session.scalars(select(PlaybookStep).where(PlaybookStep.task == "お電話する")).all()
    assert [(one.days, one.at) for one in steps] == [(10, time(12))]
    late = {**typed, "at": "23:00", "form_token": token[::-1]}
    wrong = manager.post(f"/settings/playbooks/{after_trial}/steps", data=late)
    assert wrong.status_code == 422
    assert "送信を控える時間帯です" in wrong.text
    assert manager.post(f"/settings/playbook-steps/{steps[0].id}/removal", data={}).status_code == 303
    assert "お電話する" not in page(manager, after_trial)


def test_two_managers_do_not_overwrite_each_other(after_trial: int, sign_in: SignIn) -> None:
    manager = sign_in(Role.MANAGER)
    version = re.findall(r'name="version"[^>]*value="(\d+)"', page(manager, after_trial))[-1]
    first = {"name_ja": "体験のあと", "name_en": "After", "stops": ["JOINED"], "version": version}
    path = f"/settings/playbooks/{after_trial}"
    assert manager.post(path, data=dict(first)).status_code == 303
    second = manager.post(path, data={**first, "name_ja": "もう一つの名前"})
    assert second.status_code == 409
    assert "もう一つの名前" in second.text
    row = db.session.get_one(Playbook, after_trial, populate_existing=True)
    assert (row.name_ja, row.stops) == ("体験のあと", ["JOINED"])


def test_an_own_playbook_begins_empty_and_off(gym: Studio, sign_in: SignIn) -> None:
    manager = sign_in(Role.MANAGER)
    token = re.findall(r'name="form_token"[^>]*value="([^"]*)"', manager.get("/settings/playbooks").text)[0]
    made = manager.post(
        "/settings/playbooks",
        data={"form_token": token, "entry": "QUIET", "name_ja": "三週間", "name_en": ""},
    )
    assert made.status_code == 303
    opened = manager.get(made.location).text
    assert "ステップはまだありません" in opened
    assert "オンにする" not in opened


def test_put_away_only_when_off(after_trial: int, sign_in: SignIn) -> None:
    manager = sign_in(Role.MANAGER)
    page(manager, after_trial)
    manager.post(f"/settings/playbooks/{after_trial}/on", data={})
    manager.post(f"/settings/playbooks/{after_trial}/archive", data={})
    assert "先に自動フォローをオフにしてください" in page(manager, after_trial)
    manager.post(f"/settings/playbooks/{after_trial}/off", data={})
    manager.post(f"/settings/playbooks/{after_trial}/archive", data={})
    assert "体験後（入会前）" not in manager.get("/settings/playbooks").text


def test_the_person_page_still_opens(after_trial: int, sign_in: SignIn) -> None:
    person = db.session.scalars(select(Person).where(Person.name == "山田 花子")).one()
    assert sign_in(Role.FRONT_DESK).get(f"/people/{person.id}/messages").status_code == 200


def test_before_it_is_on_it_says_how_its_messages_would_arrive(
    after_trial: int, sign_in: SignIn, with_channels: None, gym: Studio, now: datetime
) -> None:
    with transaction():
        db.session.add(MessageRoad(studio_id=gym.id, kind=Kind.AFTER_TRIAL, channel=Channel.LINE))
    html = page(sign_in(Role.MANAGER), after_trial)
    assert "1通はLINEでなくメールになります" in html
    assert "LINE未連携" in html
