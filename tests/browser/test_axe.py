"""No serious barrier on any page, in eight windows: two widths, two languages, two themes.

The short form looks at each page in one of them, so that each window shows its share; `AXE=all` (`make axe`) looks at
every page in all eight.

Every GET route is either in a list below or named as not a page, so a new one cannot be forgotten.
"""

import os
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from io import BytesIO
from itertools import product

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page
from sqlalchemy import select

from backoffice.billing.actions import Line, charge, pay
from backoffice.billing.models import LineKind, PaymentKind
from backoffice.bookings.availability import free_slots
from backoffice.bookings.models import Booking
from backoffice.bookings.queries import guests_of, manage_path
from backoffice.bookings.series import book_series
from backoffice.bookings.visits import VisitRequest, book_visit
from backoffice.care.check_ins import check_in
from backoffice.care.measures import Measure
from backoffice.care.models import Topic
from backoffice.care.notes import write_note
from backoffice.care.queries import check_in_path, reply_path
from backoffice.care.replies import reply
from backoffice.choices.queries import choice_path
from backoffice.choices.sending import send_times
from backoffice.clients.regions import Region
from backoffice.core import clock, links
from backoffice.core.audit import SYSTEM, Actor
from backoffice.core.clock import local_date
from backoffice.core.db import db, transaction
from backoffice.exchange.imports import ImportKind, choose_columns, keep_file
from backoffice.exercises.models import Exercise
from backoffice.exercises.vocabulary import Setting as Place
from backoffice.files.actions import add_file, archive_file
from backoffice.files.models import MediaType, Shelf
from backoffice.files.reading import ReadyFile
from backoffice.inbox.actions import begin
from backoffice.inbox.answers import Draft
from backoffice.inbox.answers import answer as answer_by_hand
from backoffice.inbox.health import Writer
from backoffice.inbox.hearing import heard
from backoffice.inbox.queries import conversation_of_account
from backoffice.inbox.quick_replies import quick_replies
from backoffice.incidents.actions import Report, report_incident
from backoffice.incidents.models import IncidentKind
from backoffice.joining.actions import Agreement, begin_paper
from backoffice.joining.queries import discounts, paper_path
from backoffice.line.accounts import held_account
from backoffice.line.paths import connect_path
from backoffice.memberships.actions import Joining, join
from backoffice.memberships.freezing import FreezeTerms, freeze
from backoffice.memberships.periods import month_from
from backoffice.memberships.queries import agreements_of, plans
from backoffice.messaging.conversation import keep_said
from backoffice.messaging.entries import EntryKind
from backoffice.messaging.models import Channel, Message
from backoffice.people.actions import create_person, record_consent
from backoffice.people.models import Person, Purpose
from backoffice.people.queries import bare_person
from backoffice.people.queries import person as find_person
from backoffice.playbooks.models import Playbook, PlaybookRun
from backoffice.programs.actions import add_template, save_day, start_program
from backoffice.programs.draft import DayDraft, ItemDraft
from backoffice.programs.home import home_path
from backoffice.progress.actions import add_measurements, note_effect, set_goal
from backoffice.progress.models import Effect, Pose, Review
from backoffice.progress.photos import add_photo
from backoffice.progress.queries import kinds
from backoffice.replanning.actions import propose, report_absence
from backoffice.replanning.queries import hits_of, proposal_path
from backoffice.screening.queries import sheet_path
from backoffice.shifts.days import set_day
from backoffice.shifts.swaps import answer, ask
from backoffice.staff.models import Role, Staff, Trainer
from backoffice.staff.trainers import trainers
from backoffice.studio.models import Room, Service, Studio
from backoffice.studio.queries import service_by_slug, the_studio
from backoffice.tickets.queries import entries_of
from backoffice.waiting.actions import add_wait
from backoffice.waiting.models import Offer
from backoffice.waiting.offering import make_offers
from backoffice.waiting.queries import offer_path
from tests.browser.conftest import Site
from tests.gym import make_staff

pytestmark = pytest.mark.browser

EVERYTHING = os.environ.get("AXE") == "all"
WINDOWS = tuple(product((1440, 390), ("ja", "en"), ("light", "dark")))
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
MAIL = "axe@test.example"
PASSWORD = "correct-horse-kyoto"

NOT_PAGES = {
    "favicon", "static", "assets.static", "health.healthz", "health.readyz", "root.show", "calendar.feed",
    "desk.edit", "messages.text", "desk.slots", "today.rows",
    "leads.as_file", "leads.show_row", "leads.edit_row", "reports.funnel_file",
    "leaving_statement.pdf", "joining.copy", "papers.copy",
    "reports.visits_file", "reports.hours_file", "reports.members_file", "reports.revenue_file", "reports.leaving_file",
    "reports.trainer_file", "reports.sources_file", "reports.home_file",
    "reports.funnel_table", "reports.curve_table", "reports.trainers_table", "reports.visits_table",
    "reports.hours_table", "reports.hour_cells_table", "reports.members_table", "reports.retention_table",
    "reports.revenue_table", "reports.forecast_table", "reports.forecast_check_table",
    "exchange.people", "exchange.bookings", "exchange_imports.left_out", "exchange_imports.done",
    "files.show", "progress_photos.show", "care_talk.meal",
    "line_accounts.file", "line_booking.start",
    "feeds.show", "imports.rejected", "staff.unlock", "staff.accept_invite", "staff.reset_password",
    # Shown only in the middle of a story; journeys and their own tests walk through them.
    "book.details", "book.done", "imports.preview", "imports.done", "exercise_imports.preview", "exercise_imports.done",
    "exercise_photos.show", "erasure.give", "account.receipt_file", "account.invoice_file", "money.as_file",
    "money.unused_file", "money.debit_rows",
    "reports.month_goals",  # /reports/goals leads there
    "reports.month_costs",  # /reports/costs leads there
    "staff.confirm_password",
}  # fmt: skip
"""GET routes that are files, fragments, data or a step that needs the one before it."""

OPEN_PAGES = ("/book", "/book/counselling", "/book/trial", "/book/terms", "/sign-in", "/reset")
STAFF_PAGES = (
    "/people/{person}/data", "/people/{other}/data",  # first: they ask for a password given just now
    "/today", "/calendar", "/calendar?view=week", "/calendar?view=month", "/calendar?by=room", "/leads",
    "/leads/board", "/leads/new",
    "/leads/import", "/leads/{lead}", "/people", "/people/{person}",
    "/people/{person}/timeline", "/people/{person}/messages", "/people/{person}/joined", "/people/{person}/edit",
    "/people/{person}/screening", "/people/{person}/care", "/people/{person}/progress",
    "/people/{person}/progress/measurements/new", "/people/{person}/progress/goals/{kind}",
    "/people/{person}/progress/effects/new", "/progress/kinds", "/progress/kinds/new", "/progress/kinds/{kind}",
    "/people/{person}/care/plan", "/care", "/people/{member}/tickets", "/people/{member}/tickets/sale",
    "/people/{member}/tickets/by-hand", "/people/{member}/tickets/{grant}/correction",
    "/people/{member}/tickets/lines/{line}/reversal",
    "/people/{member}/leaving-statement", "/memberships/renewals",
    "/people/{member}/membership", "/people/{member}/membership/{membership}/freeze",
    "/people/{member}/membership/freezes/{freeze}", "/people/{member}/membership/leaving",
    "/people/{member}/membership/{membership}/change", "/settings/plans", "/settings/plans/new",
    "/settings/plans/{plan}",
    "/people/{member}/account", "/people/{member}/account/pay", "/people/{member}/account/charge",
    "/people/{member}/account/payments/{payment}/refund", "/people/{member}/account/invoices/{invoice}/credit",
    "/people/{member}/account/payments/{payment}/receipt", "/money", "/money?which=overdue", "/money/day",
    "/money/settings", "/money/debits", "/money/unused?on=2026-11-24",
    "/people/{person}/progress/photos", "/progress/reviews/{review}", "/people/{person}/progress/sheet?photos=1",
    "/people/{person}/program", "/people/{person}/program/new", "/people/{person}/program/{program}/edit",
    "/people/{person}/program/{program}/week/1/day/1", "/people/{person}/program/{program}/print",
    "/programs", "/programs/new", "/programs/{template}", "/programs/{template}/edit",
    "/programs/{template}/week/1/day/1",
    "/people/{person}/progress/photos?first={pose}&second={pose}", "/people/{person}/progress/photos/new",
    "/people/{person}/caution", "/people/{person}/files", "/people/{person}/files/new",
    "/people/{person}/record", "/people/{person}/trainers", "/participants/{participant}/card", "/people/{person}/logs",
    "/my/day-and-week", "/incidents", "/incidents/new", "/incidents/{incident}",
    "/settings/playbooks", "/settings/playbooks/{playbook}",
    "/inbox", "/inbox/{conversation}", "/inbox/{unknown}", "/inbox/answers/{waits}",
    "/settings/quick-replies", "/settings/quick-replies/new", "/settings/quick-replies/{quick}",
    "/people/{person}/line", "/line/accounts", "/line/accounts/{account}",
    "/people/{person}/duplicates", "/people/{person}/merge/{other}", "/joining?lead={lead}",
    "/joining/{paper}", "/joining/{paper}/agreement", "/people/{person}/details",
    "/settings/joining", "/settings/joining/discounts/new", "/settings/joining/discounts/{discount}",
    "/settings/joining/terms", "/settings/joining/visit-terms",
    "/settings/lists/source", "/settings/lists/lost_reason/price", "/settings/maturity",
    "/reports/goals", "/reports/costs", "/start",
    "/bookings/new", "/bookings/{booking}", "/waiting", "/series/{series}", "/absences/new", "/absences/{absence}",
    "/handover?person={person}", "/shifts", "/shifts/print", "/shifts/outside", "/shifts/copy?week={monday}",
    "/shifts/{trainer}/day", "/shifts/swaps", "/shifts/swaps/new", "/shifts/swaps/{swap}",
    "/exercises", "/exercises/new", "/exercises/import", "/exercises/{exercise}", "/exercises/{exercise}/edit",
    "/exercises/{exercise}/photos/new",
    "/series/new?person={person}",
    "/waiting/new?person={person}", "/choices/new?person_id={person}", "/choices/new?booking_id={booking}",
    "/messages", "/messages/{message}", "/messages/{message}/edit", "/reports",
    "/reports/funnel", "/reports/funnel/people", "/reports/bookings", "/reports/bookings/list", "/reports/hours",
    "/reports/trainers", "/reports/trainers/rows", "/reports/sources", "/home", "/home/rows",
    "/reports/hours/list", "/reports/members", "/reports/members/list", "/reports/leaving", "/reports/revenue",
    "/reports/revenue/list", "/reports/revenue/list?flow=owed", "/reports/forecast",
    "/data", "/data/import/people", "/data/import/bookings", "/data/import/people/{upload}",
    "/data/import/people/{upload}/columns",
    "/account", "/settings", "/settings/audit", "/settings/blocks", "/settings/health-check",
    "/settings/messages", "/settings/messages/texts", "/settings/messages/texts/booking_confirmed/ja",
    "/settings/opening-hours", "/settings/rooms",
    "/settings/rooms/{room}", "/settings/services", "/settings/services/{service}", "/settings/services/new",
    "/settings/special-days", "/settings/studio", "/settings/team", "/settings/team/new", "/settings/team/{staff}",
    "/settings/time-off", "/settings/trainers", "/settings/trainers/{trainer}", "/settings/trainers/{trainer}/hours",
    "/settings/trainers/new",
)  # fmt: skip
LINK_PAGES = (
    "/home-program/{home}",
    "/offer/{offer}",
    "/checkin/{care}",
    "/checkin/{care}/done",
    "/care-reply/{reply}",
    "/screening/{sheet}",
    "/screening/{sheet}/done",
    "/screening/{sheet}/consents",
    "/papers/{papers}",
    "/papers/{papers}/done",
    "/proposal/{proposal}",
    "/choose/{choice}",
    "/manage/{token}",
    "/manage/{token}/move",
    "/manage/{token}/cancel",
    "/unsubscribe/{stop}",
    "/line/connect/{connect}",
)


@pytest.fixture(scope="module")
def ids(site: Site) -> Iterator[dict[str, object]]:
    """A visit of tomorrow and the ids that pages need; an owner who can sign in."""
    with site.app.app_context():
        yield _story()
        db.session.remove()


def _story() -> dict[str, object]:
    now, studio = clock.utc_now(), the_studio()
    service = service_by_slug(studio.id, "trial")
    day = local_date(now, studio.zone) + timedelta(days=5)
    slot = free_slots(studio, service, day, day, now=now)[0]
    request = VisitRequest(
        studio=studio, service=service, starts_at=slot.starts_at, name="嵯峨 千尋", kana="サガ チヒロ",
        phone="070-0000-7777", mail="axe-guest@example.com", enquiry="姿勢が気になります。", wording="2026-11",
    )  # fmt: skip
    with transaction():
        booking = book_visit(request, by=SYSTEM, now=now)
    owner = make_staff(MAIL, [Role.OWNER, Role.FRONT_DESK, Role.TRAINER], now=now, name="大西 悠")
    guest = guests_of(booking.id)[0]
    return {
        "booking": booking.id,
        "lead": booking.lead_id,
        "person": guest.person_id,
        "participant": guest.id,
        "message": db.session.scalars(select(Message.id).where(Message.booking_id == booking.id)).first(),
        "exercise": db.session.scalars(select(Exercise.id)).first(),
        "room": db.session.scalars(select(Room.id)).first(),
        "service": service.id,
        "trainer": booking.trainer_id,
        "staff": owner.id,
        "token": manage_path(guest).removeprefix("/manage/"),
        "file": _paper(guest.person_id, now),
        "other": _twin(now),
        **_member(now),
        **_absence(booking, now),
        "series": _series(guest.person_id, service, now),
        "offer": _offer(guest.person_id, service.id, now),
        "choice": _choice(guest.person_id, now),
        "monday": _odd_week(booking, now),
        "swap": _swap(booking, owner, now),
        "upload": _upload(owner, now),
        "incident": _incident(guest.person_id, now),
        "playbook": _playbook(guest.person_id, now),
        "sheet": sheet_path(guest.person_id).removeprefix("/screening/"),
        "kind": _course(guest.person_id, now),
        **_care(guest.person_id, now),
        "review": _review(guest.person_id, now),
        "pose": _pose(guest.person_id, now),
        **_program(guest.person_id, now),
        **_line(guest.person_id, now),
        **_joining(guest.person_id, now),
        "stop": links.sign("unsubscribe", guest.person_id, Purpose.FOLLOW_UP.value),
    }


def _line(person_id: int, now: datetime) -> dict[str, object]:
    """The gym is on LINE, and somebody wrote whom nobody knows yet."""
    with transaction():
        studio = the_studio()
        studio.line_id = "@sei-kyoto"
        account = held_account(studio.id, "U" + "d4" * 16, now=now)
        account.display_name = "ちひろ"
        said = {"said_at": now, "now": now, "line_account_id": account.id}
        _heard(
            keep_said(
                studio.id, Channel.LINE, EntryKind.TEXT, external_id="1", body="明日行けますか", **said
            ),
            now,
        )
        keep_said(studio.id, Channel.LINE, EntryKind.STICKER, external_id="2", body="", **said)
        known = {**said, "line_account_id": None, "person_id": person_id}
        _heard(
            keep_said(studio.id, Channel.LINE, EntryKind.TEXT, external_id="3", body="遅れます", **known), now
        )
        conversation = begin(studio.id, person_id, now=now)
        draft = Draft("お気をつけてお越しください。", Channel.MAIL, 0, now + timedelta(days=1))
        waits = answer_by_hand(studio.id, conversation.id, draft, Writer(), by=SYSTEM, now=now)
    return {
        "account": account.id, "connect": connect_path(person_id).removeprefix("/line/connect/"),
        "conversation": conversation.id, "waits": waits.id, "quick": quick_replies(studio.id)[0].id,
        "unknown": conversation_of_account(studio.id, account.id),
    }  # fmt: skip


def _joining(person_id: int, now: datetime) -> dict[str, object]:
    """Papers that were begun, with a discount."""
    studio = the_studio()
    discount = discounts(studio.id)[0].id
    agreement = Agreement(plans(studio.id)[0].id, local_date(now, studio.zone), None, 22_000, [discount])
    with transaction():
        paper = begin_paper(find_person(person_id), agreement, studio=studio, lead=None, by=SYSTEM, now=now)
    return {
        "paper": paper.id,
        "papers": paper_path(paper.id).removeprefix("/papers/"),
        "discount": discount,
    }


def _heard(entry_id: int | None, now: datetime) -> None:
    assert entry_id is not None
    heard(entry_id, now)


def _choice(person_id: int, now: datetime) -> str:
    """Two times that wait for an answer; the person's page shows them as well."""
    studio, service = the_studio(), service_by_slug(the_studio().id, "session")
    day = local_date(now, studio.zone) + timedelta(days=7)
    slots = free_slots(studio, service, day, day, now=now, person_ids=[person_id])
    with transaction():
        made = send_times(studio, service, bare_person(person_id), [slots[0], slots[-1]], by=SYSTEM, now=now)
    return choice_path(made.id, 2).removeprefix("/choose/")


def _care(person_id: int, now: datetime) -> dict[str, object]:
    """Two notes, five weeks of check-ins that got worse, and an answer."""
    studio, known = the_studio(), {"by": SYSTEM, "now": now}
    with transaction():
        for days in (0, 9):
            due_on = local_date(now, studio.zone) + timedelta(days=days)
            write_note(
                studio, person_id, Topic.SLEEP, advice="寝る1時間前から画面を見ない", due_on=due_on, **known
            )
        for back in range(30, -1, -1):
            answers = {Measure.SLEEP: Decimal(5 if back < 7 else 7), Measure.SORENESS: Decimal(4)}
            check_in(
                studio, person_id, answers, words="肩が重い", agrees=True, wording="v1", language="ja", by=SYSTEM,
                now=now - timedelta(days=back),
            )  # fmt: skip
        made = reply(studio, person_id, "湯船につかってください", until=None, **known)
    return {
        "care": check_in_path(person_id).removeprefix("/checkin/"),
        "reply": reply_path(made.id).removeprefix("/care-reply/"),
    }


def _program(person_id: int, now: datetime) -> dict[str, object]:
    """A template, and a home program of two weeks with a superset and muscles on two days running."""
    studio, known = the_studio(), {"by": SYSTEM, "now": now}
    today = local_date(now, studio.zone)
    ids = db.session.scalars(
        select(Exercise.id).where(Exercise.section == "main").order_by(Exercise.id)
    ).all()
    items = tuple(
        ItemDraft(one, load_kg=Decimal(10 * (n + 1)), rest_seconds=60, note="ゆっくり", joined=n == 1)
        for n, one in enumerate(ids[:3])
    )
    with transaction():
        template = add_template(studio, "基本", "Basics", **known)  # type: ignore[arg-type]
        made = start_program(
            studio,
            person_id,
            "自宅の8週間",
            starts_on=today,
            place=Place.HOME,
            weeks=2,
            **known,  # type: ignore[arg-type]
        )
        for program, owner in ((template, None), (made, person_id)):
            for weekday in (1, 2):
                save_day(
                    studio, owner, program.id, 1, weekday, DayDraft(items, "全身"), valid_from=today, every_week=True,
                    version=None, **known,  # type: ignore[arg-type]
                )  # fmt: skip
    return {
        "program": made.id,
        "template": template.id,
        "home": home_path(made).removeprefix("/home-program/"),
    }


def _paper(person_id: int, now: datetime) -> int:
    """A file of the guest, and one that was deleted."""
    ready, studio = ReadyFile("契約書.pdf", MediaType.PDF, b"%PDF-1.7"), the_studio()
    with transaction():
        add_file(studio.id, person_id, Shelf.PAPERS, ready, by=SYSTEM, now=now)
        deleted = add_file(studio.id, person_id, Shelf.PAPERS, ready, by=SYSTEM, now=now)
        archive_file(studio.id, deleted.id, Shelf.PAPERS, by=SYSTEM, now=now)
    return deleted.id


def _course(person_id: int, now: datetime) -> int:
    """The guest was weighed twice, has a goal, and noticed something."""
    studio, kind = the_studio(), kinds(the_studio().id)[0].id
    day = local_date(now, studio.zone)
    with transaction():
        for back, value in ((30, "66.4"), (0, "65.8")):
            values = {kind: Decimal(value)}
            add_measurements(studio, person_id, day - timedelta(days=back), values, by=SYSTEM, now=now)
        set_goal(studio, person_id, kind, Decimal(62), day, by=SYSTEM, now=now)
        note_effect(studio, person_id, Effect.FELT, day, "肩が軽い", by=SYSTEM, now=now)
    return kind


def _playbook(person_id: int, now: datetime) -> int:
    """A playbook that the guest is in."""
    with transaction():
        row = db.session.query(Playbook).order_by(Playbook.id).limit(1).one()
        db.session.add(PlaybookRun(playbook_id=row.id, person_id=person_id, entered_at=now, started_at=now))
    return row.id


def _incident(person_id: int, now: datetime) -> int:
    """A report that waits for a manager."""
    told = Report(
        IncidentKind.ACCIDENT, now, "足首をひねった", person_id=person_id, region=Region.ANKLE,
        follow_up="次回に確認", follow_up_due=local_date(now, the_studio().zone),
    )  # fmt: skip
    with transaction():
        made = report_incident(the_studio(), told, by=SYSTEM, now=now)
    return made.id


def _review(person_id: int, now: datetime) -> int:
    """The guest's third week is over today."""
    day = local_date(now, the_studio().zone)
    with transaction():
        made = Review(
            studio_id=the_studio().id, person_id=person_id, begun_on=day - timedelta(weeks=3), week=3, due_on=day,
            said="", done_by="",
        )  # fmt: skip
        db.session.add(made)
    return made.id


def _pose(person_id: int, now: datetime) -> int:
    """The guest agrees to photos, and there is one."""
    studio, day = the_studio(), local_date(now, the_studio().zone)
    known = {"by": SYSTEM, "now": now}
    out = BytesIO()
    Image.new("RGB", (30, 40), "teal").save(out, "JPEG")
    with transaction():
        record_consent(
            person_id,
            Purpose.PHOTOS,
            True,
            wording="1",
            language="ja",
            source="test",
            **known,  # type: ignore[arg-type]
        )
        return add_photo(studio, person_id, Pose.FRONT, day, out.getvalue(), **known).id  # type: ignore[arg-type]


def _twin(now: datetime) -> int:
    """Somebody who looks like the guest."""
    with transaction():
        twin = create_person(
            name="嵯峨 ちひろ", kana="サガ チヒロ", phones=["070-0000-7777"], by=SYSTEM, now=now
        )
    return twin.id


def _member(now: datetime) -> dict[str, object]:
    """Somebody who bought a pack."""
    studio = the_studio()
    with transaction():
        member = create_person(name="北川 澄", phones=["070-0000-8888"], by=SYSTEM, now=now)
        pack = next(plan for plan in plans(studio.id) if not plan.is_monthly)
        terms = Joining(pack.id, local_date(now, studio.zone), None)
        join(member, terms, studio_id=studio.id, lead=None, by=SYSTEM, now=now)
    (line, grant) = entries_of(member.id)[0]
    return {
        "member": member.id,
        "grant": grant.id,
        "line": line.id,
        **_freeze(member, studio, now),
        **_money(member, now),
    }


def _freeze(member: Person, studio: Studio, now: datetime) -> dict[str, object]:
    """The member will rest for an unknown time."""
    row = agreements_of(studio.id, member.id)[0]
    begins = month_from(local_date(now, studio.zone), studio.cut_off_day)
    with transaction():
        frozen = freeze(row.id, FreezeTerms(begins, None, 0), studio=studio, by=SYSTEM, now=now)
    return {"membership": row.id, "freeze": frozen.id, "plan": row.plan_id}


def _money(member: Person, now: datetime) -> dict[str, object]:
    """Something charged and half paid."""
    studio = the_studio()
    day = local_date(now, studio.zone)
    with transaction():
        line = Line(LineKind.OTHER, "プロテイン", "Protein", 4_320, tax_rate=8)
        invoice = charge(member.id, [line], studio_id=studio.id, due_on=day, by=SYSTEM, now=now)
        payment = pay(invoice, PaymentKind.CASH, 2_000, received_on=day, by=SYSTEM, now=now)
    return {"invoice": invoice.id, "payment": payment.id}


def _absence(booking: Booking, now: datetime) -> dict[str, object]:
    """The trainer of the booking cannot come, and the guest was sent other times."""
    trainer = db.session.get_one(Trainer, booking.trainer_id)
    with transaction():
        start, end = booking.starts_at, booking.ends_at
        away = report_absence(trainer, start, end, by=SYSTEM, now=now)
        hit = hits_of(the_studio(), away, now=now)[0]
        propose(hit.replan, [one.slot for one in hit.proposals], by=SYSTEM, now=now)
    return {"absence": away.id, "proposal": proposal_path(hit.replan).removeprefix("/proposal/")}


def _odd_week(booking: Booking, now: datetime) -> str:
    """A week with a day of other hours; the day of the booking is off, so the booking lies outside."""
    trainer, day = (
        db.session.get_one(Trainer, booking.trainer_id),
        local_date(booking.starts_at, the_studio().zone),
    )
    with transaction():
        set_day(trainer, day, [], version=None, by=SYSTEM, now=now)
        set_day(trainer, day + timedelta(days=1), [(600, 840), (900, 1230)], version=None, by=SYSTEM, now=now)
    return day.isoformat()


def _swap(booking: Booking, owner: Staff, now: datetime) -> int:
    """The owner, who trains as well, has asked a colleague for the day after the booking; it waits for approval."""
    studio, day = the_studio(), local_date(booking.starts_at, the_studio().zone) + timedelta(days=1)
    other = make_staff("axe-colleague@test.example", [Role.TRAINER], now=now).id
    known = {"by": SYSTEM, "now": now}
    with transaction():
        own = db.session.get_one(Trainer, booking.trainer_id)
        colleague = next(one for one in trainers(studio.id) if one.id != own.id)
        own.staff_id, colleague.staff_id = owner.id, other
        set_day(colleague, day, [], version=None, **known)  # type: ignore[arg-type]
        swap = ask(studio, own, colleague, day, note="研修のため", **known)  # type: ignore[arg-type]
        answer(studio, swap.id, colleague.id, True, version=None, **known)  # type: ignore[arg-type]
    return swap.id


def _series(person_id: int, service: Service, now: datetime) -> int:
    """A series of two dates, one of them skipped."""
    studio, day = the_studio(), local_date(now, the_studio().zone) + timedelta(days=12)
    slot = free_slots(studio, service, day, day, now=now)[0]
    with transaction():
        made, _outcome = book_series(
            studio, service, {day: slot}, persons=[bare_person(person_id)], days=[day, day + timedelta(days=7)],
            every_weeks=1, channel="PHONE", by=SYSTEM, now=now,
        )  # fmt: skip
    return made.id


def _upload(owner: Staff, now: datetime) -> str:
    """A file of people whose columns were said."""
    by = Actor("staff", owner.id, owner.name)
    with transaction():
        content = "お名前,電話\n嵯峨 千尋,070-0000-7777\n嵯峨 梢,070-0000-7777\n,\n,1".encode()
        upload = keep_file(ImportKind.PEOPLE, content, "people.csv", by=by, now=now)
        columns = {"name": "お名前", "phone": "電話"}
        choose_columns(ImportKind.PEOPLE, upload.token, columns, the_studio(), by=by, now=now)
    return upload.token


def _offer(person_id: int, service_id: int, now: datetime) -> str:
    """The link of an offer that is open: a fitting time is free at once."""
    studio, first = the_studio(), local_date(now, the_studio().zone)
    with transaction():
        wait = add_wait(
            studio, bare_person(person_id), service_id, first_day=first, last_day=first + timedelta(days=20),
            by=SYSTEM, now=now,
        )  # fmt: skip
        make_offers(studio, now=now)
    offer = db.session.scalars(select(Offer.id).where(Offer.wait_id == wait.id)).one()
    return offer_path(offer).removeprefix("/offer/")


def test_no_page_is_forgotten(site: Site, ids: dict[str, object]) -> None:
    adapter = site.app.url_map.bind("localhost")
    listed = {
        adapter.match(path.format(**ids).partition("?")[0])[0]
        for path in (*OPEN_PAGES, *STAFF_PAGES, *LINK_PAGES)
    }
    routes = {rule.endpoint for rule in site.app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert routes - listed - NOT_PAGES == set()


@pytest.mark.parametrize(("width", "language", "theme"), WINDOWS)
def test_no_serious_barrier(
    browser: Browser, site: Site, ids: dict[str, object], width: int, language: str, theme: str
) -> None:
    context, number = _window(browser, site, width, language, theme), WINDOWS.index((width, language, theme))
    faults = _look_at(context, [path.format(**ids) for path in _share((*OPEN_PAGES, *LINK_PAGES), number)])
    _sign_in(context)
    faults += _look_at(context, [path.format(**ids) for path in _share(STAFF_PAGES, number)])
    context.close()
    assert faults == []


def _share(paths: Sequence[str], number: int) -> Sequence[str]:
    """The pages that a window shows."""
    return paths if EVERYTHING else paths[number :: len(WINDOWS)]


def _window(browser: Browser, site: Site, width: int, language: str, theme: str) -> BrowserContext:
    context = browser.new_context(
        base_url=site.url,
        locale={"ja": "ja-JP", "en": "en-GB"}[language],
        timezone_id="Asia/Tokyo",
        color_scheme=theme,  # type: ignore[arg-type]
        viewport={"width": width, "height": 844},
        has_touch=width < 600,
        reduced_motion="reduce",
    )
    context.add_cookies([{"name": "language", "value": language, "url": site.url}])
    return context


def _sign_in(context: BrowserContext) -> None:
    page = context.new_page()
    page.goto("/sign-in")
    page.locator("input[name=email]").fill(MAIL)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url("**/today")
    page.close()


def _look_at(context: BrowserContext, paths: list[str]) -> list[str]:
    """What is wrong with these pages: barriers, console errors, pages wider than the window, other answers than 200."""
    page, faults = context.new_page(), []
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    for path in paths:
        answer = page.goto(path)
        if answer is None or answer.status != 200:
            faults.append(f"{path}: {answer.status if answer else 'no answer'}")
            continue
        faults += [f"{path}: {fault}" for fault in _barriers(page)]
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            faults.append(f"{path}: {wide} px too wide")
        faults += [f"{path}: {text}" for text in said]
        said.clear()
    page.close()
    return faults


def _barriers(page: Page) -> list[str]:
    found = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]}).response["violations"]
    return [
        f"{one['id']} {one['nodes'][0]['target']}"
        for one in found
        if one["impact"] in {"serious", "critical"}
    ]
