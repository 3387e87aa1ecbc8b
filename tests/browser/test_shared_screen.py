"""The front-desk PC in a real browser: it covers itself, a colleague opens it by PIN, half-typed text stays."""

from playwright.sync_api import Page, expect

from backoffice.core import clock
from backoffice.core.db import transaction
from backoffice.staff.models import Role
from backoffice.staff.passwords import hash_secret
from tests.browser.conftest import Site
from tests.gym import PASSWORD, make_staff

PINS = {"shared-desk@test.example": "2580", "shared-manager@test.example": "471147"}


def people(site: Site) -> None:
    """A desk and a manager with PINs, made once."""
    with site.app.app_context(), transaction():
        for (mail, pin), role, name in zip(
            PINS.items(), (Role.FRONT_DESK, Role.MANAGER), ("受付 花", "店長 次郎"), strict=True
        ):
            make_staff(mail, [role], now=clock.utc_now(), name=name).pin_hash = hash_secret(pin)


def test_a_colleague_takes_over_without_losing_the_page(site: Site, page: Page) -> None:
    people(site)
    page.goto("/sign-in")
    page.get_by_label("メールアドレス").fill("shared-desk@test.example")
    page.get_by_label("パスワード", exact=False).first.fill(PASSWORD)
    page.get_by_label("共用パソコンで使う").check()
    page.get_by_role("button", name="サインイン").click()
    page.wait_for_url("**/today")
    page.goto("/leads/new")
    typed = page.locator("form[data-guard] input[type=text]:visible").first
    typed.fill("やまだ はなこ")
    page.locator(".topline details[data-menu] > summary").click()
    page.locator("[data-lock-now]").click()
    lock = page.locator("dialog#lock")
    expect(lock).to_be_visible()
    page.keyboard.press("Escape")
    expect(lock).to_be_visible()
    lock.get_by_text("店長 次郎").click()
    lock.locator("#lock-pin").fill("0000")
    page.keyboard.press("Enter")
    expect(lock.locator("#lock-error")).to_have_text("PINが違います。")
    for digit in PINS["shared-manager@test.example"]:
        lock.locator(f"[data-key='{digit}']").click()
    lock.locator("button.btn-primary").click()
    expect(lock).to_be_hidden()
    expect(typed).to_have_value("やまだ はなこ")
    expect(page.locator("[data-who-name]")).to_have_text("店長 次郎")


def test_an_untouched_screen_covers_itself(site: Site, page: Page) -> None:
    page.clock.install()
    page.goto("/sign-in")
    page.get_by_label("メールアドレス").fill("shared-desk@test.example")
    page.get_by_label("パスワード", exact=False).first.fill(PASSWORD)
    page.get_by_label("共用パソコンで使う").check()
    page.get_by_role("button", name="サインイン").click()
    page.wait_for_url("**/today")
    with page.expect_response("**/lock") as told:
        page.clock.run_for(310_000)
    assert told.value.ok
    expect(page.locator("dialog#lock")).to_be_visible()
    page.goto("/leads")
    expect(page).to_have_url(f"{site.url}/unlock?next=/leads")


def test_without_any_pin_the_password_is_the_way_in(site: Site, page: Page) -> None:
    """On a browser that is not shared only the own PIN would do; who has none is not shown a pad that opens nothing."""
    with site.app.app_context():
        make_staff("no-pin@test.example", [Role.FRONT_DESK], now=clock.utc_now(), name="無番 花")
    page.goto("/sign-in")
    page.get_by_label("メールアドレス").fill("no-pin@test.example")
    page.get_by_label("パスワード", exact=False).first.fill(PASSWORD)
    page.get_by_role("button", name="サインイン").click()
    page.wait_for_url("**/today")
    page.locator(".topline details[data-menu] > summary").click()
    page.locator("[data-lock-now]").click()
    lock = page.locator("dialog#lock")
    expect(lock.locator("[data-lock-no-pin]")).to_be_visible()
    expect(lock.locator("[data-pin-pad]")).to_be_hidden()
    lock.locator("[data-lock-password]").click()
    page.get_by_label("パスワード", exact=False).first.fill(PASSWORD)
    page.get_by_role("button", name="パスワードで解除").click()
    page.wait_for_url("**/today")
