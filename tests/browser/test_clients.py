"""A trainer's week on a phone and a tablet: from the week to the sheet in one tap, two who save, an incident."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from backoffice.bookings.actions import book
from backoffice.bookings.availability import free_slots
from backoffice.bookings.guests import Guest
from backoffice.bookings.models import BookingChannel
from backoffice.clients.records import record_of, save_record
from backoffice.core import clock
from backoffice.core.audit import SYSTEM, Actor
from backoffice.core.clock import local_date
from backoffice.core.db import db, transaction
from backoffice.incidents.models import Incident
from backoffice.people.actions import create_person
from backoffice.staff.models import Role, Staff
from backoffice.staff.trainers import trainers
from backoffice.studio.queries import service_by_slug, the_studio
from tests.browser.conftest import OpenPhone, Site
from tests.browser.front_desk import no_serious_fault, sign_in
from tests.gym import make_staff

pytestmark = pytest.mark.browser

MAIL = "week-browser@test.example"
TABLET = {"viewport": {"width": 820, "height": 1180}}


@pytest.fixture
def guest_id(site: Site, morning: None) -> int:
    """Somebody with an allergy who trains tomorrow with a trainer who can sign in."""
    with site.app.app_context():
        now, studio = clock.utc_now(), the_studio()
        staff = db.session.scalar(select(Staff).where(Staff.mail == MAIL))
        staff = staff or make_staff(MAIL, [Role.TRAINER], now=now, name="森 亮介")
        with transaction():
            trainer = trainers(studio.id)[0]
            trainer.staff_id = staff.id
            who = create_person(name="週間 花子", kana="シュウカン ハナコ", by=SYSTEM, now=now)
            service, day = (
                service_by_slug(studio.id, "session"),
                local_date(now, studio.zone) + timedelta(days=1),
            )
            slot = free_slots(studio, service, day, day, now=now, trainer_id=trainer.id)[0]
            book(
                studio=studio, service=service, trainer_id=trainer.id, starts_at=slot.starts_at,
                participants=[Guest(who)], channel=BookingChannel.DESK, by=SYSTEM, now=now,
            )  # fmt: skip
            save_record(
                who.id, {"goals": "階段を楽に", "allergies": "そば"}, (), version=0, by=SYSTEM, now=now
            )
        person_id = who.id
        db.session.remove()
    return person_id


def test_from_the_week_to_the_sheet_and_both_texts_when_two_save(
    site: Site, phone: OpenPhone, guest_id: int
) -> None:
    page = phone()
    sign_in(page, mail=MAIL)
    page.get_by_role("link", name="自分の1週間").click()
    name = page.get_by_role("link", name="週間 花子 様").first
    assert (name.bounding_box() or {"height": 0})["height"] >= 44
    no_serious_fault(page)
    name.click()
    expect(page.locator("main")).to_contain_text("アレルギーあり")
    expect(page.locator("main")).not_to_contain_text("そば")
    no_serious_fault(page)
    page.get_by_role("button", name="シートをすべて見る").click()
    expect(page.locator("main")).to_contain_text("そば")
    page.get_by_text("シートを編集する").click()
    page.get_by_label("目標").fill("山に登りたい")
    with site.app.app_context():
        with transaction():
            now, other = clock.utc_now(), Actor("staff", None, "岡田 梨沙")
            save_record(
                guest_id, {"goals": "10km走りたい", "allergies": "そば"}, (), version=1, by=other, now=now
            )
        db.session.remove()
    page.get_by_role("button", name="保存").click()
    expect(page.locator(".notice-warn")).to_contain_text("10km走りたい")
    expect(page.get_by_label("目標")).to_have_value("山に登りたい")
    no_serious_fault(page)
    page.get_by_role("button", name="保存").click()
    expect(page.locator("main")).to_contain_text("山に登りたい")
    with site.app.app_context():
        assert record_of(guest_id).texts == {**dict.fromkeys(record_of(guest_id).texts, ""),
                                             "goals": "山に登りたい", "allergies": "そば"}  # fmt: skip
        db.session.remove()


def test_an_incident_on_a_tablet_in_english_without_javascript(
    site: Site, phone: OpenPhone, guest_id: int
) -> None:
    page = phone(**TABLET, locale="en-GB", java_script_enabled=False)
    page.context.add_cookies([{"name": "language", "value": "en", "url": site.url}])
    sign_in(page, heading="Today", mail=MAIL)
    page.goto(f"/people/{guest_id}/record")
    page.get_by_role("link", name="Report an incident").click()
    page.get_by_label("Accident").check()
    page.get_by_label("What happened exactly").fill("Turned the ankle on landing")
    page.get_by_label("Part of the body").select_option("Ankle")
    page.get_by_role("button", name="Report").click()
    expect(page).to_have_url(re.compile(rf"/people/{guest_id}/record$"))
    expect(page.locator(".timeline")).to_contain_text("Accident")
    with site.app.app_context():
        made = db.session.scalars(select(Incident).where(Incident.person_id == guest_id)).one()
        assert (made.kind, made.region) == ("ACCIDENT", "ankle")
        db.session.remove()
