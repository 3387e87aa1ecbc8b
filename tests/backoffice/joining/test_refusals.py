"""What stops papers, discounts and terms, each with its sentence."""

from datetime import date, datetime
from typing import Any

import pytest

from backoffice.clients.actions import AlreadyMember
from backoffice.core.audit import SYSTEM, Actor
from backoffice.core.db import db
from backoffice.core.errors import Invalid
from backoffice.joining import actions, house, queries
from backoffice.joining.actions import MOST_FEE, THEMSELVES, Unsigned
from backoffice.joining.models import Discount
from backoffice.people.actions import create_person
from backoffice.people.models import Person
from backoffice.studio.models import Studio
from tests.backoffice.joining.test_papers import agreement

SPRING: dict[str, Any] = {
    "kind": "OTHER", "taken_from": "FEE", "name_ja": "春", "name_en": "Spring", "yen": 100, "percent": None,
    "valid_from": date(2027, 3, 1), "valid_until": date(2027, 3, 31),
}  # fmt: skip


@pytest.fixture
def guest(gym: Studio, now: datetime) -> Person:
    """Somebody who wants to join."""
    return create_person(name="山本さくら", phones=["09011112222"], by=SYSTEM, now=now)


def test_no_papers_for_who_is_a_member(gym: Studio, guest: Person, by: Actor, now: datetime) -> None:
    paper = actions.begin_paper(guest, agreement(gym), studio=gym, lead=None, by=by, now=now)
    actions.finish_on_paper(gym, paper.id, version=None, by=by, now=now)
    with pytest.raises(AlreadyMember):
        actions.begin_paper(guest, agreement(gym), studio=gym, lead=None, by=by, now=now)
    assert queries.open_paper_of(gym.id, guest.id) is None


@pytest.mark.parametrize(
    ("yen", "is_refused"), [(-1, True), (0, False), (MOST_FEE, False), (MOST_FEE + 1, True)]
)
def test_a_joining_fee_is_from_nothing_to_a_million(
    gym: Studio, guest: Person, by: Actor, now: datetime, yen: int, is_refused: bool
) -> None:
    asked = agreement(gym, joining_fee_yen=yen)
    if not is_refused:
        assert actions.begin_paper(guest, asked, studio=gym, lead=None, by=by, now=now).joining_fee_yen == yen
        return
    with pytest.raises(Invalid) as told:
        actions.begin_paper(guest, asked, studio=gym, lead=None, by=by, now=now)
    assert told.value.field == "joining_fee_yen"


def test_nobody_refers_themselves(gym: Studio, guest: Person, by: Actor, now: datetime) -> None:
    with pytest.raises(Invalid, match=THEMSELVES) as told:
        actions.begin_paper(
            guest, agreement(gym, referrer_id=guest.id), studio=gym, lead=None, by=by, now=now
        )
    assert told.value.field == "referrer"


def test_there_is_no_copy_of_what_nobody_signed(gym: Studio, guest: Person, by: Actor, now: datetime) -> None:
    paper = actions.begin_paper(guest, agreement(gym), studio=gym, lead=None, by=by, now=now)
    with pytest.raises(Unsigned):
        actions.hand_out_copy(gym, paper.id, by=by, now=now)
    actions.finish_on_paper(gym, paper.id, version=None, by=by, now=now)  # the gym keeps the printed form
    with pytest.raises(Unsigned):
        actions.hand_out_copy(gym, paper.id, by=by, now=now)


@pytest.mark.parametrize(
    ("texts", "said", "field"),
    [
        ((" ", "New terms"), house.BOTH, "text_ja"),
        (("新しい規約", "\n"), house.BOTH, "text_en"),
        (("", ""), house.BOTH, "text_ja"),
    ],
)
def test_terms_are_in_both_languages(
    gym: Studio, by: Actor, now: datetime, texts: tuple[str, str], said: str, field: str
) -> None:
    with pytest.raises(Invalid, match=said) as told:
        house.publish_terms(gym.id, *texts, seen=1, by=by, now=now)
    assert told.value.field == field
    assert queries.newest_terms(gym.id).number == 1


def test_terms_that_did_not_change_are_no_new_ones(gym: Studio, by: Actor, now: datetime) -> None:
    made = house.publish_terms(gym.id, "新しい規約", "New terms", seen=1, by=by, now=now)
    with pytest.raises(Invalid, match=house.UNCHANGED):
        house.publish_terms(gym.id, made.text_ja, made.text_en, seen=2, by=by, now=now)
    house.publish_terms(gym.id, made.text_ja, "New terms, once more", seen=2, by=by, now=now)


@pytest.mark.parametrize(
    ("wrong", "said", "field"),
    [
        ({"percent": 5}, house.ONE_AMOUNT, "yen"),
        ({"yen": None}, house.ONE_AMOUNT, "yen"),
        ({"valid_until": date(2027, 2, 28)}, house.BAD_DAYS, "valid_until"),
    ],
)
def test_a_discount_is_one_amount_for_days_in_their_order(
    gym: Studio, by: Actor, now: datetime, wrong: dict[str, object], said: str, field: str
) -> None:
    before = db.session.query(Discount).count()
    with pytest.raises(Invalid, match=said) as told:
        house.add_discount(gym.id, SPRING | wrong, by=by, now=now)
    assert (told.value.field, db.session.query(Discount).count()) == (field, before)
    made = house.add_discount(gym.id, SPRING | {"valid_until": SPRING["valid_from"]}, by=by, now=now)
    with pytest.raises(Invalid, match=said):
        house.update_discount(gym.id, made.id, SPRING | wrong, version=None, by=by, now=now)
