"""A caller is booked by keyboard alone, in few keys; the keys are counted."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from backoffice.bookings.models import Booking, Participant
from backoffice.core import clock
from backoffice.core.audit import SYSTEM
from backoffice.core.clock import local_date
from backoffice.core.db import db, transaction
from backoffice.memberships.actions import Joining, join
from backoffice.memberships.queries import plans
from backoffice.people.actions import create_person
from backoffice.studio.queries import the_studio
from tests.backoffice.messaging.conftest import add_booking
from tests.browser.conftest import Site
from tests.browser.front_desk import no_serious_fault, set_clock, sign_in

pytestmark = pytest.mark.browser


class Keys:
    """A keyboard that counts."""

    def __init__(self, page: Page) -> None:
        self.page, self.pressed = page, 0

    def type(self, text: str) -> None:
        for letter in text:
            self.press(letter)

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.pressed += 1


@pytest.fixture
def far_morning(morning: None) -> None:
    """Nine o'clock of a day on which other tests book nothing."""
    set_clock(9, days=30)


@pytest.fixture
def known(site: Site, far_morning: None) -> Iterator[int]:
    """Somebody the desk knows."""
    with site.app.app_context():
        with transaction():
            who = create_person(
                name="川端 早紀",
                kana="かわばた さき",
                phones=["090-8181-4242"],
                by=SYSTEM,
                now=clock.utc_now(),
            )
        yield who.id
        db.session.remove()


def bookings_of(site: Site, person: int) -> list[int]:
    with site.app.app_context():
        query = select(Booking.id).join(Participant, Participant.booking_id == Booking.id)
        found = list(db.session.scalars(query.where(Participant.person_id == person)))
        db.session.remove()
    return found


def test_a_known_caller_is_booked_in_seven_keys(site: Site, page: Page, known: int) -> None:
    sign_in(page)
    keys = Keys(page)
    keys.press("b")
    keys.type("4242")
    keys.press("Enter")
    expect(page.locator("#palette-panel")).to_contain_text("川端 早紀")
    no_serious_fault(page)
    expect(page.locator("[data-quick-first]")).to_be_focused()
    keys.press("Enter")
    expect(page.locator("h1")).to_have_text("川端 早紀 様")
    assert len(bookings_of(site, known)) == 1
    assert keys.pressed == 7


def test_a_member_sees_no_key_more_and_the_desk_what_is_left(
    site: Site, page: Page, far_morning: None
) -> None:
    with site.app.app_context(), transaction():
        studio, now = the_studio(), clock.utc_now()
        who = create_person(name="川原 結衣", phones=["090-8181-7373"], by=SYSTEM, now=now)
        pack = next(plan for plan in plans(studio.id) if not plan.is_monthly)
        terms = Joining(pack.id, local_date(now, studio.zone), None)
        join(who, terms, studio_id=studio.id, lead=None, by=SYSTEM, now=now)
        add_booking(
            studio, who, None, "session", now - timedelta(days=7), now=now
        )  # so a session is likely again
    sign_in(page)
    keys = Keys(page)
    keys.press("b")
    keys.type("7373")
    keys.press("Enter")
    expect(page.locator("#palette-panel")).to_contain_text("残り16回")
    no_serious_fault(page)
    expect(page.locator("[data-quick-first]")).to_be_focused()
    keys.press("Enter")
    expect(page.locator("h1")).to_have_text("川原 結衣 様")
    expect(page.locator("main")).to_contain_text("残り15回")
    assert keys.pressed == 7


def test_somebody_new_needs_a_name_and_a_phone(site: Site, page: Page, far_morning: None) -> None:
    sign_in(page)
    keys = Keys(page)
    keys.press("b")
    page.keyboard.insert_text("はやし")  # an input method sends the finished word at once
    keys.press("Enter")
    expect(page.locator("#quick-phone")).to_be_focused()
    expect(page.locator("#quick-kana")).to_have_value("はやし")
    keys.type("09022223333")
    keys.press("Enter")
    expect(page.locator("h1")).to_have_text("はやし 様")
    assert keys.pressed == 14


def test_a_choice_in_the_form_asks_for_other_times_and_keeps_its_place(page: Page, known: int) -> None:
    sign_in(page)
    page.keyboard.press("b")
    page.keyboard.type("4242")
    page.keyboard.press("Enter")
    expect(page.locator("#palette-panel")).to_contain_text("川端 早紀")
    with page.expect_response("**/bookings/quick"):
        page.locator("#quick-trainer").select_option(label="岡田 梨沙")
    expect(page.locator("#palette-panel .slot small:last-child").first).to_have_text("岡田 梨沙")
    expect(page.locator("#palette-panel")).to_contain_text("川端 早紀")
    page.keyboard.press("Escape")
    expect(page.locator("[data-palette]")).to_be_hidden()


def test_the_palette_opens_pages_and_people_and_leaves_an_input_method_alone(page: Page, known: int) -> None:
    sign_in(page)
    page.keyboard.press("Control+k")
    expect(page.locator("#palette-input")).to_be_focused()
    page.keyboard.type("calend")
    expect(page.locator("#palette-list .suggestion").first).to_contain_text("カレンダー")
    page.locator("#palette-input").dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    expect(page.locator("#palette-input")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("カレンダー")
    page.wait_for_load_state()  # keys pressed before the scripts ran would go nowhere
    page.keyboard.press("Control+k")
    page.keyboard.type("4242")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("川端 早紀 様")


def test_a_letter_typed_into_a_field_stays_a_letter(page: Page, known: int) -> None:
    sign_in(page)
    page.goto("/people")
    page.locator("#content input[type=search], [data-search-input]").first.focus()
    page.keyboard.press("b")
    expect(page.locator("[data-palette]")).to_be_hidden()


def test_the_first_arrow_down_beside_a_hit_books_nobody_new(
    site: Site, page: Page, far_morning: None
) -> None:
    with site.app.app_context():
        with transaction():
            who = create_person(name="桂 文", phones=["090-5151-9393"], by=SYSTEM, now=clock.utc_now()).id
        db.session.remove()
    sign_in(page)
    page.keyboard.press("b")
    page.keyboard.insert_text("090-5151-9393")
    options = page.locator(".palette-list .suggestion")
    expect(options).to_have_count(2)
    expect(options.first).to_contain_text("桂 文")
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(options.last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator("#palette-panel [name=first_person_id]")).to_have_value(str(who))
