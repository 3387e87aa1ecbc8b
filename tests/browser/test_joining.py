"""Joining in a real browser: agreed at the desk, signed with a finger on the tablet, joined; and a new gym."""

from playwright.sync_api import Page, Route, expect

from backoffice.core import clock
from backoffice.core.audit import SYSTEM
from backoffice.core.db import db, transaction
from backoffice.people.actions import create_person
from backoffice.reports.start import Step
from backoffice.staff.models import Role
from backoffice.studio.models import Studio
from backoffice.studio.queries import the_studio
from tests.browser.conftest import Site
from tests.browser.front_desk import no_serious_fault, sign_in
from tests.gym import PASSWORD, make_staff


def agreed(site: Site, page: Page, name: str, *, fee: str = "0") -> int:
    """A guest with whom somebody at the desk has agreed on a plan, on the page from which the tablet is handed over."""
    with site.app.app_context():
        with transaction():
            person_id = create_person(name=name, kana="にゅうかい", by=SYSTEM, now=clock.utc_now()).id
        mail = f"joining-{person_id}@test.example"
        make_staff(mail, [Role.FRONT_DESK], now=clock.utc_now())
    sign_in(page, mail=mail)
    page.goto(f"/joining?person={person_id}")
    page.locator("input[name=plan_id]").first.check()
    page.locator("#joining_fee_yen").fill(fee)
    page.locator("main form button.btn-primary").click()
    return person_id


def draw(page: Page, field: str) -> None:
    """A few strokes across the field."""
    canvas = page.locator(f"[data-sign]:has(#{field}) canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + box["height"] / 2)
    page.mouse.down()
    for step in range(1, 14):
        page.mouse.move(
            box["x"] + 20 + 15 * step, box["y"] + box["height"] * (0.3 if step % 2 else 0.7), steps=3
        )
    page.mouse.up()


def fill(page: Page, born: str) -> None:
    for field, words in {
        "kana": "にゅうかい はなこ", "birth_date": born, "phone": "090-1111-2222", "postal_code": "604-8152",
        "address": "京都市中京区 1-2", "emergency_name": "入会 一郎", "emergency_relation": "父",
        "emergency_phone": "090-3333-4444",
    }.items():  # fmt: skip
        page.locator(f"#{field}").fill(words)
    page.locator("#agrees").check()


def test_a_minor_joins_on_the_tablet(site: Site, page: Page) -> None:
    person_id = agreed(site, page, "入会 花子", fee="22000")
    page.get_by_role("button", name="タブレットで記入してもらう").click()
    expect(page.locator("h1")).to_have_text("入会申込書")
    guardian = page.locator("[data-guardian]")
    expect(guardian).to_be_hidden()
    fill(page, "2012-04-01")
    expect(guardian).to_be_visible()
    draw(page, "signature")
    page.locator("#guardian_name").fill("入会 一郎")
    page.get_by_role("button", name="署名して申し込む").click()
    expect(page.locator("#guardian_signature-error")).to_be_visible()
    draw(page, "guardian_signature")  # what was drawn before is still there
    no_serious_fault(page)
    page.get_by_role("button", name="署名して申し込む").click()
    expect(page.locator(".notice-good")).to_be_visible()
    page.goto("/today")
    expect(page).to_have_url(f"{site.url}/unlock?next=/today")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.goto(f"/joining?person={person_id}")
    expect(page.locator("svg.drawn")).to_have_count(2)
    page.get_by_role("button", name="入会する", exact=True).click()
    page.wait_for_url(f"**/people/{person_id}")
    expect(page.locator(".person-head")).to_contain_text("会員")


def test_a_birth_date_typed_before_the_script_came_shows_the_guardian(site: Site, page: Page) -> None:
    agreed(site, page, "入会 三郎")
    held: list[Route] = []
    page.route("**/public-*.js", lambda route: held.append(route))
    page.get_by_role("button", name="タブレットで記入してもらう").click(no_wait_after=True)
    birth = page.locator("[data-paper] input[type=date]")
    birth.fill("2012-04-01")
    expect(page.locator("[data-guardian]")).to_be_hidden()
    held[0].continue_()
    expect(page.locator("[data-guardian]")).to_be_visible()


def test_cleared_the_field_is_empty_again(site: Site, page: Page) -> None:
    agreed(site, page, "入会 次郎")
    page.get_by_role("button", name="タブレットで記入してもらう").click()
    draw(page, "signature")
    assert page.locator("#signature").input_value().startswith("M")
    page.locator("[data-sign]:has(#signature) [data-sign-clear]").click()
    assert page.locator("#signature").input_value() == ""
    page.locator("#address").fill("書きかけの住所")
    page.get_by_role("button", name="途中で保存する").click()
    page.get_by_role("link", name="続きを記入する").click()
    expect(page.locator("#address")).to_have_value("書きかけの住所")


def test_an_owner_sets_a_new_gym_up(site: Site, page: Page) -> None:
    with site.app.app_context(), transaction():
        db.session.query(Studio).update({"skipped_steps": []})
        make_staff("new-owner@test.example", [Role.OWNER], now=clock.utc_now(), name="新野 京子")
    sign_in(page, heading="はじめの設定", mail="new-owner@test.example")
    no_serious_fault(page)
    bar = page.locator("progress")
    before = int(bar.get_attribute("value") or "0")
    page.get_by_role("button", name="このままでよい：営業時間").click()
    expect(bar).to_have_attribute("value", str(before + 1))
    page.get_by_role("link", name="会員規約", exact=True).click()
    page.locator("#text_en").fill("1. Our own terms.")
    page.get_by_role("button", name="新しい版として公開").click()
    page.goto("/start")
    expect(bar).to_have_attribute("value", str(before + 2))
    while page.get_by_role("button", name="このままでよい").count():
        page.get_by_role("button", name="このままでよい").first.click()
    expect(page.locator("h1")).to_have_text("設定")
    with site.app.app_context():
        assert set(the_studio().skipped_steps) <= {step.value for step in Step}
