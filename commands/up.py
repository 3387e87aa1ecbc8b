"""`backoffice up`: servers, migrations, the demo gym the first time, then web, worker and beat until Ctrl-C."""

import errno
import os
import shlex
import socket
import sys
import threading
import time
import urllib.error
import urllib.request

import click

from backoffice.core.app import create_base_app
from backoffice.core.config import THREADS_PER_WORKER, Settings, load_settings
from backoffice.core.db import db
from backoffice.core.migrate import upgrade
from backoffice.staff.queries import anybody_uses_the_demo_password
from commands.demo import fill_if_empty, sign_ins
from commands.processes import Supervisor
from commands.surroundings import settings_and_servers, told_plainly

READY_SECONDS = 90
PORT_SECONDS = 5
PARTS = ("web", "worker", "beat")


@click.command(short_help="Start everything and keep it running.")
@click.option(
    "--only", type=click.Choice(PARTS), help="Become one part, where something else looks after the rest."
)
def up(only: str | None) -> None:
    """Start database, broker, web server, worker and beat; Ctrl-C stops all of them.

    The first time, outside production, a demo gym is made. Settings are read from the environment and .env.
    """
    if only is not None:
        _refuse_embedded_servers()
    with settings_and_servers(broker=True) as settings:
        if only in {None, "web"}:
            _refuse_taken_port(settings)
        has_demo = _prepare(settings, may_fill=only is None)
        environment = {
            **os.environ,
            "DATABASE_URL": settings.database_url,
            "REDIS_URL": settings.redis_url,
            "PYTHONUNBUFFERED": "1",
            # Celery says eight lines about root; who runs a trial in a container as root knows it.
            "PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges",
        }
        if only is not None:
            os.chdir(settings.root)
            command = _command(only, settings)
            os.execvpe(command[0], command, environment)  # noqa: S606
        supervisor = Supervisor()
        for part in PARTS:
            command = ["exec", *_command(part, settings)]
            supervisor.add_process(part, shlex.join(command), env=environment, cwd=str(settings.root))
        threading.Thread(target=_announce, args=(settings, has_demo), daemon=True).start()
        supervisor.loop()
        click.echo("stopping …")
    click.echo("stopped")
    if supervisor.failed:
        raise click.ClickException("A part of the product ended by itself; its last lines above say why.")


def _refuse_embedded_servers() -> None:
    with told_plainly():
        settings = load_settings()
    if not settings.database_url or not settings.redis_url:
        raise click.UsageError("--only needs DATABASE_URL and REDIS_URL: the parts meet there.")


def _refuse_taken_port(settings: Settings) -> None:
    """Wait a moment first: after a `kill -9` the parts of the last start are just ending."""
    deadline = time.monotonic() + PORT_SECONDS
    while (error := _bind_error(settings)) is not None:
        if error.errno != errno.EADDRINUSE or time.monotonic() > deadline:
            raise click.ClickException(
                f"{settings.host}:{settings.port} cannot be used ({error.strerror}). Stop what listens there, "
                "or choose another port: PORT=8001 make run."
            )
        time.sleep(0.5)


def _bind_error(settings: Settings) -> OSError | None:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            return error
    return None


def _prepare(settings: Settings, *, may_fill: bool) -> bool:
    """Migrate, and make the demo gym in an empty database. True when the demo's sign-ins work here."""
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    app = create_base_app(settings, import_name="commands")
    with app.app_context():
        upgrade(db.engine)
        if may_fill and not settings.production:
            fill_if_empty()
        has_demo = anybody_uses_the_demo_password()
        db.session.remove()
        db.engine.dispose()
    if has_demo and settings.production:
        raise click.ClickException(
            "An account of the demo gym with its published password is in this database. Suspend it or change its "
            "password; a real gym begins with an empty database and `backoffice create-owner`."
        )
    return has_demo


def _command(part: str, settings: Settings) -> list[str]:
    python, celery = [sys.executable, "-m"], ["celery", "--quiet", "-A", "tasks.worker"]
    if part == "web":
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        return [
            *(*python, "gunicorn", "blueprints.wsgi:app", "--preload", "--worker-class", "gthread"),
            *("--workers", str(settings.web_workers), "--threads", str(THREADS_PER_WORKER)),
            *("--bind", f"{host}:{settings.port}", "--no-control-socket", "--log-level", "warning"),
            *("--timeout", "60", "--graceful-timeout", "15", "--keep-alive", "5"),
        ]
    if part == "worker":
        alone = ("--without-gossip", "--without-mingle", "--without-heartbeat")
        return [*python, *celery, "worker", "--pool", "prefork", "-c", "2", "-l", "WARNING", *alone]
    schedule = str(settings.data_dir / "celerybeat-schedule")
    return [*python, *celery, "beat", "-l", "WARNING", "--pidfile=", "--schedule", schedule]


def _announce(settings: Settings, has_demo: bool) -> None:
    """Wait until the web server answers, then say where it is and how to get in."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.host, settings.host)  # noqa: S104
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"http://{host}:{settings.port}/healthz", timeout=2).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
        else:
            break
    else:
        click.echo("\nThe web server has not answered yet; see its lines above.", err=True)
        return
    lines = [f"The gym is open: {settings.public_url}/today   (visitors: {settings.public_url}/book)"]
    if has_demo:
        lines += ["", *sign_ins()]
    click.echo("\n" + "\n".join(f"    {line}" for line in [*lines, "", "Ctrl-C stops everything."]) + "\n")
