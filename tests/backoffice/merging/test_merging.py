"""Two rows become one human and two again: every row moves, what was there before is there afterwards."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, ForeignKey, Index, MetaData, Table, select, text
from sqlalchemy.exc import DatabaseError

from backoffice.all_models import metadata
from backoffice.bookings.actions import move
from backoffice.bookings.models import Booking, Claim, Participant, Resource, Series, resource_key
from backoffice.core.audit import AuditLine
from backoffice.core.db import Base, db
from backoffice.leads.actions import capture_lead
from backoffice.memberships.actions import Joining, join
from backoffice.memberships.models import Plan
from backoffice.memberships.tickets import give_months
from backoffice.merging import references as found_references
from backoffice.merging.actions import (
    CHANGED,
    TOO_OLD,
    WHY_NOT,
    CannotMerge,
    keep_apart,
    merge,
    undo_merge,
)
from backoffice.merging.queries import (
    BOTH_MEMBERS,
    SAME_BOOKING,
    SAME_SERIES,
    SAME_TIME,
    candidates,
    differences,
    in_the_way,
    merged_into,
    merges_of,
    rows_that_move,
)
from backoffice.merging.references import EXEMPT, MAY_STAY, references
from backoffice.people import actions as people_actions
from backoffice.people.actions import add_contact, add_note, create_person, record_consent, update_person
from backoffice.people.cautions import put_caution
from backoffice.people.models import Caution, Person, Purpose
from backoffice.people.queries import MERGED_PERSON, MergedAway, bare_person, person
from backoffice.people.search import find_people
from backoffice.tickets.queries import lots_of
from backoffice.todos.models import Todo
from tests.backoffice.bookings.conftest import Desk, desk_book  # noqa: F401 - a fixture

FIELD = st.sampled_from(["name", "kana", "language"])
UNTOUCHED = {"audit_lines", "person_merges", "alembic_version"}


@pytest.fixture
def desk(desk_book: Desk) -> Desk:  # noqa: F811
    return desk_book


def two(desk: Desk) -> tuple[Person, Person]:
    """Hanako, known by phone, and the same Hanako again by mail, each with a life of their own."""
    kept = create_person(
        name="山田 花子", kana="やまだ はなこ", phones=["090-1111-2222"], by=desk.by, now=desk.now
    )
    other = create_person(
        name="山田 華子", kana="やまだ はなこ", phones=["090-1111-2222", "075-123-4567"], mails=["hana@x.example"],
        by=desk.by, now=desk.now,
    )  # fmt: skip
    desk.book(desk.at(11), kept)
    desk.book(desk.at(16), other)
    for who in (kept, other):
        add_note(who.id, "メモ", by=desk.by, now=desk.now)
        capture_lead(who, studio_id=desk.studio.id, source="web", by=desk.by, now=desk.now)
        record_consent(
            who.id, Purpose.TERMS, True, wording="1", language="ja", source="desk", by=desk.by, now=desk.now
        )
    db.session.flush()
    return kept, other


def dump() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, but for the trail that merging itself leaves."""
    db.session.flush()
    rows = {}
    for table in metadata.sorted_tables:
        if table.name not in UNTOUCHED:
            found = db.session.execute(select(table).order_by(*table.primary_key.columns)).mappings()
            rows[table.name] = [
                {key: value for key, value in row.items() if key != "version"} for row in found
            ]
    return rows


def refusal(desk: Desk, kept: Person, other: Person) -> str:
    with pytest.raises(CannotMerge) as caught:
        merge(kept.id, other.id, {}, by=desk.by, now=desk.now)
    return str(caught.value.message)


def test_every_row_of_the_dropped_one_moves(desk: Desk) -> None:
    kept, other = two(desk)
    planned = rows_that_move(other.id)
    made = merge(kept.id, other.id, {}, by=desk.by, now=desk.now)
    assert {name for name, number in planned.items() if number} == set(made.moved)
    assert rows_that_move(other.id) == {"person_phones.person_id": 1}, (
        "only the number both have stays behind"
    )
    assert {one.e164 for one in person(kept.id).phones} == {"+819011112222", "+81751234567"}
    held = db.session.scalars(select(Claim.resource).where(Claim.resource.in_(keys(kept, other)))).all()
    assert held == [resource_key(Resource.PERSON, kept.id)] * 2
    todos = select(Todo).where(Todo.person_id == kept.id, Todo.kind == "NEXT_ACTION", Todo.done_at.is_(None))
    assert len(db.session.scalars(todos).all()) == 2, "each open lead keeps its one next action"


def keys(*people: Person) -> list[int]:
    return [resource_key(Resource.PERSON, one.id) for one in people]


def test_search_finds_the_one_that_is_left_by_both_names(desk: Desk) -> None:
    kept, other = two(desk)
    merge(kept.id, other.id, {}, by=desk.by, now=desk.now)
    for typed in ("山田花子", "山田華子", "hana@x", "075-123-4567"):
        assert [row.id for row in find_people(typed)] == [kept.id], typed
    assert merged_into(other.id) == kept.id
    assert merged_into(kept.id) is None


def test_fields_are_chosen_one_by_one(desk: Desk) -> None:
    kept, other = two(desk)
    other.birth_date, other.language = date(1990, 4, 1), "en"
    found = {one.field: one.default for one in differences(kept, other)}
    assert found == {"name": "kept", "language": "kept", "birth_date": "dropped"}
    merge(kept.id, other.id, {"language": "dropped"}, by=desk.by, now=desk.now)
    assert (kept.name, kept.language, kept.birth_date) == ("山田 花子", "en", date(1990, 4, 1))
    assert kept.former_name == "山田 華子"


def test_the_line_account_goes_along_and_back(desk: Desk) -> None:
    kept, other = two(desk)
    other.line_user_id = "U1"
    db.session.flush()
    made = merge(kept.id, other.id, {}, by=desk.by, now=desk.now)
    assert (kept.line_user_id, other.line_user_id) == ("U1", None)
    undo_merge(made.id, by=desk.by, now=desk.now)
    assert (kept.line_user_id, other.line_user_id) == (None, "U1")


def test_what_cannot_be_one_human_is_refused(desk: Desk) -> None:
    kept, other = two(desk)
    both = desk.book(desk.at(12, 30), kept, other)
    assert refusal(desk, kept, other) == SAME_BOOKING
    assert in_the_way(kept.id, other.id) == {SAME_BOOKING: [both]}
    third = desk.meet()
    desk.book(desk.at(11, 30), third, trainer="okada")
    assert refusal(desk, kept, third) == SAME_TIME


def test_two_guests_of_a_past_visit_are_two_people(desk: Desk) -> None:
    kept, other = desk.meet(), desk.meet()
    booking = desk.book(desk.at(12, 30), kept, other)
    db.session.query(Claim).filter_by(booking_id=booking.id).delete()
    assert refusal(desk, kept, other) == SAME_BOOKING


def test_two_guests_of_one_series_are_two_people(desk: Desk) -> None:
    """Also when all its dates are gone; else the series would name one person twice."""
    kept, other = desk.meet(), desk.meet()
    service_id = desk.book(desk.at(11), desk.meet()).service_id
    for first, second in ((kept, other), (other, kept)):
        series = Series(
            studio_id=desk.studio.id, service_id=service_id, person_id=first.id,
            second_person_id=second.id, first_day=desk.now.date(), dates=2, channel="PHONE", created_at=desk.now,
            created_by="test",
        )  # fmt: skip
        with db.session.begin_nested() as around:
            db.session.add(series)
            assert refusal(desk, kept, other) == SAME_SERIES
            assert in_the_way(other.id, kept.id) == {SAME_SERIES: [series]}
            around.rollback()


def test_two_members_are_refused(desk: Desk) -> None:
    kept, other = desk.meet(), desk.meet()
    clients = metadata.tables["clients"]
    for number, who in enumerate((kept, other)):
        values: dict[str, Any] = {"person_id": who.id, "member_number": 5000 + number}
        for column in clients.columns:
            if column.name not in values and not column.nullable and column.name != "id":
                values[column.name] = _some(column, desk)
        db.session.execute(clients.insert().values(values))
    assert refusal(desk, kept, other) == BOTH_MEMBERS


def _some(column: Column[Any], desk: Desk) -> object:
    kind = column.type.python_type
    if column.foreign_keys:
        return desk.trainer().id if "trainer" in column.name else desk.studio.id
    return desk.now if kind is datetime else desk.now.date() if kind is date else kind()


def test_merged_once_and_not_again(desk: Desk) -> None:
    kept, other = two(desk)
    merge(kept.id, other.id, {}, by=desk.by, now=desk.now)
    with pytest.raises(CannotMerge):
        merge(desk.meet().id, other.id, {}, by=desk.by, now=desk.now)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(flip=st.booleans(), choices=st.dictionaries(FIELD, st.sampled_from(["kept", "dropped"])))
def test_merged_and_undone_everything_is_as_it_was(desk: Desk, flip: bool, choices: dict[str, str]) -> None:
    with db.session.begin_nested() as around:
        kept, other = two(desk)[:: -1 if flip else 1]
        before = dump()
        made = merge(kept.id, other.id, choices, by=desk.by, now=desk.now)
        assert dump() != before
        undo_merge(made.id, by=desk.by, now=desk.now + timedelta(days=29))
        after = dump()
        for table, rows in before.items():
            assert after[table] == rows, table
        undo_merge(made.id, by=desk.by, now=desk.now)
        around.rollback()


def test_after_thirty_days_it_stays(desk: Desk) -> None:
    kept, other = two(desk)
    made = merge(kept.id, other.id, {}, by=desk.by, now=desk.now)
    assert [can for _, _, can in merges_of(kept.id, now=desk.now + timedelta(days=31))] == [False]
    with pytest.raises(CannotMerge, match=TOO_OLD[:10]):
        undo_merge(made.id, by=desk.by, now=desk.now + timedelta(days=31))


def test_what_was_changed_since_is_named_and_new_rows_stay(desk: Desk) -> None:
    kept, other = two(desk)
    made = merge(kept.id, other.id, {}, by=desk.by, now=desk.now)
    add_contact(kept, phone="080-3333-4444", by=desk.by, now=desk.now)
    kept = person(kept.id)
    update_person(
        kept, name="山田 はな", kana=kept.kana, former_name=kept.former_name, phones=["080-3333-4444"],
        mails=["hana@x.example"], language="ja", gender="", birth_date=None, version=kept.version,
        by=desk.by, now=desk.now,
    )  # fmt: skip
    with pytest.raises(CannotMerge) as caught:
        undo_merge(made.id, by=desk.by, now=desk.now)
    assert caught.value.message == CHANGED
    assert caught.value.changed == ("name", "person_phones")


def test_rows_made_after_the_merge_stay_with_the_kept_one(desk: Desk) -> None:
    kept, other = two(desk)
    made = merge(kept.id, other.id, {}, by=desk.by, now=desk.now)
    late = desk.book(desk.at(18), kept)
    undo_merge(made.id, by=desk.by, now=desk.now)
    guests = select(Participant.person_id).where(Participant.booking_id == late.id)
    assert db.session.scalars(guests).all() == [kept.id]
    assert db.session.scalars(select(Booking.id)).all()


def test_same_phone_other_person_is_remembered(desk: Desk) -> None:
    kept, other = two(desk)
    assert [one.person_id for one in candidates(person(kept.id))] == [other.id]
    for _ in range(2):
        keep_apart(other.id, kept.id, by=desk.by, now=desk.now)
    assert candidates(person(kept.id)) == []
    assert candidates(person(other.id)) == []


def test_who_was_said_to_be_another_stays_so_when_a_row_is_merged(desk: Desk) -> None:
    kept, other = two(desk)
    sister = create_person(name="山田 葉子", phones=["075-123-4567"], by=desk.by, now=desk.now)
    keep_apart(sister.id, other.id, by=desk.by, now=desk.now)
    made = merge(kept.id, other.id, {}, by=desk.by, now=desk.now)
    assert candidates(person(kept.id)) == []
    assert candidates(person(sister.id)) == []
    undo_merge(made.id, by=desk.by, now=desk.now)
    assert [one.person_id for one in candidates(person(kept.id))] == [other.id]


def test_every_foreign_key_to_a_person_is_covered() -> None:
    """A new table with such a key moves with the person by itself, or this says that it was forgotten."""
    keys = {
        (table.name, column.name)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        for key in column.foreign_keys
        if key.target_fullname == "people.id"
    }
    assert keys - EXEMPT == {(one.table.name, one.column.name) for one in references()}
    assert keys >= EXEMPT, "an exemption for something that is gone"


def test_the_database_lets_nobody_write_for_a_merged_person(desk: Desk) -> None:
    """A new table with such a key needs its trigger: `select not_for_merged_people('table', 'column')`."""
    guarded = db.session.execute(
        text(
            "select tgrelid::regclass::text || '.' || convert_from(substring(tgargs for length(tgargs) - 1), 'utf8')"
            " from pg_trigger where tgname like 'not_merged_%' and tgenabled = 'O'"
        )
    )
    assert set(guarded.scalars()) == {one.name for one in references()}
    kept, other = two(desk)
    merge(kept.id, other.id, {}, by=desk.by, now=desk.now)
    for write in (
        lambda: add_note(other.id, "メモ", by=desk.by, now=desk.now),
        lambda: desk.book(desk.at(18), other),
        lambda: db.session.execute(text(f"update person_notes set person_id = {other.id}")),
    ):
        with pytest.raises(DatabaseError) as caught, db.session.begin_nested():
            write()
        assert caught.value.orig.sqlstate == MERGED_PERSON
    assert find_people("山田華子")[0].id == kept.id


def test_a_row_loaded_before_the_merge_is_not_written_on(desk: Desk) -> None:
    kept, other = two(desk)
    merge(kept.id, other.id, {}, by=desk.by, now=desk.now)
    db.session.refresh(other)
    for write in (
        lambda: add_contact(other, phone="080-3333-4444", by=desk.by, now=desk.now),
        lambda: put_caution(other.id, Caution.CHECK, "理由", version=None, by=desk.by, now=desk.now),
        lambda: update_person(
            other, name="別", kana="", former_name="", phones=[], mails=[], language="ja", gender="",
            birth_date=None, version=None, by=desk.by, now=desk.now,
        ),
    ):  # fmt: skip
        with pytest.raises(MergedAway):
            write()
    assert (other.name, other.caution) == ("山田 華子", "")


def test_a_visitor_recognised_in_the_moment_of_a_merge_is_found_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, other = two(desk)
    found, real = [other], people_actions.recognise

    def a_moment_ago(**typed: str) -> Person | None:
        if not found:
            return real(**typed)
        merge(kept.id, other.id, {}, by=desk.by, now=desk.now)
        return found.pop()

    monkeypatch.setattr(people_actions, "recognise", a_moment_ago)
    who, is_new = people_actions.recognise_or_create(
        name="山田 花子", phone="075-123-4567", mail="new@x.example", by=desk.by, now=desk.now
    )
    assert (who.id, is_new) == (kept.id, False)


def test_a_table_of_tomorrow_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    tomorrow = MetaData()
    Table("people", tomorrow, Column("id", primary_key=True))
    Table("lockers", tomorrow, Column("id", primary_key=True), Column("person_id", ForeignKey("people.id")))
    monkeypatch.setattr(found_references.Base, "metadata", tomorrow)
    assert [one.name for one in references()] == ["lockers.person_id"]


def test_a_visit_moved_since_goes_back_with_the_time_it_takes(desk: Desk) -> None:
    """Moving a booking takes its time anew; that claim belongs to whoever the visit goes back to."""
    kept, other = two(desk)
    made = merge(kept.id, other.id, {}, by=desk.by, now=desk.now)
    theirs = select(Booking).join(Participant).where(Participant.id.in_(made.moved["participants.person_id"]))
    move(db.session.scalars(theirs).one(), starts_at=desk.at(18), by=desk.by, now=desk.now)
    undo_merge(made.id, by=desk.by, now=desk.now)
    held = dict(
        db.session.execute(
            select(Claim.resource, Claim.span).where(Claim.resource.in_(keys(kept, other)))
        ).all()
    )
    assert [held[key].lower for key in keys(kept, other)] == [desk.at(11), desk.at(18)]


def test_every_name_and_reading_keeps_being_found(desk: Desk) -> None:
    """Also when the kept person had another name before, and when only the readings differ."""
    kept = create_person(name="佐藤 花子", kana="さとう はなこ", former_name="鈴木", by=desk.by, now=desk.now)
    other = create_person(name="山田 花子", kana="やまだ はなこ", former_name="森", by=desk.by, now=desk.now)
    only_kana = create_person(kana="サイトウ ハナ", by=desk.by, now=desk.now)
    merge(kept.id, other.id, {"kana": "dropped"}, by=desk.by, now=desk.now)
    merge(kept.id, only_kana.id, {}, by=desk.by, now=desk.now)
    for typed in ("佐藤花子", "山田花子", "さとう", "やまだ", "鈴木", "森", "サイトウ", "saitou"):
        assert [row.id for row in find_people(typed)] == [kept.id], typed


def test_a_form_opened_before_the_merge_writes_nothing_on_the_row_that_is_gone(desk: Desk) -> None:
    kept, other = two(desk)
    made = merge(kept.id, other.id, {}, by=desk.by, now=desk.now)
    for find in (person, bare_person):
        with pytest.raises(MergedAway):
            find(other.id)
    undo_merge(made.id, by=desk.by, now=desk.now)
    assert person(other.id) is other


def test_merges_are_taken_back_the_last_one_first(desk: Desk) -> None:
    """Somebody who was merged on cannot get their own rows back: the later merge has them."""
    _, other = two(desk)
    bare, third = create_person(name="山田 花", by=desk.by, now=desk.now), desk.meet()
    before = dump()
    first = merge(other.id, bare.id, {}, by=desk.by, now=desk.now)
    second = merge(third.id, other.id, {}, by=desk.by, now=desk.now)
    with pytest.raises(CannotMerge):
        undo_merge(first.id, by=desk.by, now=desk.now)
    undo_merge(second.id, by=desk.by, now=desk.now)
    undo_merge(first.id, by=desk.by, now=desk.now)
    assert dump() == before


def test_every_key_with_a_person_in_it_has_a_rule() -> None:
    """One human cannot have such a row twice: it may stay behind, or the refusal says why."""
    assert {one.table.name for one in references() if one.uniques} == MAY_STAY | set(WHY_NOT)


def test_a_unique_index_counts_as_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    tomorrow = MetaData()
    Table("people", tomorrow, Column("id", primary_key=True))
    lockers = Table(
        "lockers", tomorrow, Column("id", primary_key=True), Column("person_id", ForeignKey("people.id"))
    )
    Index("uq_lockers", lockers.c.person_id, unique=True)
    monkeypatch.setattr(found_references.Base, "metadata", tomorrow)
    assert [one.uniques for one in references()] == [[[]]]


def test_both_histories_tell_of_it_without_names(desk: Desk) -> None:
    kept, other = two(desk)
    made = merge(kept.id, other.id, {}, by=desk.by, now=desk.now)
    undo_merge(made.id, by=desk.by, now=desk.now)
    lines = db.session.scalars(select(AuditLine).where(AuditLine.action.like("person.merge%"))).all()
    assert sorted((line.action, line.person_id) for line in lines) == sorted(
        (action, one.id) for action in ("person.merged", "person.merge_undone") for one in (kept, other)
    )
    assert "山田" not in str([(line.before, line.after) for line in lines])


def test_what_a_membership_gave_in_between_goes_with_it(desk: Desk) -> None:
    kept, other = (desk.meet() for _ in range(2))
    plan = db.session.query(Plan).filter_by(is_monthly=True).order_by(Plan.id).first()
    terms = Joining(plan.id, desk.now.date() - timedelta(days=20), None)
    join(other, terms, studio_id=desk.studio.id, lead=None, by=desk.by, now=desk.now)
    made = merge(kept.id, other.id, {}, by=desk.by, now=desk.now)
    assert give_months(desk.studio, by=desk.by, now=desk.now + timedelta(days=15)) == 1
    undo_merge(made.id, by=desk.by, now=desk.now + timedelta(days=16))
    assert (len(lots_of(kept.id)), len(lots_of(other.id))) == (0, 2)
