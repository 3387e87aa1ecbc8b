"""A trainer measures an own guest with one hand; nobody else finds anything."""

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import select

from backoffice.core.audit import SYSTEM, AuditLine
from backoffice.core.db import db, transaction
from backoffice.people.actions import record_consent
from backoffice.people.models import Person, Purpose
from backoffice.progress.models import EffectNote, MeasureGoal, MeasureKind, Measurement
from backoffice.staff.models import Role
from backoffice.studio.models import Studio
from tests.blueprints.bookings.front_desk import guest, signed_in_trainer, visit
from tests.pages import PageClient
from tests.statements import statements

SignIn = Callable[..., PageClient]


@pytest.fixture
def person(gym: Studio, now: datetime) -> Person:
    """Somebody who trains with mori today."""
    made = guest("山田 花子", now=now)
    visit(gym, made, "18:00", now=now, slug="session")
    return made


@pytest.fixture
def mori(gym: Studio, person: Person, sign_in: SignIn) -> PageClient:
    """The trainer of the person."""
    return signed_in_trainer(gym, sign_in)


def kind(slug: str) -> int:
    return db.session.scalars(select(MeasureKind.id).where(MeasureKind.slug == slug)).one()


def send(client: PageClient, address: str, **values: str) -> object:
    """Fill in the form at an address."""
    token = re.search(r'name="form_token"[^>]*value="([^"]+)"', client.get(address).text)
    sent = {"form_token": token.group(1) if token else "", **values}
    return client.post(address, data=sent, follow_redirects=True)


def measure(client: PageClient, person: Person, day: str = "2026-11-24", **values: str):  # type: ignore[no-untyped-def]
    typed = {f"kind_{kind(slug)}": value for slug, value in values.items() if slug != "form_token"}
    more = {"form_token": values["form_token"]} if "form_token" in values else {}
    return send(client, f"/people/{person.id}/progress/measurements/new", day=day, **typed, **more)


def number_of(model: type) -> int:
    return db.session.query(model).count()


def test_measured_once_shown_with_its_chart_and_its_numbers(mori: PageClient, person: Person) -> None:
    assert "測定値はまだありません" in mori.get(f"/people/{person.id}/progress").text
    measure(mori, person, "2026-11-20", weight="６６．４kg")
    for _ in range(2):
        page = measure(mori, person, weight="65,8", waist="72", form_token="t" * 20)
    assert number_of(Measurement) == 3
    assert "<polyline" in page.text
    assert "体重、11月20日(金)から11月24日(火)：66.4から65.8 kg" in page.text
    form = mori.get(f"/people/{person.id}/progress/measurements/new").text
    assert "前回 65.8（11月24日(火)）" in form


@pytest.mark.parametrize(
    ("slug", "typed", "told"),
    [("weight", "65..8", "65.8 のような数字"), ("weight", "658", "20〜300 kg"), ("waist", "7" * 21, "")],
)
def test_a_slip_of_the_finger_is_told_at_its_field_and_keeps_what_was_typed(
    mori: PageClient, person: Person, slug: str, typed: str, told: str
) -> None:
    page = measure(mori, person, **{slug: typed})
    assert page.status_code == 422
    assert f'id="kind_{kind(slug)}-error"' in page.text
    assert told in page.text
    assert typed in page.text
    assert number_of(Measurement) == 0


def test_a_weight_far_from_last_time_is_asked_about_once(mori: PageClient, person: Person) -> None:
    measure(mori, person, "2026-11-20", weight="65", waist="80", shoulder_tilt="1")
    page = measure(mori, person, weight="71", waist="72", shoulder_tilt="4")
    assert page.status_code == 422
    assert "前回は 65 kg でした" in page.text
    assert "前回は 80 cm" not in page.text
    assert "前回は 1 °" not in page.text
    assert number_of(Measurement) == 3
    address = f"/people/{person.id}/progress/measurements/new"
    send(mori, address, day="2026-11-24", is_sure="y", **{f"kind_{kind('weight')}": "71"})
    assert number_of(Measurement) == 4
    measure(mori, person, "2026-11-24", weight="71.5")
    assert number_of(Measurement) == 5, "near the last one nothing is asked"


def test_nothing_typed_and_a_day_to_come_are_told(mori: PageClient, person: Person) -> None:
    assert "1つ以上の値" in measure(mori, person).text
    assert "まだ来ていない日" in measure(mori, person, "2026-11-25", weight="65").text


def test_the_span_cuts_the_chart_not_the_newest_value(mori: PageClient, person: Person) -> None:
    measure(mori, person, "2026-01-10", weight="70")
    page = mori.get(f"/people/{person.id}/progress").text
    assert "この期間の測定値はありません" in page
    assert "70.0" in page
    for span in ("365", "all", "odd"):
        assert ("<circle" in mori.get(f"/people/{person.id}/progress?span={span}").text) == (span != "odd")


def test_a_value_is_taken_out_and_back(mori: PageClient, person: Person) -> None:
    measure(mori, person, weight="56")
    removal = f"/progress/measurements/{db.session.scalars(select(Measurement.id)).one()}/removal"
    mori.post(removal, data={})
    assert "測定値はまだありません" in mori.get(f"/people/{person.id}/progress").text
    mori.post(f"{removal}/undo", data={})
    assert "56.0" in mori.get(f"/people/{person.id}/progress").text


def test_a_goal_is_drawn_told_and_ended(mori: PageClient, person: Person) -> None:
    measure(mori, person, weight="65.8")
    address = f"/people/{person.id}/progress/goals/{kind('weight')}"
    assert send(mori, address, target="5").status_code == 422  # type: ignore[attr-defined]
    page = send(mori, address, target="62 kg", by_day="2027-03-31").text  # type: ignore[attr-defined]
    assert "目標 62.0 kg" in page
    assert "あと −3.8 kg" in page
    assert 'class="goal"' in page
    assert 'value="2027-03-31"' in mori.get(address).text
    assert "目標 62" not in send(mori, address, target="").text  # type: ignore[attr-defined]
    assert number_of(MeasureGoal) == 2


def test_what_the_client_noticed(mori: PageClient, person: Person) -> None:
    address = f"/people/{person.id}/progress/effects/new"
    assert send(mori, address, day="2026-11-20").status_code == 422  # type: ignore[attr-defined]
    page = send(mori, address, effect="FELT", day="2026-11-20", said="肩が軽い").text  # type: ignore[attr-defined]
    assert "初めて感じた日" in page
    assert "肩が軽い" in page
    removal = f"/progress/effects/{db.session.scalars(select(EffectNote.id)).one()}/removal"
    mori.post(removal, data={})
    assert "肩が軽い" not in mori.get(f"/people/{person.id}/progress").text
    mori.post(f"{removal}/undo", data={})
    assert "肩が軽い" in mori.get(f"/people/{person.id}/progress").text


def test_own_kinds(mori: PageClient, person: Person) -> None:
    typed = {
        "name_ja": "首の回旋",
        "name_en": "Neck turn",
        "unit": "°",
        "decimals": "0",
        "least": "0",
        "most": "120",
    }
    for _ in range(2):
        send(mori, "/progress/kinds/new", **{**typed, "form_token": "t" * 20})
    assert number_of(MeasureKind) == 13
    made = db.session.scalars(select(MeasureKind.id).order_by(MeasureKind.id.desc())).first()
    address = f"/progress/kinds/{made}"
    assert send(mori, address, **{**typed, "most": "x", "version": "1"}).status_code == 422  # type: ignore[attr-defined]
    assert send(mori, address, **{**typed, "most": "110", "version": "1"}).status_code == 200  # type: ignore[attr-defined]
    assert send(mori, address, **{**typed, "most": "100", "version": "1"}).status_code == 409  # type: ignore[attr-defined]
    mori.post(f"{address}/archive", data={})
    assert "首の回旋" not in mori.get(f"/people/{person.id}/progress/measurements/new").text
    mori.post(f"{address}/restore", data={})
    assert "首の回旋" in mori.get(f"/people/{person.id}/progress/measurements/new").text


@pytest.mark.parametrize("role", [Role.FRONT_DESK, Role.MANAGER, Role.OWNER])
def test_nobody_but_trainers_opens_it(person: Person, sign_in: SignIn, role: Role) -> None:
    client = sign_in(role)
    for path in (f"/people/{person.id}/progress", "/progress/kinds"):
        assert client.get(path).status_code == 403


def test_a_trainer_of_others_finds_nobody(mori: PageClient, person: Person, sign_in: SignIn) -> None:
    measure(mori, person, weight="65")
    send(mori, f"/people/{person.id}/progress/effects/new", effect="FELT", day="2026-11-20")
    value, note = (db.session.scalars(select(model.id)).one() for model in (Measurement, EffectNote))
    other, own = (
        sign_in(Role.TRAINER, Role.FRONT_DESK, mail="other@test.example"),
        f"/people/{person.id}/progress",
    )
    pages = (own, f"{own}/measurements/new", f"{own}/goals/{kind('weight')}", f"{own}/effects/new")
    for path in pages:
        assert other.get(path).status_code == 404
    for path in (*pages[1:], f"/progress/measurements/{value}/removal", f"/progress/effects/{note}/removal"):
        assert other.post(path, data={"day": "2026-11-24"}).status_code == 404
        if path.endswith("removal"):
            assert other.post(f"{path}/undo", data={}).status_code == 404
    assert db.session.scalars(select(Measurement.archived_at)).one() is None


def test_a_long_course_costs_no_more_statements(mori: PageClient, person: Person) -> None:
    costs = []
    for days in (1, 25):
        for number in range(1, days):
            measure(mori, person, f"2026-10-{number:02}", weight="65", waist="70")
        mori.get(f"/people/{person.id}/progress")
        with statements() as sent:
            mori.get(f"/people/{person.id}/progress")
        costs.append(len(sent))
    assert costs[0] == costs[1] <= 12


def test_the_sheet_for_the_client_says_everything_twice_and_is_recorded(
    mori: PageClient, person: Person, sign_in: SignIn
) -> None:
    measure(mori, person, "2026-11-01", weight="66.4")
    measure(mori, person, weight="65.8")
    send(mori, f"/people/{person.id}/progress/effects/new", effect="FELT", day="2026-11-20", said="肩が軽い")
    address = f"/people/{person.id}/progress/sheet"
    page = mori.get(address).text
    for word in ("体重", "Weight", "最初", "First", "−0.6", "2026-11-20", "初めて感じた日"):
        assert word in page
    assert "肩が軽い" not in page
    lines = db.session.scalars(select(AuditLine).where(AuditLine.action == "progress_sheet.made")).all()
    assert [(one.person_id, one.after) for one in lines] == [(person.id, {"photos": False})]
    other = sign_in(Role.TRAINER, Role.FRONT_DESK, mail="other@test.example")
    assert other.get(address).status_code == 404


def test_without_the_consent_each_page_says_why_and_how_it_is_given_again(
    mori: PageClient, person: Person, now: datetime
) -> None:
    measure(mori, person, "2026-11-20", weight="66.4")
    send(mori, f"/people/{person.id}/progress/goals/{kind('weight')}", target="60.2")
    send(mori, f"/people/{person.id}/progress/effects/new", effect="FELT", day="2026-11-20", said="肩が軽い")
    whole = f"/people/{person.id}/progress"
    forms = [f"{whole}/{page}" for page in ("measurements/new", f"goals/{kind('weight')}", "effects/new")]
    shown = [mori.get(page).text for page in (whole, *forms, f"{whole}/sheet")]
    assert all(any(words in page for page in shown) for words in ("66.4", "60.2", "肩が軽い"))
    say = {"wording": "1", "language": "ja", "source": "test", "by": SYSTEM, "now": now}
    with transaction():
        record_consent(person.id, Purpose.HEALTH, False, **say)
    for address in (whole, *forms):
        page = mori.get(address)
        assert page.status_code == 200
        assert "もう一度同意される" in page.text, "why, and what brings it back"
        assert f'action="/people/{person.id}/screening/handover"' in page.text, "the way to it"
        assert not [words for words in ("66.4", "60.2", "肩が軽い") if words in page.text]
        assert not re.search(r'name="(kind_|target|said)', page.text)
    before = [number_of(model) for model in (Measurement, MeasureGoal, EffectNote)]
    for address, values in zip(
        forms,
        (
            {f"kind_{kind('weight')}": "65", "day": "2026-11-24"},
            {"target": "59"},
            {"effect": "SEEN", "day": "2026-11-24"},
        ),
        strict=True,
    ):
        answer = mori.post(address, data={"form_token": "", **values})
        assert answer.status_code in (409, 422)
    assert [number_of(model) for model in (Measurement, MeasureGoal, EffectNote)] == before
    assert mori.get(f"{whole}/sheet").status_code == 409, "nothing is printed either"
    with transaction():
        record_consent(person.id, Purpose.HEALTH, True, **say)
    assert [mori.get(page).text.count("66.4") for page in (whole, f"{whole}/sheet")] == [
        shown[0].count("66.4"), shown[4].count("66.4")
    ]  # fmt: skip
