"""The command line as a person at the machine meets it: run as a program, judged by what it says and its exit code."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from backoffice.core.config import ROOT
from backoffice.core.local import start_postgres

COMMANDS = (
    "up",
    "demo",
    "create-owner",
    "import-enquiries",
    "import-exercises",
    "backup",
    "restore",
    "rotate-keys",
    "doctor",
)
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs `backoffice` with a DATA_DIR of its own and none of this machine's settings."""

    def start(*words: str, **settings: str) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "DATA_DIR": str(tmp_path / "var"),
            **settings,
        }
        command = [sys.executable, "-m", "commands", *words]
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120
        )

    return start


def test_each_command_explains_itself(run: Run) -> None:
    shown = run("--help").stdout
    for name in COMMANDS:
        assert f"  {name} " in shown
    said = run("backup", "--help")
    assert said.returncode == 0
    assert "ENCRYPTION_KEYS" in said.stdout


@pytest.mark.parametrize(
    "words", [("unknown",), ("backup",), ("demo", "--people", "many"), ("up", "--only", "web")]
)
def test_wrong_use_is_2(run: Run, words: tuple[str, ...]) -> None:
    assert run(*words).returncode == 2


@pytest.mark.parametrize(
    ("settings", "about"),
    [
        ({"DATABASE_URL": "sqlite:///x"}, "DATABASE_URL"),
        ({"BACKOFFICE_ENV": "production"}, "SECRET_KEY"),
        ({"SMTP_URL": "smtp://mail.example.jp", "MAIL_FROM": "鴨川スタジオ"}, "no mail address"),
        ({"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}, "database"),
    ],
)
def test_a_refusal_is_1_and_one_plain_line(run: Run, settings: dict[str, str], about: str) -> None:
    done = run("doctor", **settings)
    assert done.returncode == 1
    assert about in done.stderr
    assert "Traceback" not in done.stderr


def test_a_taken_port_is_said_with_the_way_out(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = run("up", PORT=str(taken.getsockname()[1]))
    assert done.returncode == 1
    assert "PORT=8001 make run" in done.stderr


def test_from_an_empty_machine_to_a_gym_and_back_from_its_backup(run: Run, tmp_path: Path) -> None:
    owner = (
        "create-owner",
        "--mail",
        "owner@gym.example",
        "--name",
        "大西 悠",
        "--gym",
        "整",
    )
    weak = run(*owner, "--password", "short")
    assert (weak.returncode, "12 characters" in weak.stderr) == (1, True)
    strange = run(*owner, "--language", "fr", "--password", "a-long-enough-one-77")
    assert (strange.returncode, "'ja', 'en'" in strange.stderr) == (2, True)
    founded = run(*owner, "--language", "en", "--password", "a-long-enough-one-77", PORT="8077")
    assert (founded.returncode, "the address that `backoffice up` prints" in founded.stdout) == (0, True)
    elsewhere = run(*owner, "--gym", "別の館", "--password", "a-long-enough-one-77")
    assert (elsewhere.returncode, "'整', not '別の館'" in elsewhere.stderr) == (1, True)
    second = ("create-owner", "--mail", "second@gym.example", "--name", "大西 翠", "--gym", "整")
    public = run(*second, "--password", "a-long-enough-one-77", PUBLIC_URL="https://desk.example.jp")
    assert "https://desk.example.jp/sign-in" in public.stdout
    again = run(*owner, "--password", "a-long-enough-one-77")
    assert (again.returncode, "already uses" in again.stderr) == (1, True)

    checked = run("doctor")
    assert checked.returncode == 0
    assert "Set PUBLIC_URL" not in checked.stdout
    mails = run("doctor", SMTP_URL="smtp://127.0.0.1:1", MAIL_FROM="desk@gym.example")
    assert "Set PUBLIC_URL" in mails.stdout
    silent = run(
        "doctor", REDIS_URL="redis://10.255.255.1:6379/0"
    ).stdout  # nobody answers there, not even with a refusal
    clock_line = next(line for line in silent.splitlines() if " clock " in line)
    assert float(clock_line.split()[2]) < 1
    for word in ("database", "broker", "mail", "line", "disk", "clock", "oldest due message", "→"):
        assert word in checked.stdout

    assert run("backup", "gym.backup").returncode == 0
    assert run("backup", "gym.backup").returncode == 1
    enquiries = ROOT / "tests" / "data" / "enquiries-utf8.csv"
    counts = json.loads(run("import-enquiries", str(enquiries), "--json").stdout)
    assert counts == json.loads(enquiries.with_suffix(".truth.json").read_text())
    back = run("restore", "gym.backup", "--yes")
    assert back.returncode == 0, back.stderr
    assert "restored" in back.stdout
    assert json.loads(run("import-enquiries", str(enquiries), "--json").stdout) == counts

    exercises = ROOT / "tests" / "data" / "exercises-small.json"
    told = run("import-exercises", str(exercises)).stdout
    assert "7 exercises added, 0 were here before." in told
    assert "entry 10 Odd Muscle: This word is not known: wing" in told
    again = json.loads(run("import-exercises", str(exercises), "--json").stdout)
    assert again == {"rows": 17, "new": 0, "known": 7, "namesake": 1, "skipped": 9}
    wrong = run("import-exercises", str(enquiries))
    assert (wrong.returncode, "not a JSON file" in wrong.stderr) == (1, True)

    kept = (tmp_path / "var").rglob("encryption*")
    old, new = next(kept).read_text().strip(), Fernet.generate_key().decode()
    lost = run("rotate-keys", ENCRYPTION_KEYS=new)
    assert (lost.returncode, "throw no key away" in lost.stderr) == (1, True)
    assert "cannot read" in run("doctor", ENCRYPTION_KEYS=new).stdout
    renewed = run("rotate-keys", ENCRYPTION_KEYS=f"{new},{old}")
    assert (renewed.returncode, "under the newest key" in renewed.stdout) == (0, True)
    assert "stored texts open" in run("doctor", ENCRYPTION_KEYS=new).stdout

    (tmp_path / "gym.backup").write_bytes((tmp_path / "gym.backup").read_bytes()[:-500])
    assert run("restore", "gym.backup", "--yes").returncode == 1
    assert not list(tmp_path.rglob("postmaster.pid"))


def test_a_command_leaves_running_servers_as_it_found_them(run: Run, tmp_path: Path) -> None:
    with start_postgres(tmp_path / "var"):
        assert run("doctor").returncode == 0
        assert list(tmp_path.rglob("postmaster.pid"))
    assert not list(tmp_path.rglob("postmaster.pid"))
