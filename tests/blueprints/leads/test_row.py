"""A line of the lead list: its next action is changed in place, and a lead may rest until a day."""

from collections.abc import Callable
from datetime import datetime, time, timedelta

import pytest

from backoffice.core.audit import Actor
from backoffice.core.clock import at_local, local_date
from backoffice.core.db import db, transaction
from backoffice.leads import actions
from backoffice.leads.lead_list import LeadFilters, lead_page, lead_row
from backoffice.leads.models import Lead
from backoffice.leads.stages import NEXT_ACTIONS
from backoffice.staff.models import Role
from backoffice.studio.models import Studio
from backoffice.todos.models import Todo
from backoffice.todos.queries import next_action_of
from blueprints.leads.forms import END_OF_DAY
from tests.blueprints.leads.test_lead_pages import make_lead, names_in
from tests.pages import PageClient

SignIn = Callable[..., PageClient]


@pytest.fixture
def lead(gym: Studio, by: Actor, now: datetime) -> Lead:
    return make_lead("佐藤 春香", gym, by=by, now=now)


def planned(lead_id: int) -> Todo:
    db.session.expire_all()
    todo = next_action_of(lead_id)
    assert todo is not None
    return todo


def test_the_line_is_changed_in_place(lead: Lead, gym: Studio, now: datetime, sign_in: SignIn) -> None:
    desk, lead_id = sign_in(Role.FRONT_DESK), lead.id
    form = desk.get(f"/leads/{lead_id}/row/form")
    assert form.text.count("<tr") == 1
    assert f'name="lead{lead_id}-title"' in form.text
    day = local_date(now, gym.zone) + timedelta(days=3)
    sent = {"title": "夜に電話", "day": day.isoformat(), "version": lead.version}
    line = desk.post(
        f"/leads/{lead_id}/row/next-action",
        data={f"lead{lead_id}-{key}": value for key, value in sent.items()},
    )
    assert line.status_code == 200
    assert names_in(line.text) == ["佐藤 春香"]
    assert "夜に電話" in line.text
    todo = planned(lead_id)
    assert (todo.title, todo.due_at) == ("夜に電話", at_local(day, END_OF_DAY, gym.zone))


def test_a_refusal_stays_in_the_line_and_changes_nothing(
    lead: Lead, gym: Studio, by: Actor, now: datetime, sign_in: SignIn
) -> None:
    desk, lead_id, opened = sign_in(Role.FRONT_DESK), lead.id, lead.version
    day = local_date(now, gym.zone).isoformat()

    def send(**sent: object) -> tuple[int, str]:
        answer = desk.post(
            f"/leads/{lead_id}/row/next-action",
            data={f"lead{lead_id}-{key}": value for key, value in sent.items()},
        )
        return answer.status_code, answer.text

    desk.get(f"/leads/{lead_id}/row/form")
    for sent in (
        {"title": "", "day": day},
        {"title": "x", "day": day, "parked": "y"},
        {"title": "x", "day": ""},
    ):
        status, text = send(version=opened, **sent)
        assert (status, text.count("<tr")) == (422, 1)
        assert "form-error" in text
    with transaction():
        actions.assign(lead, by.id, by=by, now=now)
    status, text = send(title="私の言葉", day=day, version=opened)
    assert status == 409
    assert "私の言葉" in text
    assert planned(lead_id).title == NEXT_ACTIONS[lead.stage].title  # type: ignore[index]
    assert send(title="私の言葉", day=day, version=opened + 1)[0] == 200
    assert planned(lead_id).owner_staff_id == by.id


def test_our_own_words_stay_ours_when_only_the_day_changes(
    lead: Lead, now: datetime, sign_in: SignIn
) -> None:
    desk, lead_id, ours = sign_in(Role.FRONT_DESK), lead.id, planned(lead.id).title
    shown = desk.get(f"/leads/{lead_id}/row/form").text
    title = shown.partition(f'name="lead{lead_id}-title"')[2].partition('value="')[2].partition('"')[0]
    assert title != ours
    sent = {"title": title, "day": "2030-01-10", "version": lead.version}
    desk.post(
        f"/leads/{lead_id}/row/next-action",
        data={f"lead{lead_id}-{key}": value for key, value in sent.items()},
    )
    assert planned(lead_id).title == ours


def test_a_resting_lead_is_named_found_and_awake_in_the_morning_of_its_day(
    lead: Lead, gym: Studio, by: Actor, now: datetime, sign_in: SignIn
) -> None:
    make_lead("目覚め", gym, by=by, now=now)
    day = local_date(now, gym.zone) + timedelta(days=2)
    with transaction():
        actions.set_next_action(
            lead, "電話", at_local(day, END_OF_DAY, gym.zone), parked=True, by=by, now=now
        )
    desk = sign_in(Role.FRONT_DESK)
    assert names_in(desk.get("/leads").text) == ["目覚め", "佐藤 春香"]
    resting = desk.get("/leads?parked=1").text
    assert names_in(resting) == ["佐藤 春香"]
    assert "お休み中</span>" in resting
    morning = at_local(day, time.min, gym.zone)
    asked = LeadFilters(studio_id=gym.id, zone=gym.zone, parked=True)
    assert [row.name for row in lead_page(asked, now=morning - timedelta(seconds=1))] == ["佐藤 春香"]
    assert lead_page(asked, now=morning) == []
    row = lead_row(gym.id, lead.id)
    assert row.is_parked(morning)
    assert not row.is_parked(morning + timedelta(days=1))


def test_a_new_lead_says_how_long_there_is_to_reply(
    lead: Lead, gym: Studio, by: Actor, now: datetime, sign_in: SignIn
) -> None:
    make_lead("昨日の客", gym, by=by, now=now, opened_at=now - timedelta(days=1))
    make_lead("大昔の客", gym, by=by, now=now, opened_at=now - timedelta(days=900))
    text = sign_in(Role.FRONT_DESK).get("/leads").text
    assert "返信まであと60分" in text
    assert text.count("時間超過</span>") == 1
    assert text.count("返信が大幅に遅れています</span>") == 1
    with transaction():
        actions.mark_replied(lead, by=by, now=now)
    assert "返信まで" not in sign_in(Role.FRONT_DESK, mail="second@test.example").get("/leads").text
