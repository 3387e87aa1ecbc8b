"""Joining again in the browser: by the papers and by the sale in three steps; old tickets are shown and decided."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from backoffice.clients.models import Client
from backoffice.core.audit import SYSTEM
from backoffice.core.db import db
from backoffice.core.submissions import new_token
from backoffice.joining.models import JoiningPaper
from backoffice.memberships.leaving import LeavingTerms, leave
from backoffice.memberships.models import LeavingReason, Membership
from backoffice.memberships.queries import plans
from backoffice.staff.models import Role
from backoffice.staff.trainers import trainers
from backoffice.studio.models import Studio
from backoffice.tickets.models import TicketEntry
from tests.backoffice.billing.test_unused import a_client, a_plan, buy
from tests.pages import PageClient


@pytest.fixture
def former(gym: Studio, now: datetime) -> Client:
    """Somebody who left yesterday with four tickets of a pack."""
    before = now - timedelta(days=20)
    client = a_client(gym, before)
    buy(gym, client, a_plan(gym), before, paid=None)
    yesterday = now - timedelta(days=1)
    terms = LeavingTerms(yesterday.date(), LeavingReason.TIME)
    leave(client.id, terms, studio=gym, waiver="検査", by=SYSTEM, now=yesterday)
    db.session.commit()
    return client


def agreed(gym: Studio) -> dict[str, object]:
    return {
        "form_token": new_token(), "plan_id": plans(gym.id)[0].id, "starts_on": "2026-11-24",
        "main_trainer_id": trainers(gym.id)[0].id, "joining_fee_yen": "0",
    }  # fmt: skip


def test_by_the_papers(gym: Studio, former: Client, sign_in: Callable[..., PageClient]) -> None:
    desk = sign_in(Role.FRONT_DESK)
    person, number = former.person_id, former.member_number
    assert "再入会" in desk.open(f"/people/{person}").text
    assert f"/joining?person={person}" in desk.open(f"/people/{person}/membership").text
    assert "再入会です" in desk.open(f"/joining?person={person}").text
    begun = desk.post(f"/joining?person={person}", data=agreed(gym))
    assert begun.status_code == 303
    page = desk.open(begun.location).text
    assert "以前の回数券が4回分残っています" in page
    paper = db.session.query(JoiningPaper).one()
    typed = {"version": paper.version, "is_on_paper": "y", "is_complete": "y"}
    undecided = desk.post(f"/joining/{paper.id}/member", data=typed | {"form_token": new_token()})
    assert undecided.status_code == 422
    token = new_token()
    for _ in range(2):  # sent twice
        done = desk.post(
            f"/joining/{paper.id}/member", data=typed | {"form_token": token, "old_tickets": "END"}
        )
        assert done.status_code == 303
    client = db.session.query(Client).one()
    assert (client.member_number, client.left_on) == (number, None)
    assert db.session.query(TicketEntry).filter_by(kind="ADJUST").one().free == -4
    assert db.session.query(Membership).count() == 2
    shown = desk.open(f"/people/{person}/membership").text
    assert "在籍" in shown
    assert f"会員 {number}" in desk.open(f"/people/{person}").text
    assert desk.get(f"/joining?person={person}").status_code == 302


def test_by_a_sale_in_three_steps(gym: Studio, former: Client, sign_in: Callable[..., PageClient]) -> None:
    desk = sign_in(Role.FRONT_DESK)
    address = f"/people/{former.person_id}/tickets/sale"
    desk.open(address)
    typed = {"plan_id": plans(gym.id)[0].id, "starts_on": "2026-11-24", "form_token": new_token()}
    early = desk.post(address, data=typed | {"starts_on": "2026-11-23"})
    assert early.status_code == 422
    preview = desk.post(address, data=typed).get_data(as_text=True)
    assert "再入会です" in preview
    assert "以前の回数券が4回分残っています" in preview
    undecided = desk.post(address, data=typed | {"looked_at": "1"})
    assert undecided.status_code == 422
    assert "以前の回数券をどうするか" in undecided.get_data(as_text=True)
    for _ in range(2):
        sold = desk.post(address, data=typed | {"looked_at": "1", "old_tickets": "KEEP"})
        assert sold.status_code == 303
    assert db.session.query(Client).one().left_on is None
    assert db.session.query(Membership).count() == 2
    assert db.session.query(TicketEntry).filter_by(kind="ADJUST").count() == 0
    next_sale = desk.post(address, data=typed | {"form_token": new_token()}).get_data(as_text=True)
    assert "再入会です" not in next_sale
