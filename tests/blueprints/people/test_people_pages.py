"""Pages of people: found by one box, opened by those who may, changed by one hand at a time."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from backoffice.bookings.actions import book
from backoffice.bookings.attendance import attend
from backoffice.bookings.guests import Guest
from backoffice.bookings.models import BookingChannel
from backoffice.bookings.queries import guests_of
from backoffice.core.audit import Actor
from backoffice.core.db import db, transaction
from backoffice.leads.actions import capture_lead
from backoffice.memberships.actions import Joining, join
from backoffice.memberships.freezing import FreezeTerms, freeze
from backoffice.memberships.queries import joined_with, plans
from backoffice.people import queries
from backoffice.people.actions import add_note, create_person
from backoffice.people.models import Person
from backoffice.reports.person_page import head
from backoffice.staff.models import Role, Staff
from backoffice.staff.trainers import trainers
from backoffice.studio.models import Studio
from backoffice.studio.queries import service_by_slug
from tests.pages import PageClient
from tests.statements import statements

SignIn = Callable[..., PageClient]


@pytest.fixture
def haruka(gym: Studio, by: Actor, now: datetime) -> Person:
    person = create_person(
        name="渡邊 晴香",
        kana="ワタナベ ハルカ",
        phones=["090-1234-5678"],
        mails=["hana@example.jp"],
        by=by,
        now=now,
    )
    db.session.commit()
    return person


def form_of(person: Person, **changes: str) -> dict[str, str]:
    values = {
        "name": person.name,
        "kana": person.kana,
        "former_name": "",
        "phone": "090-1234-5678",
        "mail": "hana@example.jp",
        "language": "ja",
        "gender": "",
        "version": str(person.version),
    }
    return {**values, **changes}


@pytest.mark.parametrize("query", ["渡辺", "わたなべ", "haruka watanabe", "5678", "hana@"])
def test_one_box_finds_a_person(query: str, haruka: Person, sign_in: SignIn) -> None:
    desk = sign_in(Role.FRONT_DESK)
    assert f"/people/{haruka.id}" in desk.get("/people", query_string={"q": query}).text
    assert f"/people/{haruka.id}" in desk.post("/people/suggest", data={"q": query}).text


@pytest.mark.parametrize("query", ["", "誰もいない", "%", "あ" * 2_000])
def test_a_strange_query_shows_a_page(query: str, haruka: Person, sign_in: SignIn) -> None:
    desk = sign_in(Role.FRONT_DESK)
    assert desk.get("/people", query_string={"q": query, "after": query}).status_code == 200
    for address in ("/people/suggest", "/people/maybe"):
        assert desk.post(address, data={"q": query, "name": query}).status_code == 200


def test_pages_of_the_list_follow_each_other(gym: Studio, by: Actor, now: datetime, sign_in: SignIn) -> None:
    for number in range(30):
        create_person(name=f"森{number}", by=by, now=now)
    db.session.commit()
    desk = sign_in(Role.FRONT_DESK)
    first = desk.get("/people?q=森").text
    assert first.count('class="name"') == 25
    after = first.partition("after=")[2].partition('"')[0]
    assert desk.get(f"/people?q=森&after={after}").text.count('class="name"') == 5


def test_maybe_already_here_says_why(haruka: Person, sign_in: SignIn) -> None:
    desk = sign_in(Role.FRONT_DESK)
    desk.get("/leads/new")
    found = desk.post("/people/maybe", data={"name": "渡辺太一", "phone": "09012345678"})
    assert f"person={haruka.id}" in found.text
    assert "same phone" in found.text or "電話番号が同じ" in found.text


def test_the_page_of_a_person_and_each_of_its_sides(
    haruka: Person, sign_in: SignIn, by: Actor, now: datetime, gym: Studio
) -> None:
    capture_lead(haruka, studio_id=gym.id, source="web", by=by, now=now)
    add_note(haruka.id, "夜を希望\n<script>", by=by, now=now)
    db.session.commit()
    manager = sign_in(Role.MANAGER)
    with statements() as sent:
        page = manager.get(f"/people/{haruka.id}")
    assert len(sent) <= 12
    assert "090-1234-5678" in page.text
    assert "夜を希望" in page.text
    assert "<script>\n" not in page.text
    for side in ("timeline", "messages", "consents", "changes"):
        with statements() as sent:
            part = manager.get(f"/people/{haruka.id}/{side}", headers={"HX-Request": "true"})
        assert part.status_code == 200
        assert "<html" not in part.text
        assert len(sent) <= 6, (side, sent)
        assert manager.get(f"/people/{haruka.id}/{side}").status_code == 200
    assert manager.get(f"/people/{haruka.id}/secrets").status_code == 404
    assert manager.get("/people/999999").status_code == 404


def test_only_those_who_may_audit_see_the_changes(haruka: Person, sign_in: SignIn) -> None:
    assert sign_in(Role.FRONT_DESK).get(f"/people/{haruka.id}/changes").status_code == 404


def test_a_trainer_opens_own_guests_only(haruka: Person, sign_in: SignIn) -> None:
    trainer = sign_in(Role.TRAINER)
    for address in (f"/people/{haruka.id}", f"/people/{haruka.id}/timeline"):
        answer = trainer.get(address)
        assert answer.status_code == 404
        assert "5678" not in answer.text
    assert trainer.post(f"/people/{haruka.id}/notes", data={"body": "x"}).status_code == 404
    assert "渡邊" not in trainer.get("/people?q=渡辺").text
    trainer.get("/people")
    assert "渡邊" not in trainer.post("/people/suggest", data={"q": "渡辺"}).text


def test_editing_a_person(haruka: Person, sign_in: SignIn) -> None:
    desk = sign_in(Role.FRONT_DESK)
    desk.get(f"/people/{haruka.id}/edit")
    answer = desk.post(
        f"/people/{haruka.id}/edit",
        data=form_of(haruka, name="大野 晴香", former_name="渡邊", phone="075-111-2222\n\n090-1234-5678"),
    )
    assert answer.status_code == 302
    person = queries.person(haruka.id)
    assert (person.name, person.former_name) == ("大野 晴香", "渡邊")
    assert {phone.e164 for phone in person.phones} == {"+819012345678", "+81751112222"}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"phone": "090-12"}, "090-12"),
        ({"mail": "not-an-address"}, "not-an-address"),
        ({"kana": "佐藤"}, "佐藤"),
        ({"name": "", "kana": ""}, ""),
        ({"name": "x" * 200}, "x" * 200),
        ({"language": "fr"}, ""),
    ],
)
def test_what_cannot_be_kept_comes_back_as_typed(
    changes: dict[str, str], message: str, haruka: Person, sign_in: SignIn
) -> None:
    desk = sign_in(Role.FRONT_DESK)
    desk.get(f"/people/{haruka.id}/edit")
    answer = desk.post(f"/people/{haruka.id}/edit", data=form_of(haruka, former_name="typed", **changes))
    assert answer.status_code == 422
    assert "typed" in answer.text
    assert message in answer.text
    assert queries.person(haruka.id).former_name == ""


def test_two_who_edit_one_person_do_not_overwrite_each_other(haruka: Person, sign_in: SignIn) -> None:
    desk = sign_in(Role.FRONT_DESK)
    desk.get(f"/people/{haruka.id}/edit")
    opened = form_of(haruka)
    assert desk.post(f"/people/{haruka.id}/edit", data={**opened, "name": "大野 晴香"}).status_code == 302
    late = desk.post(f"/people/{haruka.id}/edit", data={**opened, "name": "小野 晴香"})
    assert late.status_code == 409
    assert "小野 晴香" in late.text
    assert queries.person(haruka.id).name == "大野 晴香"
    now_open = re.search(r'name="version"[^>]*value="(\d+)"', late.text)
    assert now_open is not None
    again = desk.post(
        f"/people/{haruka.id}/edit", data={**opened, "name": "小野 晴香", "version": now_open[1]}
    )
    assert again.status_code == 302
    assert queries.person(haruka.id).name == "小野 晴香"


def test_a_note_sent_twice_is_one_note(haruka: Person, sign_in: SignIn) -> None:
    desk = sign_in(Role.FRONT_DESK)
    desk.get(f"/people/{haruka.id}")
    sent = {"body": "夜を希望", "form_token": "t" * 24}
    for _again in range(2):
        assert desk.post(f"/people/{haruka.id}/notes", data=dict(sent)).status_code == 302
    assert [note.body for note in queries.notes(haruka.id)] == ["夜を希望"]
    empty = desk.post(f"/people/{haruka.id}/notes", data={"body": " ", "form_token": "u" * 24})
    assert empty.status_code == 422


def test_the_number_of_statements_does_not_grow_with_the_rows(
    gym: Studio, by: Actor, now: datetime, sign_in: SignIn
) -> None:
    desk = sign_in(Role.FRONT_DESK)
    costs = []
    for number in (1, 20):
        with transaction():
            for each in range(number):
                person = create_person(name=f"森{number}-{each}", phones=["090-1234-5678"], by=by, now=now)
                capture_lead(person, studio_id=gym.id, source="web", by=by, now=now)
        desk.get("/people")
        with statements() as sent:
            desk.get("/people?q=森")
        costs.append(len(sent))
    assert costs[0] == costs[1] <= 6


@pytest.mark.parametrize("number", ["0", "99999999999999999999999"])
def test_a_number_no_row_can_have_is_not_found(number: str, sign_in: SignIn) -> None:
    desk = sign_in(Role.FRONT_DESK)
    for address in (
        f"/people/{number}",
        f"/people/{number}/edit",
        f"/people/{number}/timeline",
        f"/leads/{number}",
    ):
        assert desk.get(address).status_code == 404
    assert desk.get(f"/leads/new?person={number}").status_code in {200, 404}
    assert desk.post("/leads/new", data={"person_id": number, "source": "phone"}).status_code in {404, 422}


def test_a_visit_is_past_when_it_is_over_or_marked(
    haruka: Person, gym: Studio, sign_in: SignIn, by: Actor, now: datetime, at: Callable[[datetime], None]
) -> None:
    desk, starts_at = sign_in(Role.FRONT_DESK), now + timedelta(hours=4)
    with transaction():
        one = book(
            studio=gym,
            service=service_by_slug(gym.id, "trial"),
            trainer_id=trainers(gym.id)[0].id,
            starts_at=starts_at,
            participants=[Guest(haruka)],
            channel=BookingChannel.PHONE,
            by=by,
            now=now,
        )

    def past() -> bool:
        ahead, behind = desk.get(f"/people/{haruka.id}").text.split("過去の予約")
        assert (f"/bookings/{one.id}" in ahead) != (f"/bookings/{one.id}" in behind)
        return f"/bookings/{one.id}" in behind

    at(starts_at + timedelta(minutes=59))
    assert not past(), "they are in the gym"
    at(starts_at + timedelta(minutes=60))
    assert past()
    at(starts_at - timedelta(minutes=5))
    assert not past()
    with transaction():
        attend(guests_of(one.id)[0], by=by, now=starts_at - timedelta(minutes=5))
    assert past(), "written down early"


def test_a_trainer_opens_the_page_of_a_guest(
    haruka: Person, gym: Studio, sign_in: SignIn, by: Actor, now: datetime
) -> None:
    client = sign_in(Role.TRAINER)
    trainer = trainers(gym.id)[0]
    trainer.staff_id = db.session.scalars(
        select(Staff.id).where(Staff.roles.contains([Role.TRAINER.value]))
    ).one()
    with transaction():
        own, other = [
            book(
                studio=gym,
                service=service_by_slug(gym.id, "trial"),
                trainer_id=one.id,
                starts_at=now + timedelta(days=1, hours=4 * number),
                participants=[Guest(haruka)],
                channel=BookingChannel.PHONE,
                by=by,
                now=now,
            )
            for number, one in enumerate(trainers(gym.id))
        ]
    page = client.get(f"/people/{haruka.id}")
    assert page.status_code == 200
    assert f"/bookings/{own.id}" in page.text
    assert f"/bookings/{other.id}" not in page.text, "it would be refused"
    assert f"/people/{haruka.id}" in client.post("/people/suggest", data={"q": "watanabe"}).text
    assert "渡邊" in client.get("/leads").text
    timeline = client.get(f"/people/{haruka.id}/timeline").text
    assert "体験トレーニング" in timeline or "Trial" in timeline
    assert f"/bookings/{own.id}" in timeline
    assert f"/bookings/{other.id}" not in timeline
    told = client.get(f"/people/{haruka.id}/messages")
    assert told.status_code == 200
    assert 'href="/messages/' not in told.text
    assert f"/bookings/{own.id}" in told.text
    assert f'href="/bookings/{other.id}"' not in told.text
    assert 'href="/messages/' in sign_in(Role.FRONT_DESK).get(f"/people/{haruka.id}/messages").text


def test_the_head_shows_the_freeze_somebody_is_in_else_the_next(
    gym: Studio, haruka: Person, sign_in: SignIn, by: Actor, now: datetime
) -> None:
    with transaction():
        plan = next(one for one in plans(gym.id) if one.is_monthly)
        joining = Joining(plan.id, date(2026, 6, 15), None)
        client = join(haruka, joining, studio_id=gym.id, lead=None, by=by, now=now)
        membership = joined_with(client.id)
        for first, last in ((date(2027, 3, 1), date(2027, 3, 31)), (date(2026, 12, 15), date(2027, 1, 14))):
            terms = FreezeTerms(first, last, 0)
            freeze(membership.id, terms, studio=gym, waiver="試験", by=by, now=now)
    begins = [
        head(haruka.id, today=day).freeze_from
        for day in (date(2026, 11, 24), date(2027, 1, 14), date(2027, 1, 15), date(2027, 4, 1))
    ]
    assert begins == [date(2026, 12, 15), date(2026, 12, 15), date(2027, 3, 1), None]
    page = sign_in(Role.FRONT_DESK).open(f"/people/{haruka.id}").text
    assert re.findall(r"<strong>\s*休会 (\S+)\s*</strong>", page) == ["12月15日(火)〜2027年1月14日(木)"]
