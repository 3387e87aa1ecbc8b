"""What is agreed beyond the first sum is shown, signed and printed, and stays as it was."""

import re
from datetime import datetime
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import update

from backoffice.billing.queries import settings_of
from backoffice.core.audit import SYSTEM, Actor
from backoffice.core.db import db
from backoffice.joining import actions
from backoffice.joining.contract import contract_now, contract_rows
from backoffice.joining.models import JoiningPaper
from backoffice.memberships.models import Plan
from backoffice.memberships.queries import plans
from backoffice.people.actions import create_person
from backoffice.studio.models import Studio
from tests.backoffice.joining.test_papers import ADULT, agreement, signing


@pytest.fixture
def house(gym: Studio) -> Studio:
    """A gym that asks for something: freezing, cancelling late, not coming."""
    gym.cut_off_day, gym.freeze_fee_yen, gym.forgives_first_late_cancel = 15, 1_100, True
    own = settings_of(gym.id)
    own.late_cancel_yen, own.no_show_yen = 3_300, 5_500
    db.session.flush()
    return gym


def plan_of(gym: Studio, *, is_monthly: bool, **changes: object) -> Plan:
    plan = next(one for one in plans(gym.id) if one.is_monthly is is_monthly)
    for name, value in changes.items():
        setattr(plan, name, value)
    db.session.flush()
    return plan


def said(plan: Plan, gym: Studio, language: str = "ja") -> dict[str, str]:
    return dict(contract_rows(contract_now(plan, gym), language))


def test_a_month_says_price_sessions_carrying_leaving_and_fees(house: Studio) -> None:
    plan = plan_of(house, is_monthly=True, price_yen=59_400, sessions=6, carries_months=1, deposit_yen=10_000)
    assert said(plan, house) == {
        "プラン": plan.name_ja,
        "月会費": "毎月 ¥59,400（税込）",
        "回数": "月6回",
        "使わなかった回": "翌月まで繰り越せます",
        "預り金": "¥10,000（退会時にお返しします）",
        "休会・退会": "毎月15日までのお申し出で翌月から、それ以降のお申し出は翌々月からとなります",
        "休会中の月会費": "1か月につき ¥1,100",
        "直前キャンセル": "開始の24時間前を過ぎると、1回分の消化となります。残り回数がない場合は ¥3,300 がかかります。"
        "ただし、その月の1回目は消化もキャンセル料もありません。",
        "無断キャンセル": "1回分の消化となります。残り回数がない場合は ¥5,500 がかかります。",
    }
    assert said(plan, house, "en")["Number of sessions"] == "6 a month"


def test_a_pack_says_how_long_it_can_be_used_and_nothing_of_months(house: Studio) -> None:
    plan = plan_of(house, is_monthly=False, valid_months=6)
    own = settings_of(house.id)
    own.late_cancel_yen = own.no_show_yen = 0
    rows = said(plan, house)
    assert rows["有効期限"] == "開始日から6か月"
    assert not {"月会費", "休会・退会", "休会中の月会費", "預り金"} & set(rows)
    assert "¥" not in rows["直前キャンセル"] + rows["無断キャンセル"]
    assert said(plan_of(house, is_monthly=False, valid_months=None), house)["有効期限"] == "なし"


def test_what_was_signed_stays_when_the_house_changes_its_rules(
    house: Studio, by: Actor, now: datetime
) -> None:
    person = create_person(name="山本さくら", phones=["09011112222"], by=SYSTEM, now=now)
    plan = plan_of(house, is_monthly=True, price_yen=59_400)
    paper = actions.begin_paper(
        person, agreement(house, plan_id=plan.id), studio=house, lead=None, by=by, now=now
    )
    shown = contract_rows(paper.contract, "ja")
    house.cut_off_day, house.freeze_fee_yen = 20, 9_900
    actions.sign(house, paper.id, ADULT, signing(house), version=None, by=by, now=now)
    assert contract_rows(paper.contract, "ja") == shown
    copy = actions.hand_out_copy(house, paper.id, by=by, now=now)
    printed = re.sub(
        r"\s", "", "".join(page.extract_text() for page in PdfReader(BytesIO(copy.content)).pages)
    )
    for name, value in shown:
        assert re.sub(r"\s", "", name + value) in printed
    assert "会員番号" not in printed  # there is none before they have joined


def test_papers_from_before_it_was_kept_say_what_they_said(house: Studio, by: Actor, now: datetime) -> None:
    person = create_person(name="山本さくら", phones=["09011112222"], by=SYSTEM, now=now)
    paper = actions.begin_paper(person, agreement(house), studio=house, lead=None, by=by, now=now)
    db.session.execute(update(JoiningPaper).values(contract=None))
    db.session.refresh(paper)
    assert contract_rows(paper.contract, "ja") == []
    actions.sign(house, paper.id, ADULT, signing(house), version=None, by=by, now=now)
    assert actions.hand_out_copy(house, paper.id, by=by, now=now).content.startswith(b"%PDF")


def test_the_signature_has_words_of_the_terms_on_its_page(house: Studio, by: Actor, now: datetime) -> None:
    person = create_person(name="山本さくら", phones=["09011112222"], by=SYSTEM, now=now)
    paper = actions.begin_paper(person, agreement(house), studio=house, lead=None, by=by, now=now)
    actions.sign(house, paper.id, ADULT, signing(house), version=None, by=by, now=now)
    copy = actions.hand_out_copy(house, paper.id, by=by, now=now)
    last = PdfReader(BytesIO(copy.content)).pages[-1].extract_text()
    assert "ご署名" in last or "署名" in last
    assert "第8条" in last
