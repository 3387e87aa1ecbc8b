"""Joining papers: written, signed, finished once; what was agreed and signed stays as it was."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from backoffice.clients.models import Client
from backoffice.core.audit import SYSTEM, Actor
from backoffice.core.db import db
from backoffice.core.errors import Invalid, NotFound, Stale
from backoffice.joining import actions, house, queries
from backoffice.joining.actions import Agreement, Closed, Signing, Unsigned
from backoffice.joining.answers import Answers, unpacked
from backoffice.joining.models import Discount, JoiningPaper
from backoffice.joining.money import total_yen
from backoffice.memberships.models import Membership, Plan
from backoffice.memberships.queries import plans
from backoffice.memberships.selling import update_plan
from backoffice.people.actions import create_person
from backoffice.people.details import details_of
from backoffice.people.models import Person, Purpose
from backoffice.people.queries import consents
from backoffice.people.queries import person as find_person
from backoffice.studio.models import Studio

DRAWN = "M10 10" + "".join(f"L{10 + 5 * step} {20 + 3 * step}" for step in range(20))
ADULT = Answers(
    name="山本 さくら", kana="やまもと さくら", birth_date="1990-05-01", postal_code="6048152",
    address="京都市中京区烏丸通 1-2 ハイツ301", phone="090-1234-5678", mail="sakura@example.com",
    emergency_name="山本 一郎", emergency_relation="夫", emergency_phone="090-8765-4321",
)  # fmt: skip


@pytest.fixture
def person(gym: Studio, now: datetime) -> Person:
    return create_person(name="山本さくら", phones=["09011112222"], by=SYSTEM, now=now)


def agreement(gym: Studio, **changes: object) -> Agreement:
    return replace(
        Agreement(plans(gym.id)[0].id, date(2026, 11, 24), None, 22_000),
        **changes,  # type: ignore[arg-type]
    )


def signing(gym: Studio, **changes: object) -> Signing:
    number = queries.newest_terms(gym.id).number
    return replace(Signing(DRAWN, "", True, number, "ja", "検査 花"), **changes)  # type: ignore[arg-type]


@pytest.fixture
def draft(gym: Studio, person: Person, by: Actor, now: datetime) -> JoiningPaper:
    return actions.begin_paper(person, agreement(gym), studio=gym, lead=None, by=by, now=now)


@pytest.fixture
def signed(gym: Studio, draft: JoiningPaper, by: Actor, now: datetime) -> JoiningPaper:
    return actions.sign(gym, draft.id, ADULT, signing(gym), version=draft.version, by=by, now=now)


def test_what_is_known_stands_on_the_papers_and_only_joining_writes_it_back(
    gym: Studio, person: Person, draft: JoiningPaper, by: Actor, now: datetime
) -> None:
    assert (unpacked(draft.answers).name, unpacked(draft.answers).phone) == ("山本さくら", "09011112222")
    actions.sign(gym, draft.id, ADULT, signing(gym), version=None, by=by, now=now)
    assert find_person(person.id).birth_date is None
    client = actions.finish(gym, draft.id, version=draft.version, by=by, now=now)
    after = find_person(person.id)
    assert (after.name, after.birth_date) == ("山本 さくら", date(1990, 5, 1))
    assert {phone.e164 for phone in after.phones} == {"+819011112222", "+819012345678"}
    details = details_of(person.id)
    assert (details.postal_code, details.emergency_relation) == ("604-8152", "夫")
    assert client.joined_on == date(2026, 11, 24)
    membership = db.session.scalars(select(Membership)).one()
    assert draft.membership_id == membership.id
    given = {one.purpose: one.wording for one in consents(person.id)}
    assert given[Purpose.TERMS] == "terms:1"


def test_nobody_joins_unsigned_and_nobody_joins_twice(
    gym: Studio, signed: JoiningPaper, by: Actor, now: datetime
) -> None:
    version = signed.version
    actions.change_agreement(
        gym, signed.id, agreement(gym, joining_fee_yen=0), version=version, by=by, now=now
    )
    with pytest.raises(Unsigned):
        actions.finish(gym, signed.id, version=None, by=by, now=now)
    actions.sign(gym, signed.id, ADULT, signing(gym), version=None, by=by, now=now)
    actions.finish(gym, signed.id, version=None, by=by, now=now)
    with pytest.raises(Closed):
        actions.finish(gym, signed.id, version=None, by=by, now=now)
    assert db.session.scalar(select(func.count()).select_from(Client)) == 1


def test_two_tablets_on_one_draft_conflict(
    gym: Studio, draft: JoiningPaper, by: Actor, now: datetime
) -> None:
    opened = draft.version
    actions.keep_answers(gym, draft.id, ADULT, version=opened, by=by, now=now)
    with pytest.raises(Stale):
        actions.sign(gym, draft.id, replace(ADULT, name="別人"), signing(gym), version=opened, by=by, now=now)
    assert unpacked(draft.answers).name == "山本 さくら"


def test_a_latin_name_is_signed_without_kana_in_english_papers(
    gym: Studio, draft: JoiningPaper, by: Actor, now: datetime
) -> None:
    latin = replace(ADULT, name="Emma Smith", kana="")
    with pytest.raises(Invalid) as refused:
        actions.sign(
            gym,
            draft.id,
            replace(latin, kana="Emma"),
            signing(gym, language="en"),
            version=None,
            by=by,
            now=now,
        )
    assert refused.value.field == "kana"
    paper = actions.sign(gym, draft.id, latin, signing(gym, language="en"), version=None, by=by, now=now)
    assert unpacked(paper.answers).name == "Emma Smith"


def test_a_draft_is_kept_as_far_as_it_was_written(
    gym: Studio, person: Person, draft: JoiningPaper, by: Actor, now: datetime
) -> None:
    actions.keep_answers(gym, draft.id, Answers(name="山本", phone="たぶん090"), version=None, by=by, now=now)
    found = queries.open_paper_of(gym.id, person.id)
    assert found is not None
    assert unpacked(found.answers).phone == "たぶん090"
    again = actions.begin_paper(
        person, agreement(gym, joining_fee_yen=1), studio=gym, lead=None, by=by, now=now
    )
    assert again.id == draft.id
    assert unpacked(again.answers).name == "山本"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"), ({"kana": "山本"}, "kana"), ({"kana": ""}, "kana"),
        ({"birth_date": "1990-02-30"}, "birth_date"),
        ({"birth_date": "2027-01-01"}, "birth_date"), ({"postal_code": "12"}, "postal_code"),
        ({"address": ""}, "address"),
        ({"phone": "12"}, "phone"), ({"mail": "x"}, "mail"), ({"emergency_phone": ""}, "emergency_phone"),
        ({"emergency_relation": ""}, "emergency_relation"),
    ],
)  # fmt: skip
def test_what_is_missing_is_said_at_its_field(
    gym: Studio, draft: JoiningPaper, by: Actor, now: datetime, change: dict[str, str], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        actions.sign(gym, draft.id, replace(ADULT, **change), signing(gym), version=None, by=by, now=now)
    assert refused.value.field == field


@pytest.mark.parametrize(
    "drawn", ["", "M1 1L2 2", "M9999 1" + "L1 1" * 9, "M1 1L1 1<script>", "M601 1" + "L1 1" * 9]
)
def test_only_lines_are_a_signature(
    gym: Studio, draft: JoiningPaper, by: Actor, now: datetime, drawn: str
) -> None:
    with pytest.raises(Invalid) as refused:
        actions.sign(gym, draft.id, ADULT, signing(gym, signature=drawn), version=None, by=by, now=now)
    assert refused.value.field == "signature"


def test_the_terms_must_be_agreed_to_as_they_stand(
    gym: Studio, draft: JoiningPaper, by: Actor, now: datetime
) -> None:
    with pytest.raises(Invalid):
        actions.sign(gym, draft.id, ADULT, signing(gym, agrees=False), version=None, by=by, now=now)
    shown = signing(gym)
    house.publish_terms(gym.id, "新しい規約", "New terms", seen=1, by=by, now=now)
    with pytest.raises(Stale):
        actions.sign(gym, draft.id, ADULT, shown, version=None, by=by, now=now)


def test_what_was_signed_keeps_its_terms(gym: Studio, signed: JoiningPaper, by: Actor, now: datetime) -> None:
    house.publish_terms(gym.id, "新しい規約", "New terms", seen=1, by=by, now=now)
    assert queries.terms_of(signed).number == 1
    assert queries.newest_terms(gym.id).number == 2
    with pytest.raises(Stale):
        house.publish_terms(gym.id, "別の規約", "Other terms", seen=1, by=by, now=now)
    with pytest.raises(Invalid):
        house.publish_terms(gym.id, "新しい規約", "New terms", seen=2, by=by, now=now)
    assert [one.number for one in queries.terms_versions(gym.id)] == [2, 1]


def test_a_minor_needs_a_guardian_who_signs(
    gym: Studio, draft: JoiningPaper, by: Actor, now: datetime
) -> None:
    minor = replace(ADULT, birth_date="2008-11-25")  # 18 the day after the first day
    for typed, drawn, field in (
        (minor, DRAWN, "guardian_name"), (replace(minor, guardian_name="山本 一郎"), "", "guardian_signature"),
    ):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            actions.sign(
                gym, draft.id, typed, signing(gym, guardian_signature=drawn), version=None, by=by, now=now
            )
        assert refused.value.field == field
    typed = replace(minor, guardian_name="山本 一郎")
    actions.sign(gym, draft.id, typed, signing(gym, guardian_signature=DRAWN), version=None, by=by, now=now)
    assert draft.guardian_signature == DRAWN
    of_age = replace(typed, birth_date="2008-11-24")
    actions.sign(gym, draft.id, of_age, signing(gym, guardian_signature=DRAWN), version=None, by=by, now=now)
    assert draft.guardian_signature is None
    assert unpacked(draft.answers).guardian_name == ""


def test_discounts_stand_on_the_paper_as_they_were(
    gym: Studio, person: Person, by: Actor, now: datetime
) -> None:
    half, free, family = queries.discounts(gym.id)
    paper = actions.begin_paper(
        person,
        agreement(gym, discount_ids=[half.id, free.id, family.id]),
        studio=gym,
        lead=None,
        by=by,
        now=now,
    )
    found = queries.agreed(paper)
    assert [one.yen for one in found.discounts] == [11_000, 11_000, 3_960]
    assert total_yen(found) == 35_640
    half.percent = 10
    db.session.flush()
    assert queries.agreed(paper).discounts[0].yen == 11_000


def test_a_discount_holds_from_its_first_day_to_its_last(
    gym: Studio, person: Person, by: Actor, now: datetime
) -> None:
    today = date(2026, 11, 24)
    one = queries.discounts(gym.id)[0]
    for first, last, holds in (
        (today, today, True), (today + timedelta(days=1), None, False), (None, today - timedelta(days=1), False),
    ):  # fmt: skip
        one.valid_from, one.valid_until = first, last
        db.session.flush()
        assert (one in queries.discounts_on(gym.id, today)) is holds
    with pytest.raises(Invalid) as refused:
        actions.begin_paper(
            person, agreement(gym, discount_ids=[one.id]), studio=gym, lead=None, by=by, now=now
        )
    assert refused.value.field == "discount_ids"


def test_both_sides_of_a_referral_are_known(gym: Studio, person: Person, by: Actor, now: datetime) -> None:
    friend = create_person(name="紹介 花子", by=SYSTEM, now=now)
    with pytest.raises(Invalid):
        actions.begin_paper(
            person, agreement(gym, referrer_id=person.id), studio=gym, lead=None, by=by, now=now
        )
    paper = actions.begin_paper(
        person, agreement(gym, referrer_id=friend.id), studio=gym, lead=None, by=by, now=now
    )
    assert queries.has_referred(friend.id) == []
    actions.finish_on_paper(gym, paper.id, version=None, by=by, now=now)
    assert [one.person_id for one in queries.has_referred(friend.id)] == [person.id]
    other = queries.referred_by(person.id)
    assert other is not None
    assert other.person_id == friend.id


@pytest.mark.parametrize("changes", [{"price_yen": 1}, {"sessions": 2}, {"carries_months": 5}])
def test_nobody_joins_on_another_plan_than_they_signed(
    gym: Studio, signed: JoiningPaper, changes: dict[str, int], by: Actor, now: datetime
) -> None:
    plan = db.session.get_one(Plan, signed.plan_id)
    names = ("is_monthly", "price_yen", "sessions", "valid_months", "carries_months")
    terms = {name: getattr(plan, name) for name in names}
    update_plan(plan.id, terms | changes, version=plan.version, by=by, now=now)
    with pytest.raises(Invalid):
        actions.finish(gym, signed.id, version=None, by=by, now=now)
    assert db.session.scalar(select(func.count()).select_from(Client)) == 0


def test_a_draft_that_was_put_away_says_nothing(
    gym: Studio, signed: JoiningPaper, by: Actor, now: datetime
) -> None:
    actions.drop(gym, signed.id, version=signed.version, by=by, now=now)
    assert (signed.answers, signed.signature) == (None, None)
    assert queries.open_paper_of(gym.id, signed.person_id) is None
    with pytest.raises(Closed):
        actions.hand_over(gym, signed.id, by=by, now=now)


def test_another_gym_has_other_papers(gym: Studio, signed: JoiningPaper, by: Actor, now: datetime) -> None:
    other = Studio(name_ja="別のジム")
    db.session.add(other)
    db.session.flush()
    with pytest.raises(NotFound):
        actions.drop(other, signed.id, version=None, by=by, now=now)
    with pytest.raises(NotFound):
        house.archive_discount(other.id, queries.discounts(gym.id)[0].id, by=by, now=now)


@pytest.mark.parametrize("wrong", [{"yen": 100, "percent": 5}, {"yen": None, "percent": None}])
def test_a_discount_is_yen_or_percent(
    gym: Studio, by: Actor, now: datetime, wrong: dict[str, object]
) -> None:
    values = {
        "kind": "OTHER", "taken_from": "FEE", "name_ja": "春", "name_en": "Spring", "valid_from": None,
        "valid_until": None,
    }  # fmt: skip
    with pytest.raises(Invalid):
        house.add_discount(gym.id, {**values, **wrong}, by=by, now=now)
    assert db.session.scalar(select(func.count()).select_from(Discount)) == 3
