"""The team page: the owner invites, changes, suspends and restores, and can never lock the gym out of itself."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from backoffice.core.audit import SYSTEM, AuditLine
from backoffice.core.db import db
from backoffice.messaging.delivery import Delivery
from backoffice.messaging.models import Channel, Kind, Message, MessageState
from backoffice.providers import PROVIDERS
from backoffice.staff.actions import invite, invite_again
from backoffice.staff.models import Role, Staff, StaffState
from tests.far_ends.recording import RecordingChannel
from tests.gym import PASSWORD, make_staff
from tests.pages import PageClient

Clock = Callable[[datetime], None]


@pytest.fixture
def owner(desk: Staff, now: datetime) -> Staff:
    """The one owner."""
    return make_staff("owner@test.example", [Role.OWNER], now=now, name="京子")


@pytest.fixture
def office(client: PageClient, owner: Staff, with_channels: None, now: datetime) -> PageClient:
    """The owner's browser, in English, password just given."""
    client.enter(owner, now=now)
    client.set_cookie("language", "en")
    client.get("/settings/team/new")
    return client


def invitation(client: PageClient, **changes: object) -> dict[str, object]:
    """The fields of the invitation form."""
    page = client.get("/settings/team/new").text
    token = page.partition('name="form_token"')[2].partition('value="')[2].partition('"')[0]
    return {
        "name": "岡田",
        "mail": "Okada@Test.example",
        "roles": ["TRAINER"],
        "language": "ja",
        "form_token": token,
        **changes,
    }


def test_the_owner_invites_by_mail(office: PageClient) -> None:
    assert (
        office.post("/settings/team", data=invitation(office, roles=["TRAINER", "FRONT_DESK"])).status_code
        == 303
    )
    staff = db.session.query(Staff).filter_by(mail="okada@test.example").one()
    assert (staff.state, staff.roles) == (StaffState.INVITED, ["FRONT_DESK", "TRAINER"])
    message = db.session.query(Message).filter_by(kind=Kind.STAFF_INVITE, staff_id=staff.id).one()
    assert message.values == {}
    assert "岡田" in office.get("/settings/team").text


def test_a_double_click_invites_once(office: PageClient) -> None:
    form = invitation(office)
    assert office.post("/settings/team", data=dict(form)).status_code == 303
    assert office.post("/settings/team", data=dict(form)).status_code == 303
    assert db.session.query(Staff).filter_by(mail="okada@test.example").count() == 1
    assert db.session.query(Message).filter_by(kind=Kind.STAFF_INVITE).count() == 1


@pytest.mark.parametrize(
    "changes",
    [{"mail": "desk@test.example"}, {"mail": "not-an-address"}, {"mail": ""}, {"name": ""}, {"name": "x" * 101},
     {"name": "a\x00b"}, {"roles": []}, {"roles": ["KING"]}, {"language": "fr"}],
)  # fmt: skip
def test_bad_input_is_told_next_to_its_field_and_writes_nothing(
    office: PageClient, changes: dict[str, object]
) -> None:
    before = db.session.query(Staff).count()
    answer = office.post("/settings/team", data=invitation(office, **changes))
    assert answer.status_code == 422
    assert 'class="form-error"' in answer.text
    assert db.session.query(Staff).count() == before


def test_roles_work_from_the_next_click(office: PageClient, desk: Staff, now: datetime) -> None:
    elsewhere = office.application.test_client()
    elsewhere.enter(desk, now=now)
    assert elsewhere.get("/settings/audit").status_code == 403
    form = {
        "name": desk.name,
        "mail": desk.mail,
        "roles": ["FRONT_DESK", "MANAGER"],
        "language": "ja",
        "version": "1",
    }
    assert office.post(f"/settings/team/{desk.id}", data=form).status_code == 303
    assert elsewhere.get("/settings/audit").status_code == 200
    line = db.session.query(AuditLine).filter_by(action="staff.changed").one()
    assert (line.before, line.after) == ({"roles": ["FRONT_DESK"]}, {"roles": ["FRONT_DESK", "MANAGER"]})


def test_two_editors_one_wins_and_the_other_keeps_the_text(office: PageClient, desk: Staff) -> None:
    form = {"name": "先に保存", "mail": desk.mail, "roles": ["FRONT_DESK"], "language": "ja", "version": "1"}
    assert office.post(f"/settings/team/{desk.id}", data=dict(form)).status_code == 303
    late = office.post(f"/settings/team/{desk.id}", data={**form, "name": "後から保存"})
    assert late.status_code == 409
    assert "後から保存" in late.text
    assert desk.name == "先に保存"


def test_suspending_signs_out_at_once_and_restoring_brings_no_session_back(
    office: PageClient, desk: Staff, now: datetime
) -> None:
    elsewhere = office.application.test_client()
    elsewhere.enter(desk, now=now)
    assert elsewhere.get("/account").status_code == 200
    assert office.post(f"/settings/team/{desk.id}/suspension", data={}).status_code == 303
    assert elsewhere.get("/account").location.startswith("/sign-in")
    assert office.post(f"/settings/team/{desk.id}/restoration", data={}).status_code == 303
    assert elsewhere.get("/account").location.startswith("/sign-in")
    elsewhere.get("/sign-in")
    assert elsewhere.post("/sign-in", data={"email": desk.mail, "password": PASSWORD}).status_code == 303


def test_the_last_active_owner_stays(office: PageClient, owner: Staff) -> None:
    refused = office.post(f"/settings/team/{owner.id}/suspension", data={})
    assert refused.status_code == 422
    assert "only active owner" in refused.text
    form = {"name": "京子", "mail": owner.mail, "roles": ["MANAGER"], "language": "ja", "version": "1"}
    assert office.post(f"/settings/team/{owner.id}", data=form).status_code == 422
    assert (owner.state, owner.roles) == (StaffState.ACTIVE, ["OWNER"])


def test_an_owner_who_has_not_accepted_yet_does_not_count(
    office: PageClient, owner: Staff, now: datetime
) -> None:
    second = make_staff("second@test.example", [Role.OWNER], now=now)
    second.state = StaffState.INVITED
    db.session.commit()
    assert office.post(f"/settings/team/{owner.id}/suspension", data={}).status_code == 422
    second.state = StaffState.ACTIVE
    db.session.commit()
    assert office.post(f"/settings/team/{owner.id}/suspension", data={}).status_code == 303


def test_changing_the_team_needs_a_password_of_the_last_ten_minutes(
    office: PageClient, desk: Staff, now: datetime, at: Clock
) -> None:
    at(now + timedelta(minutes=10))
    assert office.get("/settings/team").status_code == 200
    wanted = f"/settings/team/{desk.id}"
    assert office.get(wanted).location == f"/confirm-password?next={wanted}"
    kept = office.post(f"{wanted}/suspension", data={"x": "1"}, headers={"Sec-Fetch-Site": "same-origin"})
    assert kept.status_code == 403
    assert "/confirm-password" in kept.text
    assert desk.state == StaffState.ACTIVE
    office.get(f"/confirm-password?next={wanted}")
    assert office.post("/confirm-password", data={"password": "wrong", "next": wanted}).status_code == 422
    assert office.post("/confirm-password", data={"password": PASSWORD, "next": wanted}).location == wanted
    assert office.get(wanted).status_code == 200


def test_inviting_again_is_for_those_without_a_password(
    office: PageClient, desk: Staff, at: Clock, now: datetime
) -> None:
    office.post("/settings/team", data=invitation(office))
    staff = db.session.query(Staff).filter_by(mail="okada@test.example").one()
    at(now + timedelta(minutes=2))
    assert office.post(f"/settings/team/{staff.id}/invitation", data={}).status_code == 303
    assert db.session.query(Message).filter_by(staff_id=staff.id).count() == 2
    assert office.post(f"/settings/team/{desk.id}/invitation", data={}).status_code == 409


@pytest.mark.parametrize(
    "path",
    ["/settings/team/999999", "/settings/team/999999/suspension", "/settings/team/99999999999999999999"],
)
def test_unknown_members_are_not_found(office: PageClient, path: str) -> None:
    assert office.post(path, data={}).status_code == 404


@pytest.fixture
def mailless(client: PageClient, owner: Staff, now: datetime) -> PageClient:
    """The owner's browser where no mail is set up."""
    client.enter(owner, now=now)
    client.set_cookie("language", "en")
    return client


def link_on(page: str) -> str:
    found = re.search(r'value="http://localhost(/invite/[^"]+)"', page)
    assert found is not None
    return found[1]


def test_without_mail_the_link_is_shown_once_to_be_handed_over(mailless: PageClient) -> None:
    assert "No mail is set up" in mailless.get("/settings/team").text
    assert "Make the link" in mailless.get("/settings/team/new").text
    form = invitation(mailless)
    shown = mailless.post("/settings/team", data=dict(form))
    link = link_on(shown.text)
    assert db.session.query(Message).filter_by(kind=Kind.STAFF_INVITE).count() == 0
    assert mailless.post("/settings/team", data=dict(form)).status_code == 303, (
        "a double click makes one account"
    )
    staff = db.session.query(Staff).filter_by(mail="okada@test.example").one()
    assert link not in mailless.get("/settings/team").text
    assert db.session.query(AuditLine).filter_by(action="staff.link_shown", subject_id=staff.id).count() == 1
    guest = mailless.application.test_client()
    assert guest.get(link).status_code == 200
    assert guest.get(link).status_code == 200, "opening it uses nothing up"
    again = link_on(mailless.post(f"/settings/team/{staff.id}/invitation", data={}).text)
    assert guest.get(link).status_code == 404, "a new link ends the one before"
    chosen = {"password": "a-long-enough-one-77", "again": "a-long-enough-one-77"}
    assert guest.post(again, data=chosen).status_code == 303
    assert guest.get(again).status_code == 404
    assert mailless.post(f"/settings/team/{staff.id}/invitation", data={}).status_code == 409


def test_an_invitation_that_was_not_sent_is_sent_by_inviting_again(owner: Staff, now: datetime) -> None:
    """Mail was set up later: what ended as not sent stays so, and a new one goes out."""
    staff = invite("okada@test.example", "岡田", ["TRAINER"], studio_id=owner.studio_id, by=SYSTEM, now=now)
    db.session.commit()
    Delivery({}, PROVIDERS).deliver_due(now)
    first = db.session.query(Message).filter_by(kind=Kind.STAFF_INVITE).one()
    assert first.state == MessageState.NOT_SENT
    invite_again(staff.id, by=SYSTEM, now=now + timedelta(hours=1))
    db.session.commit()
    mail = RecordingChannel()
    Delivery({Channel.MAIL: mail}, PROVIDERS).deliver_due(now + timedelta(hours=1))
    assert [one.address for one in mail.sent] == ["okada@test.example"]
