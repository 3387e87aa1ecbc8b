"""One tap after a call, from the lead, from its line and from the person; a double tap is one call."""

import re
from collections.abc import Callable
from datetime import datetime

import pytest

from backoffice.core.audit import Actor
from backoffice.core.db import db
from backoffice.leads.models import Call, Lead
from backoffice.people.actions import add_contact
from backoffice.people.queries import person
from backoffice.staff.models import Role
from backoffice.studio.models import Studio
from tests.blueprints.leads.test_lead_pages import make_lead
from tests.pages import PageClient

SignIn = Callable[..., PageClient]


@pytest.fixture
def lead(gym: Studio, by: Actor, now: datetime) -> Lead:
    made = make_lead("佐藤 春香", gym, by=by, now=now)
    add_contact(person(made.person_id), phone="090-1111-2222", mail="", by=by, now=now)
    db.session.commit()
    return made


def tap(page: PageClient, html: str, outcome: str, **sent: str) -> str:
    """Press a button of the form on a page."""
    form = re.search(r'<form class="row-line calls"[^>]*action="([^"]+)".*?</form>', html, re.DOTALL)
    assert form is not None
    fields = dict(re.findall(r'name="(form_token|next)"[^>]*value="([^"]*)"', form.group(0)))
    data = {**fields, "outcome": outcome, **sent}
    page.post(form.group(1), data=data)
    return page.post(form.group(1), data=data, follow_redirects=True).text


@pytest.mark.parametrize("where", ["/leads/{lead}", "/leads/{lead}/row/form", "/people/{person}"])
def test_a_tap_is_one_call_and_can_be_taken_back(where: str, lead: Lead, sign_in: SignIn) -> None:
    desk, person_id = sign_in(Role.FRONT_DESK), lead.person_id
    desk.get(f"/leads/{lead.id}")
    html = desk.get(where.format(lead=lead.id, person=person_id)).text
    shown = tap(desk, html, "NO_ANSWER")
    assert "電話の結果を記録しました：不在" in shown
    calls = db.session.query(Call).all()
    assert [one.person_id for one in calls] == [person_id]
    desk.post(f"/leads/calls/{calls[0].id}/undo", data={})
    assert db.session.get_one(Call, calls[0].id, populate_existing=True).taken_back_at is not None


def test_a_made_up_result_is_refused(lead: Lead, sign_in: SignIn) -> None:
    desk = sign_in(Role.FRONT_DESK)
    shown = tap(desk, desk.get(f"/leads/{lead.id}").text, "MADE_UP")
    assert "結果を1つ選んでください" in shown
    assert db.session.query(Call).count() == 0


def test_a_trainer_has_no_such_buttons(lead: Lead, sign_in: SignIn) -> None:
    trainer = sign_in(Role.TRAINER)
    trainer.get("/today")
    assert trainer.post(f"/leads/calls/{lead.person_id}", data={"outcome": "NO_ANSWER"}).status_code == 403
