"""Many leads at once: the preview writes nothing, the button does it once, the result says lead by lead."""

import re
from collections.abc import Callable
from datetime import datetime

import pytest

from backoffice.core.audit import Actor
from backoffice.core.db import db, transaction
from backoffice.leads import actions
from backoffice.leads.bulk import MOST
from backoffice.leads.models import Lead, Stage
from backoffice.staff.models import Role
from backoffice.studio.models import Studio
from tests.blueprints.leads.test_lead_pages import make_lead, names_in
from tests.pages import PageClient
from tests.statements import statements

SignIn = Callable[..., PageClient]


@pytest.fixture
def ids(gym: Studio, by: Actor, now: datetime) -> list[int]:
    return [make_lead(f"客{number}", gym, by=by, now=now).id for number in range(3)]


def stages(ids: list[int]) -> list[str]:
    db.session.expire_all()
    return [db.session.get_one(Lead, lead_id).stage for lead_id in ids]


def hidden(text: str) -> dict[str, list[str]]:
    """What the form that makes the change carries."""
    form = text.partition('action="/leads/bulk/apply"')[2].partition("</form>")[0]
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'name="([^"]+)" value="([^"]*)"', form):
        fields.setdefault(name, []).append(value)
    return fields


def test_first_what_will_happen_then_once_then_what_came_of_it(
    ids: list[int], by: Actor, now: datetime, sign_in: SignIn
) -> None:
    desk = sign_in(Role.FRONT_DESK)
    assert 'name="lead"' in desk.get("/leads").text
    chosen = {"kind": "lost", "lead": ids[:2]}
    first = desk.post("/leads/bulk", data=chosen)
    assert sorted(names_in(first.text)) == ["客0", "客1"]
    assert "/leads/bulk/apply" not in first.text
    assert desk.post("/leads/bulk", data={**chosen, "asked": "1"}).status_code == 422
    preview = desk.post("/leads/bulk", data={**chosen, "asked": "1", "reason": "price"})
    assert sorted(names_in(preview.text)) == ["客0", "客1"]
    assert "料金が合わない" in preview.text
    assert stages(ids) == [Stage.NEW] * 3
    with transaction():
        actions.assign(db.session.get_one(Lead, ids[1]), by.id, by=by, now=now)
    sent = hidden(preview.text)
    done = desk.post("/leads/bulk/apply", data=sent)
    assert done.status_code == 200
    assert "ほかの人が" in done.text
    assert stages(ids) == [Stage.LOST, Stage.NEW, Stage.NEW]
    again = desk.post("/leads/bulk/apply", data=sent)
    assert (again.status_code, again.headers["Location"]) == (303, "/leads")


@pytest.mark.parametrize(
    ("kind", "values", "words"),
    [
        ("owner", {"owner": ""}, "変更はありません"),
        ("next", {"title": "夜に電話", "day": "2026-12-01"}, "夜に電話 · 12月1日(火) 18:00"),
    ],
)
def test_the_preview_says_what_happens_to_each(
    kind: str, values: dict[str, str], words: str, ids: list[int], sign_in: SignIn
) -> None:
    desk = sign_in(Role.FRONT_DESK)
    desk.get("/leads")
    preview = desk.post("/leads/bulk", data={"kind": kind, "lead": ids, "asked": "1", **values})
    assert preview.text.count(words) == 3


def test_nothing_chosen_or_too_many_leads_back(
    ids: list[int], gym: Studio, by: Actor, now: datetime, sign_in: SignIn
) -> None:
    desk = sign_in(Role.FRONT_DESK)
    desk.get("/leads")
    for data in (
        {"kind": "lost"},
        {"kind": "x", "lead": ids},
        {"kind": "lost", "lead": ["x", "0", "9" * 30]},
    ):
        for path in ("/leads/bulk", "/leads/bulk/apply"):
            assert desk.post(path, data=data).status_code == 303
    many = [make_lead(f"大勢{number}", gym, by=by, now=now).id for number in range(MOST + 1)]
    assert desk.post("/leads/bulk", data={"kind": "lost", "lead": many}).status_code == 303
    assert desk.post("/leads/bulk", data={"kind": "lost", "lead": many[:-1]}).status_code == 200


def test_the_preview_costs_the_same_for_many(gym: Studio, by: Actor, now: datetime, sign_in: SignIn) -> None:
    desk, costs = sign_in(Role.FRONT_DESK), []
    many = [make_lead(f"客{number}", gym, by=by, now=now).id for number in range(20)]
    desk.get("/leads")
    for number in (1, 1, 20):
        db.session.expunge_all()
        with statements() as sent:
            desk.post("/leads/bulk", data={"kind": "owner", "lead": many[:number], "asked": "1", "owner": ""})
        costs.append(len(sent))
    assert costs[1] == costs[2]


def test_who_may_only_look_has_no_boxes(ids: list[int], sign_in: SignIn) -> None:
    trainer = sign_in(Role.TRAINER)
    assert 'name="lead"' not in trainer.get("/leads").text
