"""A trainer's stories from end to end, in Japanese on a phone and in English on a tablet.

From a sheet nobody answered to the next visit, over the gate, a plan with a warning and a lost line; and from a tired
week that a client tells tap by tap to the words that are read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time, timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from backoffice.bookings.actions import book
from backoffice.bookings.guests import Guest
from backoffice.bookings.models import Attendance, Booking, BookingChannel, Participant
from backoffice.care.check_ins import check_in
from backoffice.care.measures import Measure
from backoffice.care.models import CareNote, CareReply, Outcome, Topic
from backoffice.care.notes import write_note
from backoffice.care.queries import check_in_path, reply_path
from backoffice.care.replies import care_facts
from backoffice.core import clock
from backoffice.core.audit import SYSTEM
from backoffice.core.clock import at_local, local_date
from backoffice.core.db import db, transaction
from backoffice.exercises.models import Exercise
from backoffice.messaging.models import Kind, Message
from backoffice.people.actions import create_person
from backoffice.programs.actions import add_template, save_day
from backoffice.programs.draft import DayDraft, ItemDraft
from backoffice.screening.queries import sheet_path
from backoffice.staff.models import Role, Staff
from backoffice.staff.trainers import trainers
from backoffice.studio.queries import service_by_slug, the_studio
from tests.browser.conftest import OpenPhone, Site
from tests.browser.front_desk import ZONE, no_serious_fault, set_clock, sign_in
from tests.gym import make_staff

pytestmark = pytest.mark.browser

MAIL = "story-browser@test.example"
FIRST_DAY = 48  # days on which other tests book nothing, nor a week later
THUMB = 44
TAPPED = "button, summary, select, textarea, .btn, .chip, label:has(input), input:not([type=radio], [type=checkbox])"
SMALL = """([tapped, least]) => [...document.querySelectorAll(`main :is(${tapped})`)]
  .filter(it => it.type !== "hidden" && !it.closest(".sr-only") && it.checkVisibility())
  .filter(it => it.getBoundingClientRect().height < least).map(it => it.outerHTML.slice(0, 120))"""
TEMPLATE = "膝にやさしい基本"
WORDS = {
    "ja": {
        "today": "今日", "sama": " 様", "yes": "はい", "no": "いいえ", "detail": "右ひざ、3年前から",
        "send_sheet": "回答を送る", "thanks": "ご回答ありがとうございました", "card": "カルテ",
        "gate": "健康チェックの判断をお願いします", "decide": "判断する", "open_answers": "回答を開く",
        "limits": "配慮して実施できる", "knee": "膝", "keep_decision": "判断を記録", "program": "プログラム",
        "new_program": "新しいプログラム", "start": "プログラムを開始",
        "warning": "「バードドッグ」：膝に配慮が必要です", "logs": "カルテ",
        "card_of_today": "本日のセッションカルテ", "exercise": "バードドッグ", "kept": "下書きを保存しました",
        "kept_or_draft": "下書き", "offline": "通信できません", "save": "カルテを保存",
        "advice": "寝る前の画面を控える", "outcome": "できた", "note": "腰は問題なし",
        "questions": "昨夜は|いまの疲れ|筋肉痛|決めたとおり", "tired": "かなり", "sore": "とても", "send": "送信する",
        "told": "担当トレーナーに届きました", "why": "直近7日の平均 5（回答7日）、その前の28日は 7（回答23日）",
        "write_back": "返信する", "phrase": "ありがとうございます。次回は少し軽めにしましょう。",
        "send_link": "リンクで送る", "read": "読みました",
        "has_read": "お読みいただいたことがトレーナーに伝わりました",
    },
    "en": {
        "today": "Today", "sama": "", "yes": "Yes", "no": "No", "detail": "right knee, for three years",
        "send_sheet": "Send my answers", "thanks": "Your answers have arrived", "card": "Session log",
        "gate": "please decide on the health check", "decide": "Decide", "open_answers": "Open the answers",
        "limits": "May train with limits", "knee": "Knee", "keep_decision": "Keep the decision", "program": "Program",
        "new_program": "New program", "start": "Start the program", "warning": "Bird dog: careful with knee.",
        "logs": "Session logs", "card_of_today": "Session card of today", "exercise": "Bird dog", "kept": r"Kept \d",
        "kept_or_draft": r"Kept \d|Draft of", "offline": "No connection", "save": "Save the session",
        "advice": "No screens in the hour before bed", "outcome": "Kept", "note": "The back was fine",
        "questions": "How many hours|How tired|How sore|last three meals", "tired": "Quite", "sore": "Very",
        "send": "Send", "told": "Your trainer sees it",
        "why": "5 on average in the last 7 days (7 answers), 7 in the 28 days before (23 answers)",
        "write_back": "Write back", "phrase": "Thank you. Let us take it easier at the next session.",
        "send_link": "Send as a link", "read": "I have read it",
        "has_read": "Your trainer sees that you have read it",
    },
}  # fmt: skip
GUESTS = {"ja": ("嵯峨野 澪", "太秦 律"), "en": ("Harriet Quill", "Maud Ferris")}


@dataclass(frozen=True)
class Story:
    """Who is told of, in which language, and the trainer's page."""

    words: dict[str, str]
    guest: str
    person_id: int
    trainer: Page

    @property
    def called(self) -> str:
        """How a page calls the guest."""
        return self.guest + self.words["sama"]


@pytest.fixture(params=[("ja", 390), ("en", 820)], ids=lambda one: f"{one[0]}-{one[1]}")
def story(request: pytest.FixtureRequest, site: Site, phone: OpenPhone) -> Iterator[Story]:
    """A guest of mori without a sheet, whose session is at eleven of a day of her own; mori is signed in."""
    language, width = request.param
    is_second = request.function is test_a_tired_week_is_seen_and_answered
    set_clock(10, days=FIRST_DAY + 2 * list(WORDS).index(language) + is_second)
    name = GUESTS[language][is_second]
    with site.app.app_context():
        person_id = bring(name, language, "" if is_second else WORDS[language]["advice"])
        db.session.remove()
    trainer = phone(viewport={"width": width, "height": 1100 if width > 400 else 844})
    sign_in(trainer, mail=MAIL, heading=WORDS[language]["today"])
    yield Story(WORDS[language], name, person_id, trainer)
    clock.set_offset(timedelta(0))


def bring(name: str, language: str, advice: str) -> int:
    """The guest with a session at eleven, advice that is due, and the template; mori reads this language."""
    now, studio = clock.utc_now(), the_studio()
    day = local_date(now, ZONE)
    account = db.session.scalar(select(Staff.id).where(Staff.mail == MAIL))
    account = account or make_staff(MAIL, [Role.TRAINER], now=now, name="森 亮介").id
    with transaction():
        db.session.execute(update(Staff).where(Staff.id == account).values(language=language))
        mori = db.session.merge(trainers(studio.id)[0])
        mori.staff_id = account
        person = create_person(
            name=name, phones=[], mails=[f"story-{day}@guest.example"], language=language, by=SYSTEM, now=now
        )  # fmt: skip
        book(
            studio=studio, service=service_by_slug(studio.id, "session"), trainer_id=mori.id,
            starts_at=at_local(day, time(11), ZONE), participants=[Guest(person)], channel=BookingChannel.DESK,
            by=SYSTEM, now=now,
        )  # fmt: skip
        if advice:
            write_note(studio, person.id, Topic.SLEEP, advice=advice, due_on=day, by=SYSTEM, now=now)
        template = add_template(studio, f"{TEMPLATE} {name}", weeks=1, weekly=2, by=SYSTEM, now=now)
        bird_dog = db.session.scalars(select(Exercise.id).where(Exercise.source_key == "bird_dog")).one()
        plan = DayDraft((ItemDraft(bird_dog, sets=3, amount=10),), "全身", "Whole body")
        save_day(
            studio, None, template.id, 1, day.weekday(), plan, valid_from=day, version=template.version, by=SYSTEM,
            now=now,
        )  # fmt: skip
    return person.id


def test_from_an_unanswered_sheet_to_the_next_visit(site: Site, story: Story, phone: OpenPhone) -> None:
    page, words = story.trainer, story.words
    answer_the_sheet(site, story, phone())
    page.reload()
    page.get_by_role("link", name=f"{story.called}: {words['card']}").click()
    decide_at_the_gate(story)
    plan_from_a_template(story)
    write_across_a_lost_line(story)
    due = page.locator(".care-due")
    expect(due).to_contain_text(words["advice"])
    due.get_by_role("button", name=words["outcome"], exact=True).click()
    expect(due).to_have_count(0)
    expect(page.locator("#note")).to_have_value(words["note"])
    page.get_by_role("button", name=words["save"]).click()
    expect(page.locator("#next")).to_be_visible()
    thumbs_hit(page)
    page.locator("#next button").first.click()
    expect(page.locator("#next")).to_contain_text("11:00")
    kept = what_is_kept(site, story)
    assert kept == (Attendance.ATTENDED, Outcome.KEPT, ["ATTENDED", "BOOKED"])


def test_a_tired_week_is_seen_and_answered(site: Site, story: Story, phone: OpenPhone) -> None:
    page, words, client = story.trainer, story.words, phone()
    with site.app.app_context():
        tell_the_past(story.person_id)
        link = check_in_path(story.person_id)
        db.session.remove()
    tell_today(story, client, link)
    page.goto("/care")
    row = page.locator("li", has_text=story.called)
    expect(row).to_contain_text(words["why"])
    row.get_by_text(words["write_back"]).click()
    row.get_by_label(words["phrase"]).check()
    no_serious_fault(page)
    thumbs_hit(page)
    row.get_by_role("button", name=words["send_link"]).click()
    expect(page.locator("li", has_text=story.called)).to_have_count(0)
    path, mail = the_answer(site, story)
    assert path in mail
    assert words["phrase"] not in mail
    client.goto(path)
    expect(client.get_by_text(words["phrase"])).to_be_visible()
    client.get_by_role("button", name=words["read"]).click()
    expect(client.locator(".notice")).to_contain_text(words["has_read"])
    thumbs_hit(client)


def answer_the_sheet(site: Site, story: Story, page: Page) -> None:
    """On a phone: one yes with its words, a signature, one consent."""
    words = story.words
    with site.app.app_context():
        page.goto(sheet_path(story.person_id))
    for row in page.locator("fieldset.question").all():
        row.get_by_role("radio", name=words["no"], exact=True).check()
    joints = page.locator("#joints")
    joints.get_by_role("radio", name=words["yes"], exact=True).check()
    joints.locator("textarea").fill(words["detail"])
    page.locator("#signature").fill(story.guest)
    page.locator("#agrees").check()
    thumbs_hit(page)
    page.get_by_role("button", name=words["send_sheet"]).click()
    expect(page.locator(".notice")).to_contain_text(words["thanks"])


def decide_at_the_gate(story: Story) -> None:
    """The card says why it is closed; deciding leads back to it."""
    page, words = story.trainer, story.words
    expect(page.locator("[data-card]")).to_have_count(0)
    expect(page.get_by_role("alert")).to_contain_text(words["gate"])
    page.get_by_role("link", name=words["decide"], exact=True).click()
    page.get_by_role("button", name=words["open_answers"]).click()
    expect(page.locator("dd").first).to_contain_text(words["detail"])
    page.get_by_label(words["limits"]).check()
    page.locator("input[value=knee]").check()
    page.locator("textarea[name=reason]").fill(words["detail"])
    thumbs_hit(page)
    page.get_by_role("button", name=words["keep_decision"]).click()
    expect(page.locator("[data-card]")).to_be_visible()
    expect(page.locator(".session-card .notice").first).to_contain_text(words["knee"])


def plan_from_a_template(story: Story) -> None:
    """The template names an exercise that the limit is about; the warning says so. Two taps lead to the card again."""
    page, words = story.trainer, story.words
    page.get_by_role("link", name=words["program"], exact=True).click()
    page.get_by_role("link", name=words["new_program"]).first.click()
    page.locator("#template").select_option(label=f"{TEMPLATE} {story.guest}")
    thumbs_hit(page)
    page.get_by_role("button", name=words["start"]).click()
    expect(page.locator("#warnings")).to_contain_text(words["warning"])
    expect(page.locator("h2", has_text=TEMPLATE)).to_be_visible()
    thumbs_hit(page)
    page.get_by_role("link", name=words["logs"], exact=True).click()
    page.get_by_role("link", name=words["card_of_today"]).click()
    expect(page.locator(".exercise")).to_contain_text(words["exercise"])


def write_across_a_lost_line(story: Story) -> None:
    """What is entered without a line outlives the page it was entered on, and goes out when the line is back."""
    page, words = story.trainer, story.words
    above = page.locator(".session-card > *")
    expect(above.nth(0)).to_contain_text(words["knee"])
    expect(above.nth(1)).to_contain_text(words["advice"])
    no_serious_fault(page)
    thumbs_hit(page)
    said, sets = page.locator("[data-said]"), page.locator(".set")
    sets.nth(1).click()
    expect(said).to_contain_text(re.compile(words["kept"]))
    address = page.url
    page.context.set_offline(True)
    sets.nth(2).click()
    page.locator("#note").fill(words["note"])
    expect(said).to_contain_text(words["offline"])
    page.goto("about:blank")
    page.context.set_offline(False)
    page.goto(address)
    expect(page.locator("#sets-0")).to_have_value("10 10 10")
    expect(page.locator("#note")).to_have_value(words["note"])
    expect(said).to_contain_text(re.compile(words["kept_or_draft"]))


def what_is_kept(site: Site, story: Story) -> tuple[str, str | None, list[str]]:
    """The attendance of today, what became of the advice, and the states of the guest's bookings."""
    with site.app.app_context():
        bookings = db.session.execute(
            select(Participant.attendance, Booking.state)
            .join(Booking, Booking.id == Participant.booking_id)
            .where(Participant.person_id == story.person_id)
            .order_by(Booking.starts_at)
        ).all()
        outcome = db.session.scalars(
            select(CareNote.outcome).where(CareNote.person_id == story.person_id)
        ).one()
        db.session.remove()
    return bookings[0].attendance, outcome, [row.state for row in bookings]


def tell_the_past(person_id: int) -> None:
    """Four weeks of good nights, then six bad ones."""
    now, studio = clock.utc_now(), the_studio()
    with transaction():
        for back in range(29, 0, -1):
            sleep = {Measure.SLEEP: Decimal(7 if back > 6 else 5)}
            check_in(
                studio, person_id, sleep, agrees=True, wording="v1", language="ja", by=SYSTEM,
                now=now - timedelta(days=back),
            )  # fmt: skip


def tell_today(story: Story, page: Page, link: str) -> None:
    """Four taps and one to send."""
    words = story.words
    page.goto(link)
    for name, tapped in zip(
        words["questions"].split("|"), ("5", words["tired"], words["sore"], "2"), strict=True
    ):
        group = page.get_by_role("group", name=re.compile(name))
        group.get_by_role("radio", name=tapped, exact=True).check()
    thumbs_hit(page)
    page.get_by_role("button", name=words["send"], exact=True).click()
    expect(page.locator(".notice")).to_contain_text(words["told"])


def the_answer(site: Site, story: Story) -> tuple[str, str]:
    """The path of the trainer's answer, and everything the queued message knows."""
    with site.app.app_context():
        reply_id = db.session.scalars(
            select(CareReply.id).where(CareReply.person_id == story.person_id)
        ).one()
        message = db.session.scalars(
            select(Message).where(Message.person_id == story.person_id, Message.kind == Kind.CARE_REPLY.value)
        ).one()
        facts = care_facts(message, clock.utc_now())
        path = reply_path(reply_id)
        db.session.remove()
    return path, f"{message.values} {facts}"


def thumbs_hit(page: Page) -> None:
    """No page is wider than its screen, and what is tapped is as high as a thumb; links in a sentence may be lower."""
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert page.evaluate(SMALL, [TAPPED, THUMB - 0.5]) == []
