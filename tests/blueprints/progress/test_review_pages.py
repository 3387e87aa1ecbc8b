"""A review on a trainer's page: from the task of the day to the client's words; a colleague's words are not lost."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from backoffice.clients.actions import register
from backoffice.core.audit import SYSTEM
from backoffice.core.db import db, transaction
from backoffice.people.actions import create_person, record_consent
from backoffice.people.models import Purpose
from backoffice.progress.models import Review
from backoffice.progress.reviews import plan_reviews
from backoffice.staff.models import Role
from backoffice.studio.models import Studio
from tests.blueprints.bookings.front_desk import signed_in_trainer, trainer
from tests.pages import PageClient

SignIn = Callable[..., PageClient]


@pytest.fixture
def mori(gym: Studio, sign_in: SignIn) -> PageClient:
    """The trainer of the person."""
    return signed_in_trainer(gym, sign_in)


@pytest.fixture
def review(gym: Studio, mori: PageClient, now: datetime) -> Review:
    """Week three of a member of mori is near."""
    begun = now - timedelta(days=21)
    with transaction():
        person = create_person(name="山田 花子", by=SYSTEM, now=begun)
        register(person.id, joined_on=begun.date(), main_trainer_id=trainer(gym).id, by=SYSTEM, now=begun)
        plan_reviews(gym, now=now)
    return db.session.scalars(select(Review)).one()


def test_from_the_task_to_the_words(mori: PageClient, review: Review) -> None:
    today = mori.get("/today").text
    assert "3週目の振り返り" in today
    assert f'href="/people/{review.person_id}/progress#reviews"' in today
    assert "予定 11月24日(火)" in mori.get(f"/people/{review.person_id}/progress").text
    address = f"/progress/reviews/{review.id}"
    assert mori.post(address, data={"said": "", "version": "1"}).status_code == 422
    page = mori.post(address, data={"said": "肩が軽い", "version": "1"}, follow_redirects=True).text
    assert "記入済み" in page
    assert "肩が軽い" not in page, "a guest may stand beside the screen"
    assert "肩が軽い" in mori.get(address).text
    assert "3週目の振り返り" not in mori.get("/today").text


def test_two_hands_and_both_texts(mori: PageClient, review: Review) -> None:
    address = f"/progress/reviews/{review.id}"
    mori.get(address)
    mori.post(address, data={"said": "先の言葉", "version": "1"})
    page = mori.post(address, data={"said": "後の言葉", "version": "1"})
    assert page.status_code == 409
    assert "先の言葉" in page.text
    assert "後の言葉" in page.text
    assert 'name="version" type="hidden" value="2"' in page.text


def test_nobody_else_finds_it(mori: PageClient, review: Review, sign_in: SignIn) -> None:
    address = f"/progress/reviews/{review.id}"
    other = sign_in(Role.TRAINER, Role.FRONT_DESK, mail="other@test.example")
    assert other.get(address).status_code == 404
    assert other.post(address, data={"said": "x", "version": "1"}).status_code == 404
    for role in (Role.FRONT_DESK, Role.MANAGER, Role.OWNER):
        assert sign_in(role, mail=f"x-{role.lower()}@test.example").get(address).status_code == 403


def test_words_go_with_the_consent_to_keep_health_data(
    mori: PageClient, review: Review, now: datetime
) -> None:
    address = f"/progress/reviews/{review.id}"
    mori.get(address)
    mori.post(address, data={"said": "肩が軽い", "version": "1"})
    for granted in (False, True):
        with transaction():
            record_consent(
                review.person_id,
                Purpose.HEALTH,
                granted,
                wording="1",
                language="ja",
                source="test",
                by=SYSTEM,
                now=now,
            )
        page = mori.get(address).text
        assert ("肩が軽い" in page, 'name="said"' in page) == (granted, granted)
        sent = mori.post(address, data={"said": "腰も軽い", "version": "2"}).status_code
        assert sent == (303 if granted else 409)
