"""A file of people or of past bookings through the browser: chosen, its columns said once, looked at, imported once."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from backoffice.bookings.models import Booking
from backoffice.core.audit import Actor, AuditLine
from backoffice.core.column_choices import ColumnChoice
from backoffice.core.db import db, transaction
from backoffice.core.tables.writing import TableKind, write_table
from backoffice.people.actions import create_person
from backoffice.people.models import Person
from backoffice.staff.models import Role
from backoffice.studio.models import Studio
from tests.pages import PageClient

SignIn = Callable[..., PageClient]

HEADER = ["お名前", "フリガナ", "電話番号", "メールアドレス"]
PEOPLE = [
    ["佐藤 春香", "サトウ ハルカ", "090-1111-2222", ""],
    ["", "", "090-3333-4444", ""],
    ["高橋 一郎", "", "090-5555-6666", ""],
    ["高橋 花子", "タカハシ ハナコ", "090-5555-6666", ""],
]
CHOICE = {"name": "お名前", "kana": "フリガナ", "phone": "電話番号", "mail": "メールアドレス"}

pytestmark = pytest.mark.usefixtures("gym")


def csv_of(rows: list[list[str]], header: list[str] = HEADER, encoding: str = "cp932") -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([header, *rows])
    return text.getvalue().encode(encoding)


def choose(client: PageClient, content: bytes, kind: str = "people") -> str:
    """Upload a file; the address of its preview."""
    client.get(f"/data/import/{kind}")
    answer = client.post(f"/data/import/{kind}", data={"file": (io.BytesIO(content), "old.csv")})
    assert answer.status_code == 303, answer.text
    return answer.location


def people_here() -> int:
    return db.session.scalar(select(func.count()).select_from(Person)) or 0


def test_people_are_looked_at_and_imported_once(sign_in: SignIn) -> None:
    manager = sign_in(Role.MANAGER)
    address = choose(manager, csv_of(PEOPLE))
    asked = manager.get(address)
    assert asked.location == f"{address}/columns"
    columns = manager.get(asked.location)
    assert '<option value="フリガナ" selected>' in columns.text
    assert manager.post(f"{address}/columns", data=dict(CHOICE)).location == address
    looked = manager.get(f"{address}?lang=en")
    assert "There is no name." in looked.text
    assert "Compared with row 4 of this file." in looked.text
    assert people_here() == 0
    for _again in range(2):
        assert manager.post(address, data={}).location == f"{address}/done"
    assert people_here() == 2
    done = manager.get(f"{address}/done?lang=en")
    assert "but another name: family?" in done.text
    assert manager.get(address).location == f"{address}/done"
    left = list(
        csv.reader(io.StringIO(manager.get(f"{address}/left-out.csv?lang=en").data.decode("utf-8-sig")))
    )
    assert [row[1] for row in left] == ["お名前", "", "高橋 花子"]
    assert db.session.scalar(select(func.count()).where(AuditLine.action == "export.made")) == 1


def test_the_doubtful_come_along_when_somebody_says_so(sign_in: SignIn) -> None:
    manager = sign_in(Role.MANAGER)
    address = choose(manager, csv_of(PEOPLE))
    manager.post(f"{address}/columns", data=dict(CHOICE))
    manager.post(address, data={"doubtful": "1"})
    assert people_here() == 3


def test_columns_are_asked_once_for_files_with_the_same_titles_in_any_order(sign_in: SignIn) -> None:
    manager = sign_in(Role.MANAGER)
    first = choose(manager, csv_of(PEOPLE, ["A", "B", "C", "D"]))
    assert manager.get(first).location == f"{first}/columns"
    manager.post(f"{first}/columns", data={"name": "A", "kana": "B", "phone": "C"})
    again = choose(manager, csv_of([row[::-1] for row in PEOPLE], ["D", "C", "B", "A"]))
    looked = manager.get(again)
    assert looked.status_code == 200
    assert "佐藤 春香" in looked.text
    assert manager.get(f"{again}/columns").text.count(" selected>") == 3
    other = choose(manager, csv_of(PEOPLE, ["A", "B", "C", "E"]))
    assert manager.get(other).location == f"{other}/columns"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"name": "Z"}, "no column with this title"),
        ({"name": "お名前", "kana": "お名前"}, "chosen twice"),
        ({"phone": "電話番号"}, "the name or the kana"),
        ({"name": "x" * 100_000}, ""),
    ],
)
def test_columns_that_cannot_be_are_refused_and_nothing_is_remembered(
    sign_in: SignIn, said: dict[str, str], why: str
) -> None:
    manager = sign_in(Role.MANAGER)
    address = choose(manager, csv_of(PEOPLE))
    manager.get(f"{address}/columns")
    answer = manager.post(f"{address}/columns?lang=en", data=said)
    assert answer.status_code in {413, 422}
    assert why in answer.text
    assert db.session.scalars(select(ColumnChoice)).all() == []


def test_an_import_with_columns_unsaid_asks_for_them(sign_in: SignIn) -> None:
    manager = sign_in(Role.MANAGER)
    address = choose(manager, csv_of(PEOPLE, ["A", "B", "C", "D"]))
    manager.get(f"{address}/columns")
    assert manager.post(address, data={}).location == f"{address}/columns"
    assert people_here() == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 99, "old kind or has a password"),
        (b"PK\x03\x04nonsense", "cannot be read"),
        (b"\x00\x01\x02\xff\xfe" * 50, "cannot be recognised"),
        ("お名前\n".encode() + b"a\n" * 5001, "more than 5,000 rows"),
        ("お名前\n".encode() + b'"' + b"a" * 200, "quotation mark"),
    ],
)
def test_a_file_that_is_none_is_refused_with_a_sentence(sign_in: SignIn, content: bytes, said: str) -> None:
    manager = sign_in(Role.MANAGER)
    manager.get("/data/import/people")
    answer = manager.post("/data/import/people?lang=en", data={"file": (io.BytesIO(content), "x.xlsx")})
    assert answer.status_code == 422
    assert said in answer.text


def test_past_bookings_come_from_excel(sign_in: SignIn, by: Actor, now: datetime) -> None:
    with transaction():
        create_person(name="佐藤 春香", phones=["090-1111-2222"], by=by, now=now)
    header = ["予約日時", "メニュー", "担当", "お名前", "電話番号", "ステータス"]
    one = ["パーソナルトレーニング", "森", "佐藤 春香", "090-1111-2222", "来店済み"]
    rows = [
        [datetime(2026, 10, 5, 10, 0, tzinfo=UTC), *one],
        [datetime(2026, 10, 5, 10, 30, tzinfo=UTC), one[0], "岡田", *one[2:]],
        [datetime(2026, 12, 5, 10, 0, tzinfo=UTC), *one],
    ]
    content = write_table(TableKind.XLSX, header, rows, zone="Asia/Tokyo").content
    manager = sign_in(Role.MANAGER)
    address = choose(manager, content, "bookings")
    manager.get(f"{address}/columns")
    said = dict(zip(("starts", "service", "trainer", "name", "phone", "state"), header, strict=True))
    manager.post(f"{address}/columns", data=said)
    looked = manager.get(f"{address}?lang=en")
    for word in ("somewhere else at this time", "book it in the calendar"):
        assert word in looked.text
    manager.post(address, data={})
    assert db.session.scalars(select(Booking.state)).all() == ["ATTENDED"]
    assert manager.get(f"{address}/done").status_code == 200


def test_what_went_out_comes_in_again_as_already_here(sign_in: SignIn, by: Actor, now: datetime) -> None:
    with transaction():
        create_person(
            name="佐藤 春香",
            kana="サトウ ハルカ",
            phones=["090-1111-2222", "+44 20 7946 0958"],
            by=by,
            now=now,
        )
    manager = sign_in(Role.MANAGER)
    for kind in ("csv", "xlsx"):
        for language in ("ja", "en"):
            content = manager.get(f"/data/people.{kind}?lang={language}").data
            address = choose(manager, content)
            page = manager.get(f"{address}/columns").text
            assert page.count(" selected>") >= 8
            selected = dict(_selected(page))
            manager.post(f"{address}/columns", data=selected)
            looked = manager.get(f"{address}?lang=en").text
            assert "The same phone or mail, and the same name." in looked


def _selected(page: str) -> list[tuple[str, str]]:
    """The selects of a page with the option that is chosen."""
    found = []
    for part in page.split('<select id="')[1:]:
        name, options = part.split('"', 1)[0], part.split("</select>")[0]
        if '" selected>' in options:
            found.append((name, options.split('" selected>')[0].rsplit('value="', 1)[1]))
    return found


def test_files_are_for_managers_and_for_the_one_who_chose_them(sign_in: SignIn) -> None:
    manager = sign_in(Role.MANAGER)
    address = choose(manager, csv_of(PEOPLE))
    for role in (Role.FRONT_DESK, Role.TRAINER):
        other = sign_in(role)
        assert other.get("/data/import/people").status_code == 403
        assert other.get(address).status_code == 403
    colleague = sign_in(Role.MANAGER, mail="other@test.example")
    for end in ("", "/columns", "/done", "/left-out.csv"):
        assert colleague.get(address + end).status_code == 404
    assert colleague.post(address, data={}).status_code == 404
    assert colleague.get(address.replace("people", "bookings")).status_code == 404


def test_columns_of_an_enquiry_file_are_remembered_too(gym: Studio, sign_in: SignIn) -> None:
    desk = sign_in(Role.FRONT_DESK)
    content = csv_of([["佐藤 春香", "090-1111-2222"]], ["A", "B"])

    def upload() -> str:
        desk.get("/leads/import")
        return desk.post("/leads/import", data={"file": (io.BytesIO(content), "x.csv")}).location

    first = upload()
    assert "佐藤 春香" not in desk.get(first).text
    assert desk.post(first, data={"name": "A", "phone": "B"}).status_code == 302
    assert "佐藤 春香" in desk.get(upload()).text
