"""The pages of a ledger: read by whoever may see the person, sold at the desk, corrected by managers."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from backoffice.billing.closing import close_day
from backoffice.billing.models import Payment
from backoffice.bookings.actions import book
from backoffice.bookings.guests import Guest
from backoffice.bookings.models import BookingChannel
from backoffice.clients.models import Client
from backoffice.core.audit import SYSTEM, Actor
from backoffice.core.db import db, transaction
from backoffice.core.submissions import new_token
from backoffice.memberships.actions import Joining, join
from backoffice.memberships.freezing import FreezeTerms, freeze
from backoffice.memberships.models import Membership, Plan
from backoffice.memberships.queries import joined_with, plans
from backoffice.people.actions import create_person
from backoffice.people.models import Person
from backoffice.staff.models import Role, Staff
from backoffice.staff.trainers import trainers
from backoffice.studio.models import Studio
from backoffice.studio.queries import service_by_slug
from backoffice.tickets.actions import adjust
from backoffice.tickets.models import TicketEntry
from backoffice.tickets.queries import lots_of
from blueprints.tickets import sales
from tests.gym import make_staff
from tests.pages import PageClient


@pytest.fixture
def member(gym: Studio, by: Actor, now: datetime) -> Person:
    """Somebody with a pack of 16."""
    with transaction():
        person = create_person(name="北川 澄", phones=["090-1234-0001"], by=SYSTEM, now=now)
        pack = db.session.query(Plan).filter_by(is_monthly=False).one()
        terms = Joining(pack.id, date(2026, 11, 24), trainers(gym.id)[0].id)
        join(person, terms, studio_id=gym.id, lead=None, by=by, now=now)
        return person


def free(person: Person) -> list[int]:
    """Free tickets of every grant."""
    db.session.expire_all()
    return [lot.free for lot in lots_of(person.id)]


def test_what_is_left_and_why(member: Person, sign_in: Callable[..., PageClient]) -> None:
    page = sign_in(Role.FRONT_DESK).open(f"/people/{member.id}/tickets").text
    assert "回数券 16回：16回分をお渡ししました（有効期限 2027年5月23日" in page
    assert "残り16回の理由" in page
    assert "お渡し 16 = 残り16回" in page
    assert "訂正する" not in page
    assert "16" in sign_in(Role.MANAGER).open(f"/people/{member.id}").text


def test_a_trainer_is_led_to_own_bookings_only(
    member: Person, gym: Studio, sign_in: Callable[..., PageClient], by: Actor, now: datetime
) -> None:
    """The ledger and the bookings to decide about name a colleague's booking; a link would be refused."""
    client, everybody = sign_in(Role.TRAINER), trainers(gym.id)
    everybody[0].staff_id = db.session.scalars(
        select(Staff.id).where(Staff.roles.contains([Role.TRAINER.value]))
    ).one()
    session = service_by_slug(gym.id, "session")
    with transaction():
        own, other = [
            book(
                studio=gym, service=session, trainer_id=one.id, starts_at=now + timedelta(days=30 + number),
                participants=[Guest(member)], channel=BookingChannel.DESK, by=by, now=now,
            )
            for number, one in enumerate(everybody)
        ]  # fmt: skip
        membership = joined_with(client_row(member).id)
        freeze(
            membership.id, FreezeTerms(date(2026, 12, 20), None, 0), studio=gym, waiver="試験", by=by, now=now
        )
    for path in ("tickets", "membership"):
        page = client.get(f"/people/{member.id}/{path}")
        assert page.status_code == 200
        assert f"/bookings/{own.id}" in page.text, path
        assert f'href="/bookings/{other.id}"' not in page.text, path


def client_row(person: Person) -> Client:
    """The person as a member."""
    return db.session.scalars(select(Client).where(Client.person_id == person.id)).one()


def test_sold_in_three_steps_and_once(member: Person, sign_in: Callable[..., PageClient]) -> None:
    desk = sign_in(Role.FRONT_DESK)
    desk.get(f"/people/{member.id}/tickets/sale")
    plan = db.session.query(Plan).filter_by(is_monthly=True).order_by(Plan.id).first()
    typed = {"plan_id": plan.id, "starts_on": "2026-12-01", "form_token": new_token()}
    preview = desk.post(f"/people/{member.id}/tickets/sale", data=typed)
    assert preview.status_code == 200
    assert "¥39,600" in preview.text
    assert free(member) == [16]
    for _ in range(2):
        sold = desk.post(f"/people/{member.id}/tickets/sale", data=typed | {"looked_at": "1"})
        assert sold.status_code == 303
    assert sorted(free(member)) == [4, 16]
    assert db.session.query(Membership).count() == 2


def test_who_is_no_member_is_sent_to_join(
    gym: Studio, now: datetime, sign_in: Callable[..., PageClient]
) -> None:
    with transaction():
        person = create_person(name="客", by=SYSTEM, now=now)
    desk = sign_in(Role.FRONT_DESK)
    assert f"/joining?person={person.id}" in desk.open(f"/people/{person.id}/tickets").text
    assert desk.open(f"/people/{person.id}/tickets/sale").status_code == 422


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ({"what": "take", "count": "3"}, 13),
        ({"what": "add", "count": "2"}, 18),
        ({"what": "refund", "count": "16"}, 0),
        ({"what": "extend", "until": "2027-06-30"}, 16),
    ],
)
def test_corrected_with_a_reason_and_taken_back(
    member: Person, sign_in: Callable[..., PageClient], typed: dict[str, str], expected: int
) -> None:
    manager = sign_in(Role.MANAGER)
    grant_id = lots_of(member.id)[0].grant.id
    address = f"/people/{member.id}/tickets/{grant_id}/correction"
    manager.get(address)
    token = {"form_token": new_token()}
    assert manager.post(address, data=typed | token).status_code == 422  # no reason
    for _ in range(2):
        assert manager.post(address, data=typed | token | {"note": "引っ越しのため"}).status_code == 303
    assert free(member) == [expected]
    page = manager.open(f"/people/{member.id}/tickets")
    assert "引っ越しのため" in page.text
    line = max(entry.id for entry in _lines())
    back = f"/people/{member.id}/tickets/lines/{line}/reversal"
    token = {"form_token": new_token()}
    for _ in range(2):
        assert manager.post(back, data=token | {"note": "まちがい"}).status_code == 303
    assert free(member) == [16]
    assert lots_of(member.id)[0].expires_on == date(2027, 5, 23)


def test_more_than_are_free_is_refused_with_the_words_kept(
    member: Person, sign_in: Callable[..., PageClient]
) -> None:
    manager = sign_in(Role.MANAGER)
    address = f"/people/{member.id}/tickets/{lots_of(member.id)[0].grant.id}/correction"
    manager.get(address)
    typed = {"what": "take", "count": "17", "note": "訂正の理由", "form_token": new_token()}
    answer = manager.post(address, data=typed)
    assert answer.status_code == 409
    assert "空いているのは16回だけです" in answer.text
    assert "訂正の理由" in answer.text


def test_given_by_hand(member: Person, sign_in: Callable[..., PageClient]) -> None:
    manager = sign_in(Role.MANAGER)
    address = f"/people/{member.id}/tickets/by-hand"
    typed = {"count": "5", "unit_price_yen": "9000", "note": "前のソフトの残り"}
    manager.get(address)
    typed["form_token"] = new_token()
    for _ in range(2):
        assert manager.post(address, data=typed).status_code == 303
    assert sorted(free(member)) == [5, 16]


def test_the_desk_corrects_nothing_and_nobody_another_persons(
    gym: Studio, now: datetime, member: Person, sign_in: Callable[..., PageClient]
) -> None:
    grant_id = lots_of(member.id)[0].grant.id
    desk: FlaskClient = sign_in(Role.FRONT_DESK)
    assert desk.get(f"/people/{member.id}/tickets/{grant_id}/correction").status_code == 403
    assert desk.get(f"/people/{member.id}/tickets/by-hand").status_code == 403
    with transaction():
        other = create_person(name="別人", by=SYSTEM, now=now)
    manager = sign_in(Role.MANAGER)
    assert manager.get(f"/people/{other.id}/tickets/{grant_id}/correction").status_code == 404
    line = _lines()[0].id
    assert manager.get(f"/people/{other.id}/tickets/lines/{line}/reversal").status_code == 404


def test_a_trainer_sees_only_those_of_own_guests(member: Person, sign_in: Callable[..., PageClient]) -> None:
    assert sign_in(Role.TRAINER).get(f"/people/{member.id}/tickets").status_code == 404


def _lines() -> list[TicketEntry]:
    return db.session.query(TicketEntry).order_by(TicketEntry.id).all()


def test_as_it_was_on_a_past_day(
    member: Person, sign_in: Callable[..., PageClient], at: Callable[[datetime], None], now: datetime
) -> None:
    desk = sign_in(Role.FRONT_DESK)
    with transaction():
        adjust(lots_of(member.id)[0].grant.id, -6, note="訂正", by=SYSTEM, now=now + timedelta(days=2))
    at(now + timedelta(days=3))
    desk.enter(make_staff("again@test.example", [Role.FRONT_DESK], now=now), now=now + timedelta(days=3))
    address = f"/people/{member.id}/tickets"
    assert "残り10回の理由" in desk.open(address).text
    assert "残り16回の理由" in desk.open(f"{address}?on=2026-11-25").text
    assert "残り10回の理由" in desk.open(f"{address}?on=2026-11-26").text
    assert "残り10回の理由" in desk.open(f"{address}?on=2030-01-01").text  # not past: now
    assert desk.open(f"{address}?on=never").status_code == 200


def test_renewals_due_and_a_task(
    gym: Studio, member: Person, sign_in: Callable[..., PageClient], now: datetime
) -> None:
    desk = sign_in(Role.FRONT_DESK)
    assert "北川" not in desk.open("/memberships/renewals").text
    with transaction():
        adjust(lots_of(member.id)[0].grant.id, -14, note="訂正", by=SYSTEM, now=now)
    assert "北川 澄" in desk.open("/memberships/renewals").text
    assert desk.post(f"/memberships/renewals/{member.id}/task", data={}).status_code == 303
    assert "北川 澄" in desk.open("/today").text
    assert sign_in(Role.TRAINER).open("/memberships/renewals").status_code == 403


@pytest.mark.parametrize("on", ["0001-01-01", "1000-01-01", "9999-12-31"])
def test_a_year_that_slipped_shows_the_tickets_of_now(
    member: Person, sign_in: Callable[..., PageClient], on: str
) -> None:
    page = sign_in(Role.FRONT_DESK).get(f"/people/{member.id}/tickets?on={on}")
    assert page.status_code == 200
    assert "終了時点の内容です" not in page.text


def test_tickets_by_hand_do_not_end_after_many_years(
    member: Person, sign_in: Callable[..., PageClient]
) -> None:
    boss, address = sign_in(Role.MANAGER), f"/people/{member.id}/tickets/by-hand"
    boss.get(address)
    for until in ("9999-12-31", "2031-01-01"):
        typed = {
            "form_token": new_token(),
            "count": "1",
            "until": until,
            "note": "お詫び",
            "unit_price_yen": "0",
        }
        assert boss.post(address, data=typed).status_code in (409, 422)
    assert free(member) == [16]


def test_the_second_step_says_what_they_have_and_keeps_its_place(
    member: Person, sign_in: Callable[..., PageClient]
) -> None:
    desk, address = sign_in(Role.FRONT_DESK), f"/people/{member.id}/tickets/sale"
    month = db.session.query(Plan).filter_by(is_monthly=True).order_by(Plan.id).first()
    desk.get(address)
    typed = {"plan_id": month.id, "starts_on": "2026-12-01", "form_token": new_token()}
    assert "に販売されています" in desk.post(address, data=typed).text  # the pack of this morning
    lost = desk.post(address, data=typed | {"looked_at": "1", "paid_yen": "５００００"})
    assert lost.status_code == 422
    assert "入金方法を選んでください" in lost.text
    assert 'name="looked_at"' in lost.text
    assert db.session.query(Membership).count() == 1
    assert desk.post(address, data=typed | {"looked_at": "1"}).status_code == 303
    again = desk.post(address, data=typed | {"form_token": new_token()}).text
    assert "すでに月4回コースをご契約中です" in again


def test_a_trainer_sees_tickets_and_terms_and_no_money(
    gym: Studio, member: Person, sign_in: Callable[..., PageClient]
) -> None:
    for role, sees in ((Role.TRAINER, False), (Role.FRONT_DESK, True)):
        client = sign_in(role)
        trainers(gym.id)[0].staff_id = db.session.scalars(select(Staff.id).order_by(Staff.id.desc())).first()
        db.session.commit()
        for page in ("tickets", "membership"):
            text = client.open(f"/people/{member.id}/{page}").text
            assert "回数券" in text
            assert ("¥" in text) is sees


def test_the_same_sold_a_moment_ago_is_asked_about(
    gym: Studio,
    member: Person,
    sign_in: Callable[..., PageClient],
    at: Callable[[datetime], None],
    now: datetime,
) -> None:
    """The second desk had looked before the first one sold, so nothing had warned it."""
    later = now + timedelta(hours=2)
    at(later)
    desk, address = sign_in(Role.FRONT_DESK), f"/people/{member.id}/tickets/sale"
    plan = next(one for one in plans(gym.id) if not one.is_monthly)
    typed = {"plan_id": plan.id, "starts_on": "2026-11-24", "paid_kind": "CASH"}
    desk.open(address)
    assert 'name="is_another"' not in desk.post(address, data=typed | {"form_token": new_token()}).text
    sure = typed | {"looked_at": "1"}
    assert desk.post(address, data=sure | {"form_token": new_token()}).status_code == 303
    assert len(free(member)) == 2
    second = sure | {"form_token": new_token()}
    asked = desk.post(address, data=second)
    assert asked.status_code == 409
    assert "同じものが販売済みです（14:00 検査 花）" in asked.text
    assert 'name="is_another"' in asked.text
    assert len(free(member)) == 2
    for _ in range(2):
        assert desk.post(address, data=second | {"is_another": "y"}).status_code == 303
    assert len(free(member)) == 3
    at(later + timedelta(minutes=31))
    assert desk.post(address, data=sure | {"form_token": new_token()}).status_code == 303


def test_the_tick_that_is_asked_for_is_there_in_the_race_itself(
    member: Person, sign_in: Callable[..., PageClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The colleague sold between the look at what was sold and the sale: the page had seen nothing."""
    desk, address = sign_in(Role.FRONT_DESK), f"/people/{member.id}/tickets/sale"
    plan = db.session.query(Plan).filter_by(is_monthly=True).order_by(Plan.id).first()
    typed = {"plan_id": plan.id, "starts_on": "2026-11-24", "looked_at": "1"}
    desk.open(address)
    assert desk.post(address, data=typed | {"form_token": new_token()}).status_code == 303
    monkeypatch.setattr(sales, "sold_just_now", lambda *_args, **_known: None)
    asked = desk.post(address, data=typed | {"form_token": new_token()})
    assert asked.status_code == 409
    assert 'name="is_another"' in asked.text


def test_a_sale_just_made_can_be_undone_in_the_toast(
    member: Person, sign_in: Callable[..., PageClient]
) -> None:
    desk, address = sign_in(Role.FRONT_DESK), f"/people/{member.id}/tickets/sale"
    desk.get(address)
    plan = db.session.query(Plan).filter_by(is_monthly=True).order_by(Plan.id).first()
    typed = {"plan_id": plan.id, "starts_on": "2026-11-24", "form_token": new_token(), "looked_at": "1"}
    sent = desk.post(address, data=typed | {"paid_kind": "CASH"})
    assert sent.status_code == 303, re.findall(r"form-error.*?</p>", sent.text)
    page = desk.open(sent.location).text
    (undo,) = re.findall(rf'action="(/people/{member.id}/tickets/sales/[0-9]+/undo)"', page)
    assert sorted(free(member)) == [4, 16]
    done = desk.post(undo, data={})
    assert done.status_code == 303, done.text[-1500:]
    page = desk.open(done.location).text
    assert "販売を取り消しました。お客様への返金：現金 ¥" in page
    card = desk.open(f"/people/{member.id}/membership").text
    assert "販売は11月24日" in card
    assert "から 2026年" not in card
    assert undo not in card
    assert sorted(free(member)) == [0, 16]
    again = desk.open(desk.post(undo, data={}).location).text
    assert "すでに取り消されたか" in again
    assert (
        'data-toast="undo"'
        not in desk.open(desk.post(address, data=typed | {"paid_kind": "CASH"}).location).text
    )


def test_a_colleague_undoes_nothing_and_a_manager_does(
    member: Person, sign_in: Callable[..., PageClient]
) -> None:
    desk, address = sign_in(Role.FRONT_DESK), f"/people/{member.id}/tickets/sale"
    desk.get(address)
    plan = db.session.query(Plan).filter_by(is_monthly=True).first()
    typed = {"plan_id": plan.id, "starts_on": "2026-11-24", "form_token": new_token(), "looked_at": "1"}
    page = desk.open(desk.post(address, data=typed).location).text
    (undo,) = re.findall(r'action="(/people/[0-9]+/tickets/sales/[0-9]+/undo)"', page)
    assert undo in desk.open(f"/people/{member.id}/membership").text
    other = sign_in(Role.FRONT_DESK, mail="other@test.example")
    assert undo not in other.open(f"/people/{member.id}/membership").text
    assert "販売した本人かマネージャー" in other.open(other.post(undo, data={}).location).text
    manager = sign_in(Role.MANAGER)
    assert undo in manager.open(f"/people/{member.id}/membership").text
    assert (
        "販売を取り消しました。入金はありませんでした。"
        in manager.open(manager.post(undo, data={}).location).text
    )
    assert sorted(free(member)) == [0, 16]


def test_a_sale_after_the_day_close_says_for_which_day_it_is_written(
    gym: Studio, member: Person, by: Actor, now: datetime, sign_in: Callable[..., PageClient]
) -> None:
    desk, address = sign_in(Role.FRONT_DESK), f"/people/{member.id}/tickets/sale"
    desk.get(address)
    plan = db.session.query(Plan).filter_by(is_monthly=True).first()
    typed = {"plan_id": plan.id, "starts_on": "2026-11-24", "form_token": new_token()}
    assert "の入出金として記録します。" not in desk.post(address, data=typed).text
    with transaction():
        close_day(gym, date(2026, 11, 24), {}, reason="試験", by=by, now=now)
    page = desk.post(address, data=typed).text
    assert "の入出金として記録します。" in page
    sent = desk.post(address, data=typed | {"looked_at": "1", "paid_kind": "CASH"})
    assert db.session.query(Payment).one().received_on == date(2026, 11, 25)
    assert 'data-toast="undo"' not in desk.open(sent.location).text, "on a closed day there is none"


def test_what_was_undone_is_sold_right_without_a_question(
    member: Person, sign_in: Callable[..., PageClient]
) -> None:
    desk, address = sign_in(Role.FRONT_DESK), f"/people/{member.id}/tickets/sale"
    desk.get(address)
    plan = db.session.query(Plan).filter_by(is_monthly=True).order_by(Plan.id).first()
    typed = {"plan_id": plan.id, "starts_on": "2026-11-24", "looked_at": "1"}
    page = desk.open(desk.post(address, data=typed | {"form_token": new_token()}).location).text
    (undo,) = re.findall(r'action="(/people/[0-9]+/tickets/sales/[0-9]+/undo)"', page)
    desk.open(desk.post(undo, data={}).location)
    assert desk.post(address, data=typed | {"form_token": new_token()}).status_code == 303
    assert sorted(free(member)) == [0, 4, 16]
