"""A file of people: each row has one verdict, and importing does what was said, once."""

from datetime import date, datetime

import pytest
from sqlalchemy import func, select

from backoffice.core.audit import Actor, AuditLine
from backoffice.core.db import db
from backoffice.core.tables.columns import recognise
from backoffice.core.tables.reading import read_table
from backoffice.exchange import people_in
from backoffice.exchange.people_file import (
    BAD_BIRTH,
    BAD_CONSENT,
    BAD_KANA,
    BAD_PHONE,
    NO_NAME,
    WORDS,
    PersonColumn,
    PersonRow,
    read_people,
)
from backoffice.exchange.verdicts import Verdict
from backoffice.people.actions import create_person
from backoffice.people.models import Consent, Person, PersonPhone, Purpose
from backoffice.people.queries import consent
from backoffice.studio.models import Studio
from tests.conftest import NOON
from tests.statements import statements

HEADER = "お名前,フリガナ,電話番号,メールアドレス,生年月日,性別,メルマガ"
ZONE = "Asia/Tokyo"

pytestmark = pytest.mark.usefixtures("gym")


def rows(*lines: str, header: str = HEADER) -> list[PersonRow]:
    table = read_table("\r\n".join((header, *lines)).encode(), is_header=lambda _: True)
    return read_people(table, recognise(table.header, WORDS), zone=ZONE, now=NOON)


def verdicts(*lines: str, header: str = HEADER) -> list[Verdict]:
    return [one.verdict for one in people_in.plan(rows(*lines, header=header))]


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        ("姓,名,セイ,メイ,携帯,メール", "family given family_kana given_kana phone mail"),
        ("顧客名,ふりがな,TEL,E-mail,誕生日", "name kana phone mail birth"),
        ("Name,Kana,Phone,Email,Date of birth,Language", "name kana phone mail birth language"),
        (
            "お客様番号,お名前,かな,旧姓,電話番号,その他の電話番号,メール,その他のメールアドレス,言語,性別,生年月日",
            "- name kana former phone other_phone mail other_mail language gender birth",
        ),
    ],
)
def test_columns_are_guessed_in_both_languages(header: str, columns: str) -> None:
    found = recognise(header.split(","), WORDS)
    wanted = {PersonColumn(name): at for at, name in enumerate(columns.split()) if name != "-"}
    assert found == wanted


def test_a_row_is_understood(now: datetime) -> None:
    (row,) = rows("佐藤　春香,サトウ ハルカ,09012345678,Haruka@Example.jp,昭和60年4月1日,女性,希望する")
    assert (row.name, row.kana, row.gender) == ("佐藤　春香", "サトウ ハルカ", "female")
    assert row.birth_date == date(1985, 4, 1)
    assert row.consents == {Purpose.MARKETING: True}
    assert not row.warnings


def test_what_cannot_be_read_is_left_aside_and_told() -> None:
    (row,) = rows("佐藤 春香,haruka,12,,2030/1/1,,たぶん")
    assert row.warnings == (BAD_KANA, BAD_PHONE, BAD_BIRTH, BAD_CONSENT)
    assert (row.phones, row.kana, row.birth_date, row.consents) == ((), "", None, {})


def test_a_row_without_a_name_is_refused_and_an_empty_one_passed_over() -> None:
    judged = people_in.plan(rows(",,090-1111-2222,,,,", ",,,,,,"))
    assert [(one.verdict, one.why) for one in judged] == [(Verdict.REFUSED, NO_NAME), (Verdict.BLANK, "")]


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ("髙橋 花子,,090-1234-5678,,,,", Verdict.ALREADY),
        ("高橋 花子,,,hanako@example.jp,,,", Verdict.ALREADY),
        ("高橋 花子,タカハシ ハナコ,,,,,", Verdict.DOUBTFUL),
        ("高橋 一郎,,090-1234-5678,,,,", Verdict.DOUBTFUL),
        ("高橋 花子,,080-9999-0000,,,,", Verdict.DOUBTFUL),
        ("高橋 良子,,080-9999-0000,,,,", Verdict.NEW),
        ("高橋 華子,タカハシ ハナコ,080-9999-0000,,,,", Verdict.NEW),
    ],
)
def test_somebody_who_is_here_is_told_from_a_family_and_a_namesake(
    line: str, verdict: Verdict, by: Actor, now: datetime
) -> None:
    here = create_person(
        name="高橋花子", kana="たかはし はなこ", phones=["+819012345678"], mails=["HANAKO@example.jp"], by=by, now=now
    )  # fmt: skip
    (judged,) = people_in.plan(rows(line))
    assert judged.verdict is verdict
    assert judged.person_id == (None if verdict is Verdict.NEW else here.id)


def test_a_row_is_compared_with_the_rows_before_it() -> None:
    judged = people_in.plan(
        rows(
            "佐藤 春香,,,haruka@example.jp,,,",
            "佐藤 春香,,,haruka@example.jp,,,",
            "佐藤 夏,,,haruka@example.jp,,,",
        )
    )
    assert [(one.verdict, one.like_row) for one in judged] == [
        (Verdict.NEW, None),
        (Verdict.ALREADY, 2),
        (Verdict.DOUBTFUL, 2),
    ]


@pytest.mark.parametrize("with_doubtful", [False, True])
def test_the_same_file_twice_adds_nobody(with_doubtful: bool, by: Actor, now: datetime) -> None:
    file = rows(
        "佐藤 春香,サトウ ハルカ,090-1111-2222,,1985/4/1,女,はい",
        "佐藤 健,,090-1111-2222,,,,",
        "名無し 花,,,,,,",
        "名無し 花,,,hana@example.jp,,,",
    )
    first = people_in.run(file, with_doubtful=with_doubtful, by=by, now=now)
    assert [one.verdict for one in first] == [Verdict.NEW, Verdict.DOUBTFUL, Verdict.NEW, Verdict.DOUBTFUL]
    made = count(Person)
    assert made == (4 if with_doubtful else 2)
    again = people_in.run(file, with_doubtful=with_doubtful, by=by, now=now)
    assert Verdict.NEW not in {one.verdict for one in again}
    assert count(Person) == made


def test_a_consent_is_kept_only_where_the_file_states_one(by: Actor, now: datetime) -> None:
    people_in.run(
        rows("佐藤 春香,,,,,,はい", "鈴木 次郎,,,,,,不要", "田中 三郎,,,,,,", "森 四郎,,,,,,?"),
        with_doubtful=False,
        by=by,
        now=now,
    )
    answers = {
        person.name: consent(person.id, Purpose.MARKETING) for person in db.session.scalars(select(Person))
    }
    assert answers == {"佐藤 春香": True, "鈴木 次郎": False, "田中 三郎": None, "森 四郎": None}
    assert set(db.session.scalars(select(Consent.source))) == {"import"}


def test_those_who_are_here_stay_as_they_are(by: Actor, now: datetime) -> None:
    here = create_person(name="佐藤 春香", mails=["haruka@example.jp"], by=by, now=now)
    people_in.run(
        rows("佐藤 春香,サトウ,090-1111-2222,haruka@example.jp,,,"), with_doubtful=True, by=by, now=now
    )
    assert (here.kana, here.version, count(PersonPhone)) == ("", 1, 0)


def test_what_was_imported_is_in_the_audit(by: Actor, now: datetime) -> None:
    people_in.run(rows("佐藤 春香,,,,,,", ",,,,,,はい"), with_doubtful=False, by=by, now=now)
    line = db.session.scalars(select(AuditLine).where(AuditLine.action == "people.imported")).one()
    assert (line.after["added"], line.after["refused"], line.actor_label) == (1, 1, by.label)


def test_a_larger_file_costs_no_more_statements(by: Actor, now: datetime) -> None:
    def cost(number: int) -> int:
        file = rows(*(f"人 {number}-{one},,090-{number:04}-{one:04},,,,はい" for one in range(number)))
        with statements() as sent:
            people_in.run(file, with_doubtful=False, by=by, now=now)
        return len(sent)

    assert cost(3) == cost(60)


def test_a_file_that_names_everybody_alike_is_judged_soon(gym: Studio) -> None:
    judged = people_in.plan(rows(*(f"佐藤 花子,,090-5555-{one:04},,,," for one in range(3000))))
    assert {one.verdict for one in judged[1:]} == {Verdict.DOUBTFUL}


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0
