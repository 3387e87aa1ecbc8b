"""Looked at side by side, merged with an undo in the toast, remembered as two; old addresses lead to who is left."""

from datetime import datetime

import pytest
from sqlalchemy import select

from backoffice.clients.models import Client
from backoffice.core.audit import SYSTEM
from backoffice.core.db import db
from backoffice.merging.actions import merge as merge_people
from backoffice.merging.models import PersonMerge, PersonPairApart
from backoffice.people.models import Person
from backoffice.staff.models import Role, Staff, Trainer
from backoffice.studio.models import Studio
from tests.blueprints.bookings.front_desk import TODAY, TOMORROW, guest, visit
from tests.pages import PageClient


@pytest.fixture
def at_desk(gym: Studio, sign_in: object) -> PageClient:
    """The front desk's browser."""
    return sign_in(Role.FRONT_DESK)  # type: ignore[operator, no-any-return]


@pytest.fixture
def pair(now: datetime) -> tuple[Person, Person]:
    """One human in two rows."""
    return guest("山田 花子", now=now), guest("山田 華子", mail="hana@x.example", now=now)


def test_from_the_likeness_to_one_person_and_back(at_desk: PageClient, pair: tuple[Person, Person]) -> None:
    kept, other = pair
    page = at_desk.get(f"/people/{kept.id}/duplicates").get_data(as_text=True)
    assert "山田 華子 様" in page
    page = at_desk.get(f"/people/{kept.id}/merge/{other.id}").get_data(as_text=True)
    assert 'name="name" value="kept" checked' in page
    answer = at_desk.post(f"/people/{kept.id}/merge/{other.id}", data={"name": "dropped"})
    assert answer.location == f"/people/{kept.id}"
    db.session.expire_all()
    assert (kept.name, kept.former_name) == ("山田 華子", "山田 花子")
    assert at_desk.get(f"/people/{other.id}").location == f"/people/{kept.id}"
    merge = db.session.scalars(select(PersonMerge)).one()
    page = at_desk.get(f"/people/{kept.id}/duplicates").get_data(as_text=True)
    assert f"/people/merges/{merge.id}/undo" in page
    for _ in range(2):
        assert at_desk.post(f"/people/merges/{merge.id}/undo", data={}).status_code == 303
    db.session.expire_all()
    assert (kept.name, other.archived_at) == ("山田 花子", None)
    assert at_desk.get(f"/people/{other.id}").status_code == 200


def test_two_bookings_at_one_time_are_shown_and_refused(
    gym: Studio, at_desk: PageClient, pair: tuple[Person, Person], now: datetime
) -> None:
    kept, other = pair
    visit(gym, kept, "11:00", now=now, day=TOMORROW, slug="session")
    visit(gym, other, "11:00", now=now, day=TOMORROW, slug="session", with_="okada")
    page = at_desk.get(f"/people/{kept.id}/merge/{other.id}").get_data(as_text=True)
    assert "同じ時間に予約" in page
    answer = at_desk.post(f"/people/{kept.id}/merge/{other.id}", data={})
    assert (answer.status_code, answer.text.count('href="/bookings/')) == (409, 2)
    assert db.session.scalars(select(PersonMerge)).all() == []


def test_two_members_are_told_before_anything_is_chosen(
    gym: Studio, at_desk: PageClient, pair: tuple[Person, Person], now: datetime
) -> None:
    for number, who in enumerate(pair):
        db.session.add(Client(person_id=who.id, member_number=9000 + number, joined_on=TODAY, created_at=now))
    db.session.commit()
    page = at_desk.get(f"/people/{pair[0].id}/merge/{pair[1].id}").text
    assert "どちらも会員" in page
    assert "disabled" in page.partition("form-actions")[2]


def test_what_is_searched_for_stays_out_of_addresses(
    at_desk: PageClient, pair: tuple[Person, Person]
) -> None:
    address = f"/people/{pair[0].id}/duplicates"
    stranger = f"/people/{pair[0].id}/merge/{pair[1].id}"
    at_desk.get(address)
    at_desk.post(f"/people/{pair[0].id}/apart/{pair[1].id}", data={})
    assert stranger not in at_desk.get(address, query_string={"q": "華子"}).text
    assert stranger in at_desk.post(address, data={"q": "華子"}).text


def test_a_note_begun_before_the_merge_is_refused_in_words(
    at_desk: PageClient, pair: tuple[Person, Person], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, other = pair
    at_desk.get(f"/people/{other.id}")
    merge_people(kept.id, other.id, {}, by=SYSTEM, now=now)
    db.session.commit()
    monkeypatch.setattr("backoffice.people.queries.bare_person", lambda _id: other)  # read a moment before
    answer = at_desk.post(f"/people/{other.id}/notes", data={"form_token": "t" * 20, "body": "遅い"})
    assert answer.status_code == 409
    assert "まとめられました" in answer.text


def test_said_to_be_two(at_desk: PageClient, pair: tuple[Person, Person]) -> None:
    kept, other = pair
    at_desk.get(f"/people/{kept.id}/duplicates")
    assert at_desk.post(f"/people/{kept.id}/apart/{other.id}", data={}).status_code == 303
    assert db.session.scalars(select(PersonPairApart)).one()
    assert "山田 華子" not in at_desk.get(f"/people/{kept.id}/duplicates").get_data(as_text=True)


def test_somebody_is_not_merged_with_themselves(at_desk: PageClient, pair: tuple[Person, Person]) -> None:
    kept, _ = pair
    at_desk.get(f"/people/{kept.id}/duplicates")
    assert at_desk.post(f"/people/{kept.id}/merge/{kept.id}", data={}).status_code == 404


def test_what_changed_since_is_named(at_desk: PageClient, pair: tuple[Person, Person]) -> None:
    kept, other = pair
    at_desk.get(f"/people/{kept.id}/duplicates")
    at_desk.post(f"/people/{kept.id}/merge/{other.id}", data={})
    db.session.expire_all()
    kept.name = "山田 はな"
    db.session.commit()
    merge = db.session.scalars(select(PersonMerge)).one()
    answer = at_desk.post(f"/people/merges/{merge.id}/undo", data={})
    assert "お名前" in at_desk.get(answer.location).get_data(as_text=True)
    db.session.expire_all()
    assert merge.undone_at is None


def test_an_old_address_leads_to_who_is_left_and_an_old_form_writes_nothing(
    gym: Studio, at_desk: PageClient, pair: tuple[Person, Person], now: datetime
) -> None:
    kept, other = pair
    at_desk.get(f"/people/{other.id}")
    opened = at_desk.get(f"/people/{other.id}/edit").get_data(as_text=True)
    assert "山田 華子" in opened
    at_desk.post(f"/people/{kept.id}/merge/{other.id}", data={})
    assert at_desk.get(f"/people/{other.id}/timeline").location == f"/people/{kept.id}/timeline"
    answer = at_desk.post(
        f"/people/{other.id}/edit", data={"name": "書き換え", "language": "ja", "version": "1"}
    )
    assert answer.status_code == 409
    for path in (
        f"/bookings/new?person={other.id}",
        f"/leads/new?person={other.id}",
        f"/waiting/new?person={other.id}",
    ):
        assert "まとめられました" in at_desk.get(path).get_data(as_text=True), path
    db.session.expire_all()
    assert (kept.name, other.name) == ("山田 花子", "山田 華子")


def test_the_history_says_it_in_japanese(sign_in: object, pair: tuple[Person, Person], now: datetime) -> None:
    kept, other = pair
    manager: PageClient = sign_in(Role.MANAGER)  # type: ignore[operator]
    manager.get(f"/people/{kept.id}")
    manager.post(f"/people/{kept.id}/merge/{other.id}", data={})
    assert "登録を一つにまとめました" in manager.get(f"/people/{kept.id}/changes").get_data(as_text=True)


def test_a_trainer_follows_the_old_address_of_their_own_guest(
    gym: Studio, sign_in: object, pair: tuple[Person, Person], now: datetime
) -> None:
    kept, other = pair
    visit(gym, other, "11:00", now=now, day=TOMORROW, slug="session")
    trainer: PageClient = sign_in(Role.TRAINER)  # type: ignore[operator]
    db.session.query(Trainer).filter_by(slug="mori").one().staff_id = (
        db.session.query(Staff.id).filter(Staff.roles == [Role.TRAINER.value]).scalar()
    )
    merge_people(kept.id, other.id, {}, by=SYSTEM, now=now)
    db.session.commit()
    assert trainer.get(f"/people/{other.id}").location == f"/people/{kept.id}"
