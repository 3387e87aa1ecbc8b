"""The desk's work with leads: the list that says what comes next, and one page per lead."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from backoffice.core.audit import Actor
from backoffice.core.db import db, transaction
from backoffice.leads import actions, queries
from backoffice.leads.models import Lead, Stage
from backoffice.leads.queries import open_lead_of
from backoffice.people.actions import create_person
from backoffice.people.search import find_people
from backoffice.reports import person_page
from backoffice.staff.models import Role, Staff
from backoffice.studio.models import Studio
from backoffice.todos.queries import next_action_of
from tests.pages import PageClient
from tests.statements import statements

SignIn = Callable[..., PageClient]


def make_lead(name: str, gym: Studio, *, by: Actor, now: datetime, **known: object) -> Lead:
    with transaction():
        person = create_person(name=name, phones=["090-1234-5678"], by=by, now=now)
        values = {"source": "column", "article": "back-fat", **known}
        return actions.capture_lead(person, studio_id=gym.id, by=by, now=now, **values)  # type: ignore[arg-type]


@pytest.fixture
def lead(gym: Studio, by: Actor, now: datetime) -> Lead:
    return make_lead("佐藤 春香", gym, by=by, now=now, enquiry="背中の\nはみ肉", utm={"utm_source": "column"})


def names_in(text: str) -> list[str]:
    return [
        part.partition("<")[0].removesuffix(" 様")
        for part in text.split('class="name"')[1:]
        for part in [part.partition(">")[2]]
    ]


def test_the_longest_overdue_comes_first_and_pages_follow(
    gym: Studio, by: Actor, now: datetime, sign_in: SignIn
) -> None:
    for number in range(30):
        made = make_lead(f"客{number:02}", gym, by=by, now=now)
        with transaction():
            actions.set_next_action(made, "電話", now - timedelta(hours=number), by=by, now=now)
    desk = sign_in(Role.FRONT_DESK)
    first = desk.get("/leads")
    assert names_in(first.text)[:2] == ["客29", "客28"]
    after = first.text.partition("after=")[2].partition('"')[0].partition("&")[0]
    rest = desk.get(f"/leads?after={after}", headers={"HX-Request": "true"})
    assert names_in(first.text) + names_in(rest.text) == [f"客{number:02}" for number in reversed(range(30))]
    assert "<html" not in rest.text


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("", ["新規"]),
        ("?state=closed", ["見送り"]),
        ("?stage=LOST", ["見送り"]),
        ("?stage=NEW", ["新規"]),
        ("?stage=TRIALLED", []),
        ("?state=all", ["新規", "見送り"]),
        ("?source=google&state=all", ["見送り"]),
        ("?article=back-fat", ["新規"]),
        ("?owner=none", ["新規"]),
        ("?owner=me", []),
        ("?month=2026-11", ["新規"]),
        ("?month=2026-10&state=all", ["見送り"]),
        ("?overdue=1", []),
        ("?q=新規", ["新規"]),
        ("?q=5678&state=all", ["新規", "見送り"]),
        ("?stage=nonsense&month=2026-99&owner=x&after=1.x&state=y", ["新規"]),
    ],
)
def test_filters_live_in_the_address(
    address: str, found: list[str], gym: Studio, by: Actor, now: datetime, sign_in: SignIn
) -> None:
    make_lead("新規", gym, by=by, now=now)
    lost = make_lead(
        "見送り", gym, by=by, now=now, source="google", article="", opened_at=now - timedelta(days=30)
    )
    with transaction():
        actions.lose(lost, "price", by=by, now=now)
    assert sorted(names_in(sign_in(Role.FRONT_DESK).get(f"/leads{address}").text)) == sorted(found)


def test_the_list_costs_the_same_for_many_rows(
    gym: Studio, by: Actor, now: datetime, sign_in: SignIn
) -> None:
    desk, costs = sign_in(Role.FRONT_DESK), []
    for number in (1, 20):
        for each in range(number):
            make_lead(f"客{number}-{each}", gym, by=by, now=now)
        desk.get("/leads")
        with statements() as sent:
            assert desk.get("/leads").status_code == 200
        costs.append(len(sent))
    assert costs[0] == costs[1] <= 6


def test_the_page_of_a_lead(lead: Lead, sign_in: SignIn) -> None:
    page = sign_in(Role.FRONT_DESK).get(f"/leads/{lead.id}")
    for words in ("佐藤 春香", "背中の\nはみ肉", "back-fat", "utm_source", "090-1234-5678"):
        assert words in page.text


def test_contacted_lost_and_reopened(lead: Lead, sign_in: SignIn) -> None:
    desk = sign_in(Role.FRONT_DESK)
    desk.get(f"/leads/{lead.id}")
    address = f"/leads/{lead.id}"
    assert desk.post(f"{address}/reply", data={"version": lead.version}).status_code == 302
    assert queries.lead(lead.studio_id, lead.id).stage == Stage.CONTACTED
    refused = desk.post(f"{address}/loss", data={"version": lead.version, "note": "よく考えて"})
    assert refused.status_code == 422
    assert "よく考えて" in refused.text
    sent = {"version": queries.lead(lead.studio_id, lead.id).version, "reason": "price", "note": "また来年"}
    assert desk.post(f"{address}/loss", data=sent).status_code == 302
    assert queries.lead(lead.studio_id, lead.id).stage == Stage.LOST
    assert "また来年" in desk.get(f"/people/{lead.person_id}").text
    assert (
        desk.post(
            f"{address}/reopening", data={"version": queries.lead(lead.studio_id, lead.id).version}
        ).status_code
        == 302
    )
    assert queries.lead(lead.studio_id, lead.id).stage == Stage.CONTACTED


def test_the_next_action_is_changed_in_place(lead: Lead, sign_in: SignIn) -> None:
    desk = sign_in(Role.FRONT_DESK)
    desk.get(f"/leads/{lead.id}")
    sent = {"title": "夜に電話", "day": "2026-11-25", "clock": "19:30", "owner": "", "version": lead.version}
    assert desk.post(f"/leads/{lead.id}/next-action", data=sent).status_code == 302
    todo = next_action_of(lead.id)
    assert todo is not None
    assert (todo.title, todo.due_at.isoformat()) == ("夜に電話", "2026-11-25T10:30:00+00:00")
    for wrong in (
        {"title": ""},
        {"day": "2026-02-31"},
        {"clock": "99:99"},
        {"owner": "12345"},
        {"title": "x" * 300},
    ):
        answer = desk.post(f"/leads/{lead.id}/next-action", data={**sent, "title": "typed", **wrong})
        assert answer.status_code == 422, wrong
    stale = desk.post(f"/leads/{lead.id}/next-action", data={**sent, "title": "遅れて来た"})
    assert stale.status_code == 409
    assert "遅れて来た" in stale.text
    assert todo.title == "夜に電話"


def test_an_owner_is_given(lead: Lead, sign_in: SignIn, by: Actor) -> None:
    desk = sign_in(Role.FRONT_DESK)
    desk.get(f"/leads/{lead.id}")
    assert (
        desk.post(f"/leads/{lead.id}/owner", data={"owner": by.id, "version": lead.version}).status_code
        == 302
    )
    assert queries.lead(lead.studio_id, lead.id).owner_staff_id == by.id
    assert desk.post(f"/leads/{lead.id}/owner", data={"owner": "", "version": 1}).status_code == 409


def test_a_new_enquiry_sent_twice_is_one(gym: Studio, sign_in: SignIn) -> None:
    desk = sign_in(Role.FRONT_DESK)
    desk.get("/leads/new")
    sent = {
        "kana": "タナカ",
        "phone": "090-9999-8888",
        "source": "phone",
        "interest": "trial",
        "form_token": "t" * 24,
    }
    answers = [desk.post("/leads/new", data=dict(sent)) for _again in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0].location == answers[1].location
    (who,) = find_people("タナカ")
    lead = open_lead_of(who.id)
    assert lead is not None
    staff = db.session.get_one(Staff, lead.owner_staff_id)
    assert staff.roles == [Role.FRONT_DESK], "whoever took it looks after it"


def test_a_second_enquiry_of_somebody_already_here(lead: Lead, sign_in: SignIn) -> None:
    desk = sign_in(Role.FRONT_DESK)
    assert "佐藤 春香" in desk.get(f"/leads/new?person={lead.person_id}").text
    sent = {"person_id": lead.person_id, "source": "phone", "interest": "", "form_token": "t" * 24}
    assert desk.post("/leads/new", data=sent).status_code == 302
    assert len(person_page.enquiries(lead.person_id)) == 2


@pytest.mark.parametrize(
    "wrong",
    [{"name": "", "kana": ""}, {"phone": "090-12"}, {"mail": "x"}, {"source": "???"}, {"interest": "???"}],
)
def test_an_enquiry_that_cannot_be_kept_comes_back_as_typed(
    wrong: dict[str, str], gym: Studio, sign_in: SignIn
) -> None:
    desk = sign_in(Role.FRONT_DESK)
    desk.get("/leads/new")
    sent = {"name": "田中", "source": "phone", "interest": "", "enquiry": "夜がいい", "form_token": "t" * 24}
    answer = desk.post("/leads/new", data={**sent, **wrong})
    assert answer.status_code == 422
    assert "夜がいい" in answer.text
    assert find_people("") == []


def test_who_may_already_be_here_is_said_when_the_form_comes_back(lead: Lead, sign_in: SignIn) -> None:
    desk = sign_in(Role.FRONT_DESK)
    desk.get("/leads/new")
    sent = {"name": "佐藤春香", "phone": "x", "source": "phone", "interest": "", "form_token": "t" * 24}
    assert f"person={lead.person_id}" in desk.post("/leads/new", data=sent).text


def test_a_trainer_reads_leads_of_own_guests_and_changes_none(lead: Lead, sign_in: SignIn) -> None:
    trainer = sign_in(Role.TRAINER)
    assert "佐藤" not in trainer.get("/leads?state=all").text
    assert trainer.get(f"/leads/{lead.id}").status_code == 404
    assert trainer.post(f"/leads/{lead.id}/reply", data={"version": 1}).status_code == 403
    assert trainer.get("/leads/leads.csv").status_code == 403


def test_the_csv_holds_what_the_list_shows_and_is_recorded(
    lead: Lead, gym: Studio, by: Actor, now: datetime, sign_in: SignIn
) -> None:
    make_lead("=1+1", gym, by=by, now=now, interest="trial")
    content = sign_in(Role.MANAGER).get("/leads/leads.csv?source=column").text
    assert "佐藤 春香" in content
    assert "'=1+1" in content
    assert "体験トレーニング" in content, "not the code of a service"
    db.session.expire_all()
