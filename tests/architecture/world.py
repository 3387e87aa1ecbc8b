"""One guest with a name found nowhere else, and a record of every kind around her."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from backoffice.billing.actions import Line, charge, pay
from backoffice.billing.models import LineKind, PaymentKind
from backoffice.billing.receipts import issue
from backoffice.bookings.actions import book
from backoffice.bookings.availability import free_slots
from backoffice.bookings.guests import Guest
from backoffice.bookings.models import BookingChannel, Participant
from backoffice.bookings.schedule import add_block, add_special_day, add_time_off
from backoffice.bookings.series import book_series
from backoffice.care.check_ins import check_in
from backoffice.care.measures import Measure
from backoffice.care.models import Topic
from backoffice.care.notes import write_note as write_care_note
from backoffice.choices.sending import send_times
from backoffice.clients.actions import register
from backoffice.core.audit import SYSTEM, Actor
from backoffice.core.clock import at_local
from backoffice.core.db import db
from backoffice.core.language import Language
from backoffice.exercises.models import Exercise
from backoffice.exercises.photos import add_photo
from backoffice.files.actions import add_file
from backoffice.files.models import MediaType, Shelf
from backoffice.files.reading import ReadyFile
from backoffice.handover.actions import write_note
from backoffice.handover.models import NoteKind
from backoffice.inbox.actions import begin
from backoffice.inbox.answers import Draft, answer
from backoffice.inbox.health import Writer
from backoffice.inbox.hearing import heard
from backoffice.inbox.quick_replies import quick_replies
from backoffice.incidents.actions import Report, report_incident
from backoffice.incidents.models import IncidentKind
from backoffice.joining.actions import Agreement, begin_paper
from backoffice.joining.queries import discounts
from backoffice.leads.actions import capture_lead
from backoffice.leads.calls import note_call
from backoffice.leads.models import CallOutcome, SavedView
from backoffice.line.accounts import held_account
from backoffice.memberships.actions import begin as begin_membership
from backoffice.memberships.freezing import FreezeTerms, freeze
from backoffice.memberships.models import Plan
from backoffice.memberships.queries import plans
from backoffice.merging.actions import merge
from backoffice.messaging.conversation import keep_said
from backoffice.messaging.entries import EntryFile, EntryKind, FileState
from backoffice.messaging.models import Channel, Message
from backoffice.people.actions import add_note, create_person, record_consent
from backoffice.people.models import Purpose
from backoffice.playbooks.models import PlaybookRun, PlaybookStep
from backoffice.programs.actions import add_template, start_program
from backoffice.progress.actions import add_measurements, note_effect
from backoffice.progress.models import Effect, Pose, Review
from backoffice.progress.photos import add_photo as add_pose
from backoffice.progress.queries import kinds
from backoffice.replanning.models import Replan
from backoffice.shifts.copying import copy_table, plan_copy
from backoffice.shifts.days import set_day
from backoffice.shifts.models import ShiftSwap
from backoffice.shifts.swaps import ask
from backoffice.staff.models import Role, Staff, TimeOff, Trainer
from backoffice.staff.trainers import trainers
from backoffice.studio.models import SpecialDay, Studio
from backoffice.studio.queries import rooms, service_by_slug
from backoffice.tickets.actions import Given, grant
from backoffice.tickets.models import TicketEntry
from backoffice.todos.actions import add_todo
from backoffice.todos.models import TodoKind
from backoffice.waiting.actions import add_wait
from tests.gym import make_staff

MARKS = (
    "秘密野",
    "ひみつの",
    "himitsu@guest.example",
    "09087654321",
    "090-8765-4321",
    "だれにも見せないメモ",
    "だれにも見せない相談",
)
DAY = date(2026, 11, 24)


@dataclass(frozen=True)
class World:
    """The people who sign in, and the ids that addresses can carry."""

    staff: dict[str, Staff]
    ids: dict[str, object]


def make_world(gym: Studio, now: datetime) -> World:
    """Everything at noon of the day; the guest trains with mori this evening."""
    mori, okada = trainers(gym.id)
    staff = {
        "desk": make_staff("w-desk@test.example", [Role.FRONT_DESK], now=now),
        "own trainer": make_staff("w-own@test.example", [Role.TRAINER], now=now),
        "other trainer": make_staff("w-other@test.example", [Role.TRAINER], now=now),
        "manager": make_staff("w-manager@test.example", [Role.MANAGER], now=now),
        "owner": make_staff("w-owner@test.example", [Role.OWNER], now=now),
    }
    mori.staff_id, okada.staff_id = staff["own trainer"].id, staff["other trainer"].id
    person = create_person(
        name="秘密野 花子",
        kana="ひみつの はなこ",
        phones=["09087654321"],
        mails=["himitsu@guest.example"],
        by=SYSTEM,
        now=now,
    )
    add_note(person.id, "だれにも見せないメモ", by=SYSTEM, now=now)
    lead = capture_lead(
        person, studio_id=gym.id, source="column", enquiry="だれにも見せない相談", by=SYSTEM, now=now
    )
    booking = book(
        studio=gym, service=service_by_slug(gym.id, "trial"), trainer_id=mori.id, starts_at=at(18, gym), lead=lead,
        participants=[Guest(person)], channel=BookingChannel.PHONE, by=SYSTEM, now=now,
    )  # fmt: skip
    todo = add_todo(
        TodoKind.CALL_TO_CONFIRM, "秘密野 花子", studio_id=gym.id, due_at=now, person_id=person.id,
        booking_id=booking.id, by=SYSTEM, now=now,
    )  # fmt: skip
    add_time_off(okada, at(10, gym), at(11, gym), by=SYSTEM, now=now)
    block = add_block(
        studio_id=gym.id,
        starts_at=at(10, gym),
        ends_at=at(11, gym),
        room_id=rooms(gym.id)[0].id,
        by=SYSTEM,
        now=now,
    )
    slot = next(
        one
        for one in free_slots(
            gym, service_by_slug(gym.id, "session"), DAY + timedelta(days=2), DAY + timedelta(days=2), now=now
        )
        if one.trainer_id == mori.id
    )
    series, _ = book_series(
        gym, service_by_slug(gym.id, "session"), {DAY + timedelta(days=2): slot}, persons=[person],
        days=[DAY + timedelta(days=2), DAY + timedelta(days=9)], every_weeks=1, channel="PHONE", by=SYSTEM, now=now,
    )  # fmt: skip
    note = write_note(
        gym.id, "だれにも見せないメモ", kind=NoteKind.HEALTH, trainer_id=mori.id, by=SYSTEM, now=now
    )
    other, third = (create_person(name=name, by=SYSTEM, now=now) for name in ("別人 太郎", "別人 次郎"))
    made = merge(other.id, third.id, {}, by=SYSTEM, now=now)
    replan = Replan(time_off_id=db.session.query(TimeOff.id).scalar(), booking_id=booking.id, created_at=now)
    db.session.add(replan)
    later = free_slots(
        gym,
        service_by_slug(gym.id, "session"),
        date(2026, 12, 2),
        date(2026, 12, 2),
        now=now,
        person_ids=[person.id],
    )
    choice = send_times(gym, service_by_slug(gym.id, "session"), person, later[:1], by=SYSTEM, now=now)
    wait = add_wait(
        gym, person, booking.service_id, first_day=DAY, last_day=DAY + timedelta(days=7), by=SYSTEM, now=now
    )
    view = SavedView(
        studio_id=gym.id, staff_id=staff["desk"].id, name="朝", asked={"overdue": "1"}, is_shared=True, created_at=now
    )  # fmt: skip
    db.session.add(view)
    set_day(mori, DAY, [], version=None, by=SYSTEM, now=now)
    swap = _swap(gym, mori, okada, now)
    seen = plan_copy(gym, DAY + timedelta(days=60), DAY, now=now).fingerprint
    copied = copy_table(gym, DAY + timedelta(days=60), DAY, seen=seen, by=SYSTEM, now=now)
    ready = ReadyFile("だれにも見せないメモ.pdf", MediaType.PDF, b"%PDF-1.7")
    file = add_file(gym.id, person.id, Shelf.PAPERS, ready, by=SYSTEM, now=now)
    care_note = write_care_note(
        gym, person.id, Topic.SLEEP, advice="だれにも見せないメモ", due_on=DAY, by=SYSTEM, now=now
    )
    kind = kinds(gym.id)[0]
    measured = add_measurements(gym, person.id, DAY, {kind.id: kind.least}, by=SYSTEM, now=now)[0]
    record_consent(
        person.id, Purpose.PHOTOS, True, wording="1", language="ja", source="test", by=SYSTEM, now=now
    )
    posed = add_pose(gym, person.id, Pose.FRONT, DAY, b"jpeg", by=SYSTEM, now=now)
    review = Review(
        studio_id=gym.id, person_id=person.id, begun_on=DAY, week=3, due_on=DAY, said="だれにも見せないメモ", done_by=""
    )  # fmt: skip
    db.session.add(review)
    noticed = note_effect(gym, person.id, Effect.FELT, DAY, "だれにも見せないメモ", by=SYSTEM, now=now)
    checked_in = check_in(
        gym, person.id, {Measure.FATIGUE: Decimal(5)}, words="だれにも見せないメモ", meal=b"jpeg", agrees=True,
        wording="v1", language="ja", by=SYSTEM, now=now,
    )  # fmt: skip
    call = note_call(gym, person.id, CallOutcome.NO_ANSWER, by=SYSTEM, now=now)
    add_special_day(gym.id, DAY + timedelta(days=30), by=SYSTEM, now=now)
    shown = add_photo(
        gym.id,
        db.session.query(Exercise.id).order_by(Exercise.id).limit(1).scalar(),
        b"jpeg",
        by=SYSTEM,
        now=now,
    )
    told = Report(IncidentKind.NEAR_MISS, now, "だれにも見せないメモ", person_id=person.id)
    own = Actor("staff", staff["own trainer"].id, "w")
    incident = report_incident(gym, told, by=own, now=now)
    planned = start_program(gym, person.id, "だれにも見せないメモ", starts_on=DAY, by=SYSTEM, now=now)
    template = add_template(gym, "基本", by=SYSTEM, now=now)
    account, entry_id = _line(gym, now)
    conversation_id, answer_id = _conversation(gym, person.id, now)
    invoice = charge(
        person.id, [Line(LineKind.OTHER, "だれにも見せない相談", "", 9_900)], studio_id=gym.id, due_on=DAY, by=SYSTEM,
        now=now,
    )  # fmt: skip
    payment = pay(invoice, PaymentKind.CASH, 900, received_on=DAY, by=SYSTEM, now=now)
    receipt = issue(
        payment, addressee="秘密野 花子", proviso="だれにも見せない相談", language=Language.JA, by=SYSTEM, now=now
    )  # fmt: skip
    given = grant(person.id, Given(4, "回数券", "Pack", 9_900, DAY), studio_id=gym.id, by=SYSTEM, now=now)
    terms = Agreement(plans(gym.id)[0].id, DAY, None, 0, [discounts(gym.id)[0].id])
    paper = begin_paper(person, terms, studio=gym, lead=lead, by=SYSTEM, now=now)
    membership = _membership(gym, person.id, now)
    db.session.commit()
    target = make_staff("w-target@test.example", [Role.TRAINER], now=now)
    ids = {
        "person_id": person.id, "lead_id": lead.id, "booking_id": booking.id, "todo_id": todo.id,
        "participant_id": db.session.query(Participant.id).filter_by(booking_id=booking.id).scalar(),
        "message_id": db.session.query(Message.id).order_by(Message.id).limit(1).scalar(),
        "trainer_id": mori.id, "service_id": booking.service_id, "room_id": rooms(gym.id)[0].id, "block_id": block.id,
        "time_off_id": db.session.query(TimeOff.id).scalar(),
        "special_day_id": db.session.query(SpecialDay.id).scalar(),
        "wait_id": wait.id, "choice_id": choice.id,
        "series_id": series.id, "replan_id": replan.id, "other_id": other.id,
        "merge_id": made.id, "note_id": note.id, "care_note_id": care_note.id,
        "program_id": planned.id, "template_id": template.id, "week": 1, "weekday": 1,
        "kind_id": kind.id, "measurement_id": measured.id, "effect_id": noticed.id,
        "check_in_id": checked_in.id,
        "pose_photo_id": posed.id, "review_id": review.id,
        "staff_id": target.id, "view_id": view.id, "copy_id": copied.id,
        "call_id": call.id, "file_id": file.id,
        "exercise_id": shown.exercise_id, "photo_id": shown.id,
        "swap_id": swap.id, "incident_id": incident.id, **_playbook(person.id, now),
        "account_id": account, "entry_id": entry_id, "conversation_id": conversation_id, "answer_id": answer_id,
        "reply_id": quick_replies(gym.id)[0].id, "paper_id": paper.id, "discount_id": discounts(gym.id)[0].id,
        "invoice_id": invoice.id, "payment_id": payment.id, "receipt_issue_id": receipt.id,
        "grant_id": given.id, "ticket_line_id": db.session.query(TicketEntry.id).filter_by(grant_id=given.id).scalar(),
        **membership,
        "list_kind": "source", "entry_key": "column", "step": "hours", "month": "2026-11",
        "message_kind": "booking_confirmed", "text_language": "ja",
        "slug": "trial", "tab": "timeline", "token": "made-up", "filename": "made-up.css",
    }  # fmt: skip
    return World(staff, ids)


def _membership(gym: Studio, person_id: int, now: datetime) -> dict[str, object]:
    """The guest has a monthly plan that will be frozen."""
    plan = db.session.query(Plan).filter_by(studio_id=gym.id, is_monthly=True).order_by(Plan.id).first()
    client = register(person_id, joined_on=DAY, main_trainer_id=None, by=SYSTEM, now=now)
    begun = begin_membership(client, plan, DAY, by=SYSTEM, now=now)
    terms = FreezeTerms(DAY + timedelta(days=60), None, 0)
    frozen = freeze(begun.id, terms, studio=gym, by=SYSTEM, now=now)
    return {"plan_id": plan.id, "membership_id": begun.id, "freeze_id": frozen.id}


def _playbook(person_id: int, now: datetime) -> dict[str, object]:
    """The guest is in the first playbook of the studio."""
    step = db.session.query(PlaybookStep).order_by(PlaybookStep.id).limit(1).one()
    run = PlaybookRun(playbook_id=step.playbook_id, person_id=person_id, entered_at=now, started_at=now)
    db.session.add(run)
    db.session.commit()
    return {"playbook_id": step.playbook_id, "step_id": step.id, "run_id": run.id}


def _swap(gym: Studio, mori: Trainer, okada: Trainer, now: datetime) -> ShiftSwap:
    """Okada is off in the evening of a day, and mori asks her to take a part of his."""
    day = DAY + timedelta(days=45)
    set_day(okada, day, [(600, 840)], version=None, by=SYSTEM, now=now)
    return ask(gym, mori, okada, day, spans=[(900, 1080)], by=SYSTEM, now=now)


def _line(gym: Studio, now: datetime) -> tuple[int, int]:
    """Somebody on LINE whom nobody knows yet, and a photo they sent."""
    account = held_account(gym.id, "U" + "c3" * 16, now=now)
    account.display_name = "だれにも見せない相談"
    entry_id = keep_said(
        gym.id, Channel.LINE, EntryKind.PHOTO, external_id="1", said_at=now, now=now, line_account_id=account.id
    )  # fmt: skip
    assert entry_id is not None
    db.session.add(
        EntryFile(
            entry_id=entry_id,
            state=FileState.KEPT,
            next_try_at=now,
            name="photo.jpg",
            media_type="image/jpeg",
            size=4,
            content=b"jpeg",
        )
    )
    heard(entry_id, now)
    return account.id, entry_id


def _conversation(gym: Studio, person_id: int, now: datetime) -> tuple[int, int]:
    """What the guest wrote, and an answer that waits."""
    conversation = begin(gym.id, person_id, now=now)
    entry_id = keep_said(
        gym.id, Channel.LINE, EntryKind.TEXT, external_id="2", said_at=now, now=now, body="だれにも見せない相談",
        person_id=person_id,
    )  # fmt: skip
    assert entry_id is not None
    heard(entry_id, now)
    draft = Draft("だれにも見せないメモ", Channel.MAIL, 0, now + timedelta(hours=1))
    return conversation.id, answer(gym.id, conversation.id, draft, Writer(), by=SYSTEM, now=now).id


def at(hour: int, gym: Studio) -> datetime:
    """An hour of the day on the studio's clock."""
    return at_local(DAY, datetime.min.time().replace(hour=hour), gym.zone)
