"""The page of a person's data: only after a fresh password, everything in words, the name typed, a file to hand out."""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from html.parser import HTMLParser

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DatabaseError

from backoffice.all_models import metadata
from backoffice.billing.actions import Line, charge
from backoffice.billing.models import InvoiceLine, LineKind
from backoffice.bookings.models import Booking, Participant
from backoffice.bookings.queries import manage_path
from backoffice.care.models import CareNote
from backoffice.care.queries import check_in_path
from backoffice.core import links
from backoffice.core.audit import SYSTEM, Actor, AuditLine
from backoffice.core.db import db
from backoffice.core.submissions import new_token
from backoffice.erasure import rules
from backoffice.erasure.actions import erase_again
from backoffice.erasure.again import Listed
from backoffice.erasure.given import GIVEN, NOT_GIVEN
from backoffice.erasure.models import Erasure
from backoffice.erasure.queries import UNSHOWN
from backoffice.exercises.vocabulary import Setting
from backoffice.line.accounts import held_account
from backoffice.line.models import LineAccount
from backoffice.line.paths import book_path, connect_path
from backoffice.messaging.conversation import keep_said
from backoffice.messaging.entries import EntryKind
from backoffice.messaging.models import Channel
from backoffice.people.actions import add_note, create_person
from backoffice.people.models import ERASED, Person
from backoffice.programs.home import home_path
from backoffice.programs.models import Program
from backoffice.screening.queries import sheet_path
from backoffice.staff.models import Role, StaffSession
from backoffice.studio.models import Studio
from blueprints.erasure.words import GOES, LISTS, STAYS, shown
from tests.architecture.world import World, make_world
from tests.backoffice.erasure.settling import settle
from tests.pages import PageClient

SignIn = Callable[..., PageClient]


def yes(**changes: str) -> dict[str, str]:
    """The form as it is filled in."""
    return {"typed": "秘密野 花子", "reason": "本人の希望", "is_settled": "y", **changes}


@pytest.fixture
def world(gym: Studio, now: datetime) -> World:
    return make_world(gym, now)


@pytest.fixture
def who(world: World) -> int:
    return int(str(world.ids["person_id"]))


@pytest.fixture
def manager(sign_in: SignIn, world: World) -> PageClient:
    return sign_in(Role.MANAGER)


def test_things_are_counted_not_rows() -> None:
    """One visit is a booking and a guest, one enquiry a lead and its steps: each is one."""
    rows = {
        "bookings": 1,
        "participants": 1,
        "leads": 1,
        "stage_changes": 4,
        "invoices": 2,
        "invoice_lines": 9,
    }
    numbers = [number for _word, number, _why in shown(STAYS, rows)]
    assert numbers == [1, 1, 0]  # the books say no number
    assert [number for _word, number, _why in shown(GOES, {"person_phones": 2, "person_mails": 1})] == [3]


def test_from_the_page_of_a_person_to_nobody(manager: PageClient, who: int) -> None:
    assert f"/people/{who}/data" in manager.get(f"/people/{who}").text
    page = manager.get(f"/people/{who}/data").text
    assert ("先に以下を完了してください" in page, "完全に消去する" in page) == (True, False)
    settle(who)
    page = manager.get(f"/people/{who}/data").text
    assert ("先に以下を完了してください" in page, "完全に消去する" in page) == (False, True)
    refused = manager.post(f"/people/{who}/data", data=yes(typed="だれか"))
    assert (refused.status_code, "お名前をそのまま" in refused.text, "本人の希望" in refused.text) == (
        422,
        True,
        True,
    )
    done = manager.post(f"/people/{who}/data", data=yes())
    assert (done.status_code, done.location) == (303, "/people")
    gone = manager.get(f"/people/{who}")
    assert (gone.status_code, "消去済み" in gone.text) == (410, True)
    assert manager.get(f"/people/{who}/data").status_code == 410


def test_what_is_open_is_refused_with_links(manager: PageClient, who: int, world: World) -> None:
    manager.get(f"/people/{who}")  # a page with a form
    answer = manager.post(f"/people/{who}/data", data=yes())
    assert answer.status_code == 409
    for address in (
        f"/bookings/{world.ids['booking_id']}",
        f"/leads/{world.ids['lead_id']}",
        "/incidents/",
        "/today",
        f"/people/{who}/membership",
        f"/people/{who}/account",
        f"/people/{who}/tickets",
    ):
        assert f'href="{address}' in answer.text
    for words in ("¥9,000", "未使用の回数が"):
        assert words in answer.text
    assert db.session.scalars(select(Erasure)).all() == []


def test_what_was_open_when_somebody_was_erased_is_waived_without_a_name(
    manager: PageClient, who: int, gym: Studio, sign_in: SignIn, by: Actor, now: datetime
) -> None:
    """Of before it was asked for: the row stands under money, and its page still opens, for money alone."""
    settle(who)
    person, line = db.session.get_one(Person, who), Line(LineKind.OTHER, "相談", "", 34_000)
    invoice = charge(who, [line], studio_id=gym.id, due_on=now.date(), by=by, now=now)
    assert erase_again([Listed(who, person.created_at, now)], now=now) == 1
    db.session.commit()
    account = f"/people/{who}/account"
    assert f'href="{account}"' in manager.get("/money").text
    page = manager.get(account)
    assert (page.status_code, "¥34,000" in page.text, "秘密野" in page.text) == (200, True, False)
    assert manager.get(f"{account}/charge").status_code == 410
    waive = f"{account}/invoices/{invoice.id}/credit"
    lines = db.session.scalars(select(InvoiceLine.id).where(InvoiceLine.invoice_id == invoice.id)).all()
    typed = {
        "line_ids": list(lines),
        "why": "WAIVED",
        "reason": "回収できないため",
        "form_token": new_token(),
    }
    desk = sign_in(Role.FRONT_DESK, mail="d@x.example")
    desk.get(account)
    assert desk.post(waive, data=typed).status_code == 403
    manager = sign_in(Role.MANAGER, mail="m@x.example")
    assert manager.get(waive).status_code == 200
    assert manager.post(waive, data=typed).status_code == 303
    assert f'href="{account}"' not in manager.get("/money").text
    with pytest.raises(DatabaseError, match="person was erased"):
        charge(who, [line], studio_id=gym.id, due_on=now.date(), by=by, now=now)


def test_a_member_is_erased_when_somebody_says_that_all_is_settled(manager: PageClient, who: int) -> None:
    settle(who)
    assert "退会済みで" in manager.get(f"/people/{who}/data").text
    assert manager.post(f"/people/{who}/data", data=yes(is_settled="")).status_code == 422
    assert manager.post(f"/people/{who}/data", data=yes()).status_code == 303


@pytest.mark.parametrize("path", ["data", "data.zip"])
def test_only_for_managers_who_gave_their_password_just_now(
    sign_in: SignIn, who: int, now: datetime, path: str
) -> None:
    for role in (Role.FRONT_DESK, Role.TRAINER):
        assert sign_in(role).get(f"/people/{who}/{path}").status_code == 403
    client = sign_in(Role.OWNER)
    assert client.get(f"/people/{who}/{path}").status_code == 200
    db.session.query(StaffSession).update({"fresh_at": now - timedelta(minutes=11)})
    db.session.commit()
    assert client.get(f"/people/{who}/{path}").location.startswith("/confirm-password")
    settle(who)
    assert client.post(f"/people/{who}/data", data=yes()).status_code in (303, 403)
    assert db.session.scalars(select(Erasure)).all() == []


def test_every_link_that_was_sent_dies(manager: PageClient, who: int, world: World, now: datetime) -> None:
    participant = db.session.get_one(Participant, world.ids["participant_id"])
    program = db.session.get_one(Program, world.ids["program_id"])
    program.place = Setting.HOME.value
    account = LineAccount(
        studio_id=program.studio_id,
        user_id="U" + "dd" * 16,
        person_id=who,
        first_seen_at=now,
        last_seen_at=now,
    )
    db.session.add(account)
    db.session.commit()
    addresses = [
        manage_path(participant), sheet_path(who), check_in_path(who), home_path(program), connect_path(who),
        book_path(account.id),
    ]  # fmt: skip
    assert [manager.get(address).status_code for address in addresses[:4]] == [200] * 4
    settle(who)
    manager.get(f"/people/{who}/data")
    assert manager.post(f"/people/{who}/data", data=yes()).status_code == 303
    for address in addresses:
        answer = manager.get(address)
        assert (answer.status_code in (404, 410), "秘密野" in answer.text) == (True, False), address
    stop = f"/unsubscribe/{links.sign('unsubscribe', who, 'FOLLOW_UP')}"
    assert "秘密野" not in manager.get(stop).text
    assert manager.post(stop, data={}).status_code == 410


def test_lists_show_nobody(manager: PageClient, who: int, world: World) -> None:
    settle(who)
    manager.get(f"/people/{who}/data")
    manager.post(f"/people/{who}/data", data=yes())
    for path in (f"/bookings/{world.ids['booking_id']}", "/people", "/messages", "/reports/funnel", "/today",
                 "/leads?state=all", f"/incidents/{world.ids['incident_id']}", "/settings/audit"):  # fmt: skip
        answer = manager.get(path)
        assert (answer.status_code, "秘密野" in answer.text) == (200, False), path
        assert f"{ERASED} 様" not in answer.text
    assert "消去済み" in manager.get(f"/bookings/{world.ids['booking_id']}").text
    assert manager.get(f"/leads/{world.ids['lead_id']}").status_code == 410


def lists_of(content: bytes) -> dict[str, object]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {
            name: json.loads(archive.read(name)) if name.endswith(".json") else archive.read(name)
            for name in archive.namelist()
        }


def test_everything_is_handed_out_in_one_file(
    manager: PageClient, who: int, world: World, now: datetime
) -> None:
    answer = manager.get(f"/people/{who}/data.zip")
    given = lists_of(answer.data)
    assert answer.headers["Content-Disposition"] == f"attachment; filename=person-{who}.zip"
    assert given["you/people.json"][0]["name"] == "秘密野 花子"  # type: ignore[index]
    assert given["you/person_phones.json"][0]["e164"] == "+819087654321"  # type: ignore[index]
    assert given["health/care_notes.json"][0]["advice"] == "だれにも見せないメモ"  # type: ignore[index]
    assert given["read-first/person_notes.json"][0]["body"] == "だれにも見せないメモ"  # type: ignore[index]
    visits = given["visits/visits.json"]
    assert {one["service"] for one in visits} == {"体験トレーニング", "パーソナルトレーニング"}  # type: ignore[attr-defined]
    assert {name for name in given if name.startswith("files/")} >= {
        f"files/papers-{world.ids['file_id']}.pdf"
    }
    assert given[f"files/papers-{world.ids['file_id']}.pdf"] == b"%PDF-1.7"
    index = bytes(given["index.html"]).decode()  # type: ignore[arg-type]
    assert "当店が保管しているお客様のデータ" in index
    assert set(linked(index)) == set(given) - {"index.html"}
    line = db.session.scalars(select(AuditLine).where(AuditLine.action == "person.data_given")).one()
    assert (line.person_id, line.after["files"]) == (
        who,
        len([name for name in given if name.startswith("files/")]),
    )


def test_nothing_inside_and_nothing_of_others_is_handed_out(
    manager: PageClient, who: int, world: World, now: datetime
) -> None:
    other = create_person(name="連れの 方", phones=["090-3333-2222"], by=SYSTEM, now=now)
    add_note(other.id, "連れのメモ", by=SYSTEM, now=now)
    add_note(who, "本人のメモ", by=Actor("staff", None, "担当者の名前"), now=now)
    db.session.execute(update(CareNote).values(written_by="担当者の名前"))
    booking = db.session.get_one(Booking, world.ids["booking_id"])
    booking.note = "連れの方のアレルギー"
    db.session.add(Participant(booking_id=booking.id, person_id=other.id, position=2))
    db.session.execute(
        update(Person).where(Person.id == who).values(caution="CHECK", caution_reason="内部の理由")
    )
    db.session.commit()
    content = manager.get(f"/people/{who}/data.zip").data
    said = str(lists_of(content))
    for inside in (
        "連れ",
        "+819033332222",
        "内部の理由",
        "担当者の名前",
        "検査 花",
        "retry_key",
        "search",
        "dedupe",
    ):
        assert inside not in said, inside


def test_what_others_said_from_the_same_phone_is_not_handed_out(
    manager: PageClient, who: int, gym: Studio, now: datetime
) -> None:
    """The mother's account is her daughter's since; each gets what she said herself."""
    account = held_account(gym.id, "U" + "ee" * 16, now=now)
    daughter = create_person(name="娘さん", by=SYSTEM, now=now)
    for number, (speaker, words) in enumerate(((who, "母の言葉"), (daughter.id, "娘の言葉"))):
        account.person_id = speaker
        keep_said(
            gym.id, Channel.LINE, EntryKind.TEXT, external_id=str(number + 50), said_at=now, now=now, body=words,
            person_id=speaker, line_account_id=account.id,
        )  # fmt: skip
    account.person_id = who
    db.session.commit()
    said = str(lists_of(manager.get(f"/people/{who}/data.zip").data))
    assert ("母の言葉" in said, "娘の言葉" in said) == (True, False)


def test_in_the_language_of_the_person(manager: PageClient, who: int) -> None:
    db.session.execute(update(Person).where(Person.id == who).values(language="en"))
    db.session.commit()
    given = lists_of(manager.get(f"/people/{who}/data.zip").data)
    assert b"What we keep about you" in bytes(given["index.html"])  # type: ignore[arg-type]
    assert "Trial" in str(given["visits/visits.json"])


def test_every_table_is_given_or_not_for_a_reason_and_has_words() -> None:
    theirs = {*rules.GOES, *rules.STAYS}
    assert theirs == {*GIVEN, *NOT_GIVEN}
    assert not set(GIVEN) & set(NOT_GIVEN)
    extra = {"visits", "booking_notes", "handover_notes_to_trainers", "screening_questions"}
    assert set(LISTS) == set(GIVEN) - {"participants", "bookings"} | extra
    for groups, tables in ((GOES, rules.GOES), (STAYS, rules.STAYS)):
        assert sorted(name for group in groups for name in group.tables) == sorted(set(tables) - UNSHOWN)
    assert theirs <= set(metadata.tables)


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name == "href" and value]


def linked(page: str) -> list[str]:
    reader = _Links()
    reader.feed(page)
    return reader.found
