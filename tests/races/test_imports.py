"""One upload confirmed by several at once: one imports, the others are shown what was done."""

from collections import Counter

from flask import Flask
from sqlalchemy import func, select

from backoffice.bookings.models import Booking, Claim
from backoffice.core.audit import SYSTEM, Actor, AuditLine
from backoffice.core.db import db, in_transaction
from backoffice.exchange.imports import ImportKind, choose_columns, import_file, keep_file
from backoffice.people.actions import create_person
from backoffice.people.models import Person
from backoffice.staff.models import Role
from backoffice.studio.queries import the_studio
from tests.gym import make_staff
from tests.races.conftest import NOW
from tests.races.test_people_and_leads import at_once

PEOPLE = "お名前,電話番号\n" + "\n".join(f"客 {one},090-1111-{one:04}" for one in range(30))
BOOKINGS = "日時,メニュー,担当,お名前\n" + "\n".join(
    f"2026/10/{one + 1} 19:00,パーソナルトレーニング,森 亮介,佐藤 春香" for one in range(20)
)


def test_one_upload_confirmed_by_six_at_once_is_imported_once(arena: Flask) -> None:
    with arena.app_context():
        studio = the_studio()
        staff = make_staff("race@test.example", [Role.MANAGER], now=NOW)
        by = Actor("staff", staff.id, staff.name)
        in_transaction(lambda: create_person(name="佐藤 春香", by=SYSTEM, now=NOW))
        tokens = {
            ImportKind.PEOPLE: _kept(ImportKind.PEOPLE, PEOPLE, {"name": "お名前", "phone": "電話番号"}, by),
            ImportKind.BOOKINGS: _kept(
                ImportKind.BOOKINGS,
                BOOKINGS,
                {"starts": "日時", "service": "メニュー", "trainer": "担当", "name": "お名前"},
                by,
            ),
        }
    for kind, token in tokens.items():
        ended = at_once(
            arena, 6, 1, lambda _w, _n, k=kind, t=token: import_file(k, t, studio, by=by, now=NOW)
        )
        assert ended == [Counter(done=6)]
    with arena.app_context():
        actions = ("people.imported", "bookings.imported")
        assert db.session.scalar(select(func.count()).where(AuditLine.action.in_(actions))) == 2
        assert db.session.scalar(select(func.count()).select_from(Person)) == 31
        assert db.session.scalar(select(func.count()).select_from(Booking)) == 20
        assert db.session.scalar(select(func.count()).select_from(Claim)) == 40


def test_two_uploads_of_one_file_at_once_add_everybody_once(arena: Flask) -> None:
    with arena.app_context():
        studio = the_studio()
        staff = make_staff("race@test.example", [Role.MANAGER], now=NOW)
        by = Actor("staff", staff.id, staff.name)
        columns = {"name": "お名前", "phone": "電話番号"}
        tokens = [_kept(ImportKind.PEOPLE, PEOPLE, columns, by) for _ in range(4)]
    at_once(
        arena,
        4,
        1,
        lambda writer, _number: import_file(ImportKind.PEOPLE, tokens[writer], studio, by=by, now=NOW),
    )
    with arena.app_context():
        assert db.session.scalar(select(func.count()).select_from(Person)) == 30


def _kept(kind: ImportKind, text: str, columns: dict[str, str], by: Actor) -> str:
    def keep() -> str:
        token = keep_file(kind, text.encode(), "x.csv", by=by, now=NOW).token
        choose_columns(kind, token, columns, the_studio(), by=by, now=NOW)
        return token

    return in_transaction(keep)
