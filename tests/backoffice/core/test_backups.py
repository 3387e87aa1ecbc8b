"""A backup comes back whole or not at all."""

import shutil
import uuid
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import psycopg
import pytest
from flask import Flask
from sqlalchemy import select, text

from backoffice.core import backups
from backoffice.core.app import create_base_app
from backoffice.core.audit import SYSTEM
from backoffice.core.backups import BackupError, TableContents, table_contents
from backoffice.core.backups.nightly import KEPT
from backoffice.core.config import Settings, load_settings
from backoffice.core.db import db, transaction
from backoffice.core.local import LocalServers
from backoffice.core.migrate import upgrade
from backoffice.messaging.models import Kind, Message, MessageState
from backoffice.messaging.outbox import hold_due_for_review
from backoffice.people.actions import add_note, create_person
from backoffice.people.models import PersonNote
from tests.databases import drop_database
from tests.gym import make_gym

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


@pytest.fixture
def settings(servers: LocalServers, tmp_path: Path) -> Iterator[Settings]:
    """A database of its own: backups see what is committed, and restoring drops everything."""
    name = f"backups_{uuid.uuid4().hex[:12]}"
    server = servers.database_url.replace("+psycopg", "")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')  # type: ignore[call-overload]
    address = servers.database_url.replace("/backoffice?", f"/{name}?")
    yield load_settings(
        {"DATA_DIR": str(tmp_path / "var"), "DATABASE_URL": address, "REDIS_URL": servers.redis_url}
    )
    drop_database(server, name)


@pytest.fixture
def gym(settings: Settings) -> Iterator[Flask]:
    """A gym with a person, an encrypted note and three messages, committed."""
    app = create_base_app(replace(settings, log_level="WARNING"))
    with app.app_context():
        upgrade(db.engine)
        studio = make_gym(now=NOW)
        with transaction():
            person = create_person(
                name="髙橋 \\t花子\n", phones=["090-1234-5678"], mails=["h@example.jp"], by=SYSTEM, now=NOW
            )
            add_note(person.id, "腰に\\N不安\tあり\n二行目", by=SYSTEM, now=NOW)
            for hours, state in (
                (-2, MessageState.SENT),
                (1, MessageState.PLANNED),
                (30, MessageState.PLANNED),
            ):
                db.session.add(_message(studio.id, person.id, NOW + timedelta(hours=hours), state))
        yield app
        db.session.remove()
        db.engine.dispose()


def _message(studio_id: int, person_id: int, at: datetime, state: MessageState) -> Message:
    return Message(
        studio_id=studio_id,
        kind=Kind.WELCOME,
        channel="mail",
        language="ja",
        person_id=person_id,
        dedupe_key=f"test:{at.isoformat()}",
        send_at=at,
        next_try_at=at,
        expires_at=at + timedelta(days=2),
        state=state,
        created_at=NOW,
    )


def contents(settings: Settings) -> dict[str, TableContents]:
    with psycopg.connect(settings.libpq_url) as connection:
        return table_contents(connection)


def restore(path: Path) -> None:
    with transaction():
        backups.restore(path)


def test_every_table_comes_back_with_the_same_rows(gym: Flask, settings: Settings, tmp_path: Path) -> None:
    before = contents(settings)
    assert before["people"].rows == 1
    assert set(before) == {table.name for table in db.metadata.sorted_tables}
    manifest = backups.write_backup(settings, tmp_path / "gym.backup", now=NOW)
    assert manifest.tables == before
    with transaction():
        tables = ", ".join(f'"{table}"' for table in before)
        db.session.execute(text(f"truncate {tables} restart identity cascade"))
    assert contents(settings)["people"].rows == 0
    db.session.rollback()

    restore(tmp_path / "gym.backup")

    assert contents(settings) == before
    assert db.session.scalars(select(PersonNote)).one().body == "腰に\\N不安\tあり\n二行目"


def test_it_comes_back_into_an_empty_database(gym: Flask, settings: Settings, tmp_path: Path) -> None:
    before = contents(settings)
    backups.write_backup(settings, tmp_path / "gym.backup", now=NOW)
    with transaction():
        db.session.execute(text("drop schema public cascade"))
        db.session.execute(text("create schema public"))
    restore(tmp_path / "gym.backup")
    assert contents(settings) == before


def test_new_rows_get_new_keys_after_a_restore(gym: Flask, settings: Settings, tmp_path: Path) -> None:
    backups.write_backup(settings, tmp_path / "gym.backup", now=NOW)
    restore(tmp_path / "gym.backup")
    with transaction():
        assert create_person(name="森 一", phones=["090-0000-1111"], by=SYSTEM, now=NOW).id == 2


def test_the_rules_of_the_tables_are_back_too(gym: Flask, settings: Settings, tmp_path: Path) -> None:
    query = text("select conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated from pg_constraint"
                 " where connamespace = 'public'::regnamespace order by 1, 2")  # fmt: skip
    before = db.session.execute(query).all()
    backups.write_backup(settings, tmp_path / "gym.backup", now=NOW)
    db.session.rollback()
    restore(tmp_path / "gym.backup")
    assert db.session.execute(query).all() == before


def test_messages_due_before_the_restore_wait_for_a_person(
    gym: Flask, settings: Settings, tmp_path: Path
) -> None:
    backups.write_backup(settings, tmp_path / "gym.backup", now=NOW)
    with transaction():
        backups.restore(tmp_path / "gym.backup")
        assert hold_due_for_review(now=NOW + timedelta(hours=3)) == 1
    states = db.session.scalars(select(Message.state).order_by(Message.send_at)).all()
    assert states == [MessageState.SENT, MessageState.HELD_FOR_REVIEW, MessageState.PLANNED]


def test_a_file_cut_short_is_refused_before_anything_is_dropped(
    gym: Flask, settings: Settings, tmp_path: Path
) -> None:
    path = tmp_path / "gym.backup"
    backups.write_backup(settings, path, now=NOW)
    whole, before = path.read_bytes(), contents(settings)
    for share in (0.0, 0.1, 0.5, 0.9, 0.999):
        path.write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises(BackupError), transaction():
            backups.restore(path)
    assert contents(settings) == before


def test_a_changed_byte_is_found_or_harmless(gym: Flask, settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "gym.backup"
    promised = backups.write_backup(settings, path, now=NOW)
    whole, random, found = path.read_bytes(), Random(3), 0
    for _ in range(300):
        broken = bytearray(whole)
        broken[random.randrange(len(whole))] ^= 1 << random.randrange(8)
        path.write_bytes(broken)
        try:
            # A time stamp or a flag inside the archive may differ; a row may not.
            assert backups.verify(path) == promised
        except BackupError:
            found += 1
    assert found > 200


def test_a_well_formed_archive_with_other_contents_is_refused(
    gym: Flask, settings: Settings, tmp_path: Path
) -> None:
    path, other = tmp_path / "gym.backup", tmp_path / "other.backup"
    backups.write_backup(settings, path, now=NOW)
    with zipfile.ZipFile(path) as source:
        entries = {name: source.read(name) for name in source.namelist()}
    people = entries["tables/people.copy"]
    for change in (
        {"tables/people.copy": None},
        {"tables/people.copy": people.replace("髙".encode(), "高".encode())},
        {"tables/people.copy": people * 2},
        {"tables/more.copy": people},
        {"manifest.json": entries["manifest.json"].replace(b"2026-11-24", b"2025-11-24")},
    ):
        with zipfile.ZipFile(other, "w") as target:
            for name, contents_of in {**entries, **change}.items():
                if contents_of is not None:
                    target.writestr(name, contents_of)
        with pytest.raises(BackupError):
            backups.verify(other)


def test_a_backup_of_a_newer_product_is_refused(gym: Flask, settings: Settings, tmp_path: Path) -> None:
    with transaction():
        db.session.execute(text("update alembic_version set version_num = '9999'"))
    backups.write_backup(settings, tmp_path / "gym.backup", now=NOW)
    before = contents(settings)
    with pytest.raises(BackupError, match="newer version"), transaction():
        backups.restore(tmp_path / "gym.backup")
    assert contents(settings) == before


def test_a_database_in_use_is_not_replaced(gym: Flask, settings: Settings, tmp_path: Path) -> None:
    backups.write_backup(settings, tmp_path / "gym.backup", now=NOW)
    with (
        psycopg.connect(settings.libpq_url),
        pytest.raises(BackupError, match="in use"),
        transaction(),
    ):
        backups.restore(tmp_path / "gym.backup")


def test_a_backup_never_replaces_a_file(gym: Flask, settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "gym.backup"
    path.write_text("mine")
    with pytest.raises(BackupError, match="exists already"):
        backups.write_backup(settings, path, now=NOW)
    assert path.read_text() == "mine"
    assert not [found for found in tmp_path.iterdir() if found.name.endswith(".part")]


def test_a_backup_shows_no_encrypted_text_and_only_its_owner_reads_it(
    gym: Flask, settings: Settings, tmp_path: Path
) -> None:
    path = tmp_path / "gym.backup"
    backups.write_backup(settings, path, now=NOW)
    assert path.stat().st_mode & 0o077 == 0
    shutil.unpack_archive(path, tmp_path / "open", "zip")
    assert not [file for file in (tmp_path / "open").rglob("*.copy") if "不安" in file.read_text()]


def test_fourteen_nights_are_kept(gym: Flask, settings: Settings) -> None:
    for night in range(KEPT + 2):
        newest = backups.nightly_backup(settings, now=NOW + timedelta(days=night))
    kept = sorted((settings.data_dir / "backups").iterdir())
    assert len(kept) == KEPT
    assert kept[-1] == newest
