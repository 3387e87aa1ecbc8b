"""Photos of meals: only with the consent to photos, hidden once it is taken back, one a day, gone after 60 days."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, text

from backoffice.care.check_ins import check_in, read_words
from backoffice.care.meals import KEPT, forget_meals, is_shown, open_meal
from backoffice.care.measures import Measure
from backoffice.care.models import CheckIn
from backoffice.care.queries import check_ins_of
from backoffice.care.standing_out import look_at
from backoffice.core.audit import AuditLine
from backoffice.core.db import db
from backoffice.core.errors import Invalid, NotFound
from backoffice.files.actions import open_file
from backoffice.files.agreed import NoConsent
from backoffice.files.models import Shelf, StoredFile
from backoffice.files.queries import files_of
from backoffice.merging.actions import merge
from backoffice.people.actions import record_consent
from backoffice.people.models import Person, Purpose
from tests.backoffice.bookings.conftest import Desk, desk_book  # noqa: F401 - a fixture
from tests.statements import statements

TODAY = date(2026, 11, 24)
PICTURE, SECOND = b"\xff\xd8\xff jpeg of a bowl", b"\xff\xd8\xff jpeg of a plate"


@pytest.fixture
def desk(desk_book: Desk) -> Desk:  # noqa: F811
    return desk_book


@pytest.fixture
def person(desk: Desk) -> Person:
    """Somebody who agrees to photos."""
    made = desk.meet()
    say(desk, made, Purpose.PHOTOS, True)
    return made


def say(desk: Desk, person: Person, purpose: Purpose, granted: bool) -> None:
    said = {"wording": "v1", "language": "ja", "source": "test", "by": desk.by}
    record_consent(person.id, purpose, granted, now=desk.now, **said)  # type: ignore[arg-type]
    db.session.flush()


def tell(
    desk: Desk, person: Person, meal: bytes | None = PICTURE, *, days_ago: int = 0, **more: object
) -> CheckIn:
    sent = {"meal": meal, "agrees": True, "wording": "v1", "language": "ja", "by": desk.by, **more}
    answers, at = sent.pop("answers", {}), desk.now - timedelta(days=days_ago)
    return check_in(desk.studio, person.id, answers, now=at, **sent)  # type: ignore[arg-type]


def seen(desk: Desk, row: CheckIn) -> bytes | None:
    return open_meal(desk.studio.id, row.person_id, row.id, by=desk.by, now=desk.now).content


def test_a_photo_alone_is_told_and_its_trainer_sees_that_there_is_one(desk: Desk, person: Person) -> None:
    row = tell(desk, person)
    look = look_at(person.id, TODAY)
    assert look is not None
    assert (look.unseen, look.has_photo, look.has_words) == (1, True, False)
    assert read_words(desk.studio.id, person.id, row.id, by=desk.by, now=desk.now) == row
    assert seen(desk, row) == PICTURE


def test_without_the_consent_to_photos_nothing_is_kept_and_the_person_is_told(desk: Desk) -> None:
    never, taken_back = desk.meet(), desk.meet()
    say(desk, taken_back, Purpose.PHOTOS, True)
    say(desk, taken_back, Purpose.PHOTOS, False)
    for person in (never, taken_back):
        with pytest.raises(Invalid, match="if you agree to photos"):
            tell(desk, person, answers={Measure.SLEEP: Decimal(7)})
    assert db.session.query(CheckIn).count() == 0
    assert db.session.query(StoredFile).count() == 0


def test_taken_back_it_is_hidden_in_that_moment_and_given_again_it_is_there(
    desk: Desk, person: Person
) -> None:
    row = tell(desk, person)
    say(desk, person, Purpose.PHOTOS, False)
    with pytest.raises(NoConsent):
        seen(desk, row)
    with pytest.raises(NotFound):
        read_words(desk.studio.id, person.id, row.id, by=desk.by, now=desk.now)
    look = look_at(person.id, TODAY)
    assert look is not None
    assert (is_shown(row), look.has_photo) == (False, False)
    say(desk, person, Purpose.PHOTOS, True)
    assert seen(desk, row) == PICTURE


def test_the_consent_to_health_data_closes_it_as_well(desk: Desk, person: Person) -> None:
    row = tell(desk, person)
    say(desk, person, Purpose.HEALTH, False)
    with pytest.raises(NotFound):
        seen(desk, row)
    say(desk, person, Purpose.HEALTH, True)
    assert seen(desk, row) == PICTURE


def test_a_second_one_of_the_day_takes_the_place_of_the_first_and_words_leave_it(
    desk: Desk, person: Person
) -> None:
    first = tell(desk, person).meal_file_id
    row = tell(desk, person, SECOND)
    tell(desk, person, None, words="野菜が少なめ")
    assert seen(desk, row) == SECOND
    put_away = select(StoredFile.id).where(StoredFile.archived_at.is_not(None))
    assert db.session.scalars(put_away).all() == [first]


def test_the_table_holds_nothing_in_the_clear_and_each_opening_is_recorded(
    desk: Desk, person: Person
) -> None:
    row = tell(desk, person)
    kept = db.session.execute(text("select content, name from files")).one()
    assert (b"bowl" in bytes(kept.content), b"meal" in bytes(kept.name)) == (False, False)
    for _ in range(2):
        seen(desk, row)
    lines = select(AuditLine.action, AuditLine.person_id).where(AuditLine.subject_kind == "file")
    assert [tuple(line) for line in db.session.execute(lines.order_by(AuditLine.id))] == [
        ("file.added", person.id), ("file.opened", person.id), ("file.opened", person.id),
    ]  # fmt: skip


def test_no_other_shelf_studio_or_person_leads_to_it(desk: Desk, person: Person) -> None:
    row, other = tell(desk, person), desk.meet()
    say(desk, other, Purpose.PHOTOS, True)
    plain = tell(desk, other, None, words="水")
    here = desk.studio.id
    for studio_id, person_id, row_id in (
        (here + 1, person.id, row.id),
        (here, other.id, row.id),
        (here, other.id, plain.id),
    ):
        with pytest.raises(NotFound):
            open_meal(studio_id, person_id, row_id, by=desk.by, now=desk.now)
    for shelf in (Shelf.PAPERS, Shelf.PROGRESS):
        assert files_of(desk.studio.id, person.id, shelf, now=desk.now) == []
        with pytest.raises(NotFound):
            open_file(desk.studio.id, row.meal_file_id or 0, shelf, by=desk.by, now=desk.now)


def test_it_goes_along_when_two_rows_become_one(desk: Desk, person: Person) -> None:
    row, kept = tell(desk, person), desk.meet()
    merge(kept.id, person.id, {}, by=desk.by, now=desk.now)
    db.session.expire_all()
    assert [one.id for one in check_ins_of(kept.id, TODAY, TODAY)] == [row.id]
    assert seen(desk, row) == PICTURE, "with the consent"


def test_after_sixty_days_picture_and_name_are_gone_and_the_answers_stay(desk: Desk, person: Person) -> None:
    old = tell(desk, person, days_ago=KEPT.days + 1, answers={Measure.SLEEP: Decimal(7)})
    young = tell(desk, person, days_ago=KEPT.days - 1)
    gone = old.meal_file_id
    with statements() as sent:
        forget_meals(now=desk.now)
    assert len(sent) == 2
    db.session.expire_all()
    left = db.session.execute(select(StoredFile.id, StoredFile.name, StoredFile.content.is_(None))).all()
    assert {row.id: (row.name, row[2]) for row in left}[gone] == ("", True)
    assert (old.meal_file_id, old.sleep_hours, is_shown(old)) == (None, 7, False)
    assert seen(desk, young) == PICTURE
    forget_meals(now=desk.now)


def test_papers_and_photos_of_poses_stay_when_meals_are_forgotten(desk: Desk, person: Person) -> None:
    row = tell(desk, person, days_ago=KEPT.days + 1)
    db.session.execute(text("update files set shelf = 'PAPERS'"))
    forget_meals(now=desk.now)
    db.session.expire_all()
    assert (
        open_file(desk.studio.id, row.meal_file_id or 0, Shelf.PAPERS, by=desk.by, now=desk.now).content
        == PICTURE
    )
