"""One person, many keys: made once, found by any of them, changed by one hand at a time."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from backoffice.core.audit import Actor, AuditLine
from backoffice.core.contact import Reason
from backoffice.core.errors import Invalid, NotFound, Stale
from backoffice.people import actions, queries
from backoffice.people.models import Person, Purpose
from backoffice.people.recognition import maybe_known, recognise
from backoffice.people.search import find_people

pytestmark = pytest.mark.usefixtures("gym")


@pytest.fixture
def haruka(by: Actor, now: datetime) -> Person:
    return actions.create_person(
        name="渡邊　晴香",
        kana="ワタナベ ハルカ",
        phones=["０９０－１２３４－５６７８"],
        mails=["Hana@Example.JP"],
        by=by,
        now=now,
    )


def change(person: Person, *, by: Actor, now: datetime, **changes: object) -> None:
    values: dict[str, object] = {
        "name": person.name,
        "kana": person.kana,
        "former_name": person.former_name,
        "phones": [phone.raw for phone in person.phones],
        "mails": [mail.raw for mail in person.mails],
        "language": person.language,
        "gender": person.gender,
        "birth_date": person.birth_date,
        "version": person.version,
    }
    actions.update_person(person, **{**values, **changes}, by=by, now=now)  # type: ignore[arg-type]


def test_raw_and_folded_forms_are_kept(haruka: Person, session: Session) -> None:
    session.expire_all()
    person = queries.person(haruka.id)
    assert (person.name, person.name_key, person.kana_key) == ("渡邊　晴香", "渡辺晴香", "わたなべはるか")
    assert [(phone.raw, phone.e164) for phone in person.phones] == [
        ("０９０－１２３４－５６７８", "+819012345678")
    ]
    assert [(mail.raw, mail.address) for mail in person.mails] == [("Hana@Example.JP", "hana@example.jp")]


def test_kana_alone_is_enough_and_nothing_is_not(by: Actor, now: datetime) -> None:
    assert actions.create_person(kana="さとう", by=by, now=now).shown_name == "さとう"
    for nothing in ("", " 　", "\0"):
        with pytest.raises(Invalid) as refusal:
            actions.create_person(name=nothing, by=by, now=now)
        assert refusal.value.field == "name"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"kana": "佐藤"}, "kana"),
        ({"phones": ["090-12"]}, "phone"),
        ({"mails": ["not-an-address"]}, "mail"),
        ({"phones": [f"090-1234-{number:04}" for number in range(11)]}, "phone"),
    ],
)
def test_what_cannot_be_read_is_refused_next_to_its_field(
    values: dict[str, object], field: str, by: Actor, now: datetime
) -> None:
    with pytest.raises(Invalid) as refusal:
        actions.create_person(name="佐藤", by=by, now=now, **values)  # type: ignore[arg-type]
    assert refusal.value.field == field


def test_an_import_keeps_the_person_and_leaves_out_the_cell(by: Actor, now: datetime) -> None:
    person = actions.create_person(
        name="佐藤", kana="Sato", phones=["090-12"], mails=["x"], lenient=True, by=by, now=now
    )
    assert (person.phones, person.mails) == ([], [])


@pytest.mark.parametrize(
    "query",
    ["渡辺", "わたなべ", "ﾜﾀﾅﾍﾞ", "watanabe", "haruka watanabe", "5678", "+81 90 1234", "hana@example"],
)
def test_one_box_finds_by_every_key(query: str, haruka: Person, by: Actor, now: datetime) -> None:
    actions.create_person(name="佐藤", kana="サトウ", phones=["080-0000-1111"], by=by, now=now)
    assert [row.id for row in find_people(query)] == [haruka.id]


@pytest.mark.parametrize("query", ["%", "_", "\\", "渡_", "\0%", "100%"])
def test_wildcards_in_a_query_are_only_characters(query: str, haruka: Person) -> None:
    assert find_people(query) == []


def test_names_that_begin_with_the_query_come_first_and_pages_follow_each_other(
    by: Actor, now: datetime
) -> None:
    for name, kana in [
        ("小森", "コモリ"),
        ("森田", "モリタ"),
        ("森", "モリ"),
        ("大森", "オオモリ"),
        ("森山", "モリヤマ"),
    ]:
        actions.create_person(name=name, kana=kana, by=by, now=now)
    everybody = [row.name for row in find_people("森")]
    assert everybody == ["森", "森田", "森山", "大森", "小森"]
    paged, after = [], None
    while page := find_people("森", after=after, limit=2):
        paged += [row.name for row in page]
        after = page[-1].id
    assert paged == everybody


def test_names_come_before_addresses_that_hold_the_word(by: Actor, now: datetime) -> None:
    for name, kana, mail in (("伊藤", "イトウ", "wsasaki@example.jp"), ("佐々木", "ササキ", "s@example.jp")):
        actions.create_person(name=name, kana=kana, mails=[mail], by=by, now=now)
    assert [row.name for row in find_people("sasaki")] == ["佐々木", "伊藤"]


def test_without_a_query_the_newest_come_first(haruka: Person, by: Actor, now: datetime) -> None:
    newer = actions.create_person(name="佐藤", by=by, now=now)
    rows = find_people("")
    assert [row.id for row in rows] == [newer.id, haruka.id]
    assert (rows[1].phone, rows[1].mail) == ("+819012345678", "hana@example.jp")
    assert [row.id for row in find_people("", after=newer.id)] == [haruka.id]


def test_maybe_already_here_says_why(haruka: Person, by: Actor, now: datetime) -> None:
    actions.create_person(name="渡辺太一", phones=["090-1234-5678"], by=by, now=now)
    suggestions = maybe_known(name="渡辺 晴香", phone="+81 90 1234 5678")
    assert [(one.name, one.reasons) for one in suggestions] == [
        ("渡邊　晴香", (Reason.SAME_PHONE, Reason.SAME_NAME)),
        ("渡辺太一", (Reason.SAME_PHONE, Reason.OTHER_NAME)),
    ]
    assert suggestions[0].score > 90 > suggestions[1].score
    assert [one.person_id for one in maybe_known(kana="わたなべ はるか")] == [haruka.id]
    assert [one.person_id for one in maybe_known(name="Watanabe Haruka")] == [haruka.id]
    assert maybe_known() == []


def test_only_a_shared_contact_and_name_is_the_person(haruka: Person) -> None:
    assert recognise(kana="わたなべはるか", phone="9012345678") is haruka
    assert recognise(name="渡邉晴香", mail="HANA@example.jp") is haruka
    assert recognise(name="渡辺 太一", phone="090-1234-5678") is None
    assert recognise(name="渡邊晴香") is None


def test_a_known_person_is_not_made_again(haruka: Person, by: Actor, now: datetime) -> None:
    person, is_new = actions.recognise_or_create(
        name="渡辺晴香", phone="090-1234-5678", mail="new@example.jp", by=by, now=now
    )
    assert (person, is_new) == (haruka, False)
    assert [mail.address for mail in haruka.mails] == ["hana@example.jp", "new@example.jp"]
    assert haruka.name == "渡邊　晴香"  # what the gym wrote stands
    family, is_new = actions.recognise_or_create(name="渡辺太一", phone="090-1234-5678", by=by, now=now)
    assert is_new
    assert family is not haruka


def test_a_reading_alone_is_completed_by_the_name_that_comes_later(by: Actor, now: datetime) -> None:
    first, _ = actions.recognise_or_create(kana="さとう はる", phone="090-1111-2222", by=by, now=now)
    again, is_new = actions.recognise_or_create(
        name="佐藤 春", kana="サトウハル", phone="09011112222", by=by, now=now
    )
    assert (again, is_new, first.name) == (first, False, "佐藤 春")
    assert [row.id for row in find_people("佐藤")] == [first.id]


def test_a_change_is_found_by_its_new_keys_and_leaves_an_audit_line(
    haruka: Person, by: Actor, now: datetime, session: Session
) -> None:
    change(haruka, name="大野 晴香", former_name="渡邊", phones=["075-111-2222"], mails=[], by=by, now=now)
    assert [row.id for row in find_people("大野 2222")] == [haruka.id]
    assert [row.id for row in find_people("渡辺")] == [haruka.id]
    assert find_people("5678") == []
    line = session.scalars(select(AuditLine).where(AuditLine.action == "person.changed")).one()
    assert line.before["phones"] == ["+819012345678"]
    assert line.after["phones"] == ["+81751112222"]
    assert "kana" not in line.before  # only what changed


def test_a_form_opened_before_somebody_saved_is_stale(haruka: Person, by: Actor, now: datetime) -> None:
    opened = haruka.version
    change(haruka, name="大野 晴香", by=by, now=now)
    with pytest.raises(Stale):
        change(haruka, name="小野 晴香", version=opened, by=by, now=now)
    assert haruka.name == "大野 晴香"


def test_the_newest_answer_to_a_consent_holds(haruka: Person, by: Actor, now: datetime) -> None:
    assert queries.consent(haruka.id, Purpose.MARKETING) is None
    for granted in (True, False):
        actions.record_consent(
            haruka.id,
            Purpose.MARKETING,
            granted,
            wording="2026-11",
            language="ja",
            source="web",
            by=by,
            now=now,
        )
    assert queries.consent(haruka.id, Purpose.MARKETING) is False
    assert [one.granted for one in queries.consents(haruka.id)] == [False]


def test_notes_are_kept_newest_first_and_never_copied_into_the_audit(
    haruka: Person, by: Actor, now: datetime, session: Session
) -> None:
    actions.add_note(haruka.id, "腰に不安", by=by, now=now)
    actions.add_note(haruka.id, "夜を希望", by=by, now=now + timedelta(minutes=1))
    assert [note.body for note in queries.notes(haruka.id)] == ["夜を希望", "腰に不安"]
    lines = session.scalars(select(AuditLine)).all()
    assert not any("腰" in str(line.after) for line in lines)
    with pytest.raises(Invalid):
        actions.add_note(haruka.id, " \0", by=by, now=now)


def test_the_first_way_to_reach_a_person(haruka: Person) -> None:
    assert (queries.mail_of(haruka.id), queries.phone_of(haruka.id)) == ("hana@example.jp", "+819012345678")
    with pytest.raises(NotFound):
        queries.person(0)


def test_a_date_of_birth_is_one_that_somebody_can_have(by: Actor, now: datetime) -> None:
    person = actions.create_person(name="山田 花子", by=by, now=now)
    for nobodys in (date(2026, 11, 25), date(1906, 1, 1)):
        with pytest.raises(Invalid) as refusal:
            change(person, birth_date=nobodys, by=by, now=now)
        assert refusal.value.field == "birth_date"
    change(person, birth_date=date(1960, 2, 29), by=by, now=now)
    assert person.birth_date == date(1960, 2, 29)
