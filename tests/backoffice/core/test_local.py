"""The embedded servers: private, joined by the second, stopped by the last, surviving what people do to them."""

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from backoffice.core.local import LocalServerError, start_postgres, start_valkey
from backoffice.core.local.programs import choose_runner, private_folder


def ask(address: str, question: str) -> object:
    with psycopg.connect(address.replace("postgresql+psycopg", "postgresql")) as connection:
        row = connection.execute(question).fetchone()  # type: ignore[call-overload]
    assert row is not None
    return row[0]


def pid_of(data_dir: Path) -> int:
    return int((choose_runner(data_dir).home / "postgresql" / "postmaster.pid").read_text().split()[0])


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that ended and waits to be reaped does not."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes() != b""
    except FileNotFoundError:
        return False


def test_the_cluster_is_safe_private_and_in_utf8(tmp_path: Path) -> None:
    with start_postgres(tmp_path / "var") as (address, is_fresh):
        assert is_fresh
        for setting, value in {
            "listen_addresses": "",
            "fsync": "on",
            "full_page_writes": "on",
            "data_checksums": "on",
            "server_encoding": "UTF8",
            "log_error_verbosity": "terse",
        }.items():
            assert ask(address, f"SELECT current_setting('{setting}')") == value
        assert ask(address, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
        assert ask(address, "SELECT lower('ÀÉ')") == "àé"
        for folder in (choose_runner(tmp_path / "var").home, choose_runner(tmp_path / "var").sockets):
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert not (choose_runner(tmp_path / "var").home / "postgresql" / "postmaster.pid").exists()


def test_without_the_password_nobody_gets_in(tmp_path: Path) -> None:
    with start_postgres(tmp_path, throw_away=True) as (address, _):
        host = address.partition("?")[2]
        for user in ("backoffice", "postgres"):
            with pytest.raises(psycopg.OperationalError, match="password"):
                psycopg.connect(f"postgresql://{user}@/postgres?{host}").close()


def test_the_second_joins_and_the_last_stops(tmp_path: Path) -> None:
    with start_postgres(tmp_path, throw_away=True) as (address, _):
        pid = pid_of(tmp_path)
        with start_postgres(tmp_path, throw_away=True) as (same, is_fresh):
            assert (same, is_fresh) == (address, False)
        assert ask(address, "SELECT 1") == 1
    assert not is_alive(pid)


def test_a_short_command_leaves_the_servers_of_others_running(tmp_path: Path) -> None:
    with start_postgres(tmp_path, throw_away=True) as (address, _), start_valkey(tmp_path):
        code = (
            "import sys, pathlib; from backoffice.core.local import start_postgres\n"
            "with start_postgres(pathlib.Path(sys.argv[1])) as (_, fresh): print(fresh)"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == "False"
        assert ask(address, "SELECT 1") == 1


def test_starts_at_the_same_time_make_one_server(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib, time; from backoffice.core.local import start_postgres\n"
        "with start_postgres(pathlib.Path(sys.argv[1]), throw_away=True) as (_, fresh): print(fresh); time.sleep(3)"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    said = sorted(process.communicate(timeout=60)[0].strip() for process in started)
    assert said == ["False", "False", "False", "True"]
    assert not (choose_runner(tmp_path).home / "postgresql" / "postmaster.pid").exists()


def test_a_server_killed_outright_comes_back_with_its_data(tmp_path: Path) -> None:
    with start_postgres(tmp_path) as (address, _):
        with psycopg.connect(address.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
        os.kill(pid_of(tmp_path), signal.SIGKILL)
        time.sleep(0.2)
        with start_postgres(tmp_path) as (again, is_fresh):
            assert is_fresh
            assert ask(again, "SELECT n FROM kept") == 7


def test_a_pid_file_that_names_a_stranger_is_survived(tmp_path: Path) -> None:
    with start_postgres(tmp_path, throw_away=True):
        pass
    pid_file = choose_runner(tmp_path).home / "postgresql" / "postmaster.pid"
    with subprocess.Popen(["sleep", "60"]) as stranger:
        pid_file.write_text(f"{stranger.pid}\n{pid_file.parent}\n1\n5432\n\n\n")
        with start_postgres(tmp_path, throw_away=True) as (address, is_fresh):
            assert is_fresh
            assert ask(address, "SELECT 1") == 1
        assert stranger.poll() is None
        stranger.kill()


def test_data_of_another_version_is_left_alone(tmp_path: Path) -> None:
    with start_postgres(tmp_path, throw_away=True):
        pass
    (choose_runner(tmp_path).home / "postgresql" / "PG_VERSION").write_text("16\n")
    with pytest.raises(LocalServerError, match="belongs to PostgreSQL 16"), start_postgres(tmp_path):
        pass


def test_a_full_disk_is_said_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backoffice.core.local.postgres.LEAST_FREE", 2**62)
    with pytest.raises(LocalServerError, match="disk is nearly full"), start_postgres(tmp_path):
        pass
    assert not (choose_runner(tmp_path).home / "postgresql").exists()


def test_a_deep_folder_gets_a_short_private_socket_folder(tmp_path: Path) -> None:
    deep = tmp_path / ("長い名前" * 8) / "it's here"
    with start_postgres(deep, throw_away=True) as (address, _), start_valkey(deep) as (broker, _):
        assert ask(address, "SELECT 1") == 1
        path = broker.removeprefix("unix://").partition("?")[0]
        assert len(path) < 100
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(path)
        assert stat.S_IMODE(Path(path).parent.stat().st_mode) == 0o700
    Path(path).parent.rmdir()


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(LocalServerError, match="somebody else"):
        private_folder(tmp_path / "link")


def test_the_broker_keeps_nothing_and_goes_with_its_last_user(tmp_path: Path) -> None:
    with start_valkey(tmp_path) as (address, is_fresh):
        assert is_fresh
        assert address.endswith("valkey.sock?db=0")
        assert not list(tmp_path.rglob("*.rdb"))
    assert not list(tmp_path.rglob("*.sock"))
