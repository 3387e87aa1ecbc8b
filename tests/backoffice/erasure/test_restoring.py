"""A backup made before somebody was erased does not bring them back."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text

from backoffice.core import backups
from backoffice.core.audit import SYSTEM
from backoffice.core.backups import BackupError
from backoffice.core.config import Settings
from backoffice.core.db import db, transaction
from backoffice.erasure.actions import erase, erase_again
from backoffice.erasure.again import LIST, Listed, listed, read_list, write_list
from backoffice.messaging.models import Message
from backoffice.people.actions import create_person
from backoffice.people.models import ERASED, Person, PersonNote, PersonPhone
from tests.backoffice.core.test_backups import NOW, gym, settings  # noqa: F401 - fixtures


def erase_the_guest() -> None:
    person = db.session.scalars(select(Person)).one()
    with transaction():
        erase(person.id, typed=person.name, reason="希望", is_settled=True, version=None, by=SYSTEM, now=NOW)


def bring_back(path: Path, known: set[Listed]) -> int:
    with transaction():
        backups.restore(path)
        return erase_again(known, now=NOW + timedelta(days=1))


def nobody_is_left() -> bool:
    rows = db.session.scalars(select(Person)).all()
    texts = [row for model in (PersonNote, PersonPhone) for row in db.session.scalars(select(model))]
    live = db.session.scalars(select(Message.id).where(Message.state == "PLANNED")).all()
    return [row.name for row in rows] == [ERASED] and texts == [] and live == []


def test_who_was_erased_since_is_erased_again(gym: Flask, settings: Settings, tmp_path: Path) -> None:  # noqa: F811
    backups.write_backup(settings, tmp_path / "before.backup", now=NOW)
    erase_the_guest()
    assert nobody_is_left()
    known = listed()
    assert bring_back(tmp_path / "before.backup", known) == 1
    assert nobody_is_left()
    assert {one[:2] for one in listed()} == {one[:2] for one in known}
    backups.write_backup(settings, tmp_path / "after.backup", now=NOW)
    assert bring_back(tmp_path / "after.backup", known) == 0


def test_the_list_beside_the_backups_is_enough(gym: Flask, settings: Settings, tmp_path: Path) -> None:  # noqa: F811
    backups.write_backup(settings, tmp_path / "before.backup", now=NOW)
    write_list(tmp_path)
    assert not (tmp_path / LIST).exists()
    erase_the_guest()
    write_list(tmp_path)
    assert "髙橋" not in (tmp_path / LIST).read_text("utf-8")
    with transaction():
        db.session.execute(text("drop schema public cascade"))
        db.session.execute(text("create schema public"))
        assert listed() == set()
    assert bring_back(tmp_path / "before.backup", read_list(tmp_path)) == 1
    assert nobody_is_left()


def test_a_number_given_to_somebody_else_since_is_left_alone(gym: Flask) -> None:  # noqa: F811
    with transaction():
        other = create_person(name="別の 方", by=SYSTEM, now=NOW + timedelta(hours=3))
    with transaction():
        assert erase_again([Listed(other.id, NOW, NOW)], now=NOW) == 0
    assert db.session.get_one(Person, other.id).name == "別の 方"


def test_the_list_only_grows_and_a_damaged_one_is_said(gym: Flask, tmp_path: Path) -> None:  # noqa: F811
    erase_the_guest()
    write_list(tmp_path)
    known = read_list(tmp_path)
    with transaction():
        db.session.execute(text("delete from erasures"))
    write_list(tmp_path)
    assert read_list(tmp_path) == known
    (tmp_path / LIST).write_text('[["x"', "utf-8")
    with pytest.raises(BackupError):
        read_list(tmp_path)


def test_the_command_does_it_by_itself(gym: Flask, settings: Settings, tmp_path: Path) -> None:  # noqa: F811
    backups.write_backup(settings, tmp_path / "before.backup", now=NOW)
    erase_the_guest()
    db.session.remove()
    db.engine.dispose()
    said = subprocess.run(
        [sys.executable, "-m", "commands", "restore", str(tmp_path / "before.backup"), "--yes"],
        env={
            "DATABASE_URL": settings.database_url, "REDIS_URL": settings.redis_url, "DATA_DIR": str(settings.data_dir),
            "ENCRYPTION_KEYS": ",".join(settings.encryption_keys), "PATH": "/usr/bin:/bin",
        },
        capture_output=True, text=True, timeout=120, cwd=Path(__file__).parents[3],
    )  # fmt: skip
    assert (said.returncode, "erased again" in said.stdout) == (0, True), said.stderr
    assert nobody_is_left()
