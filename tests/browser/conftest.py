"""A Chromium in front of a real server with a database of its own. Errors in the console fail the test."""

import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page
from sqlalchemy import create_engine, make_url, select, text
from werkzeug.serving import make_server

from backoffice.core import clock
from backoffice.core.config import Settings
from backoffice.core.db import db, transaction
from backoffice.core.migrate import upgrade
from backoffice.staff.models import Role, Staff
from backoffice.studio.models import Studio
from blueprints.app import create_app
from blueprints.support.limits import limiter
from tests.browser.front_desk import MAIL, set_clock
from tests.databases import spread_ids
from tests.gym import make_gym, make_staff
from tests.process import settle

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}

REFUSAL = re.compile(r"responded with a status of (409|422|423)")

OpenPhone = Callable[..., Page]


@dataclass(frozen=True)
class Site:
    """A running site: where it is, and its application for looking into the database."""

    url: str
    app: Flask


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The Chromium of this machine; without one the browser tests are skipped, under CI they fail."""
    if CHROMIUM is None:
        reason = "no Chromium found: install chromium or set CHROMIUM"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": ARGUMENTS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any], site: Site) -> dict[str, Any]:
    """A desk in Kyoto."""
    return {
        **browser_context_args,
        "base_url": site.url,
        "locale": "ja-JP",
        "timezone_id": "Asia/Tokyo",
        "viewport": {"width": 1440, "height": 900},
        "reduced_motion": "reduce",
    }


@pytest.fixture(scope="session")
def base_url(site: Site) -> str:
    """Paths in tests are paths of the site."""
    return site.url


@pytest.fixture(scope="session")
def site(settings: Settings) -> Iterator[Site]:
    """The test gym behind a threaded server on a free port of this machine."""
    with serving(settings, "browser") as running:
        with running.app.app_context():
            make_gym(now=clock.utc_now())
            with transaction():
                db.session.scalars(db.select(Studio)).one().phone = "+81751234567"
            db.session.remove()
        yield running


@contextmanager
def serving(settings: Settings, database: str) -> Iterator[Site]:
    """A site with an empty database of its own, until the block ends."""
    url = make_url(settings.database_url)
    server = create_engine(url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"create database {database}"))
    own = url.set(database=database).render_as_string(hide_password=False)
    app = create_app(replace(settings, database_url=own))
    limiter.enabled = False
    with app.app_context():
        upgrade(db.engine)
        spread_ids(db.engine)
    listening = make_server("127.0.0.1", 0, _closing(app), threaded=True)
    thread = threading.Thread(target=listening.serve_forever, daemon=True)
    thread.start()
    yield Site(f"http://127.0.0.1:{listening.server_port}", app)
    listening.shutdown()
    listening.server_close()
    thread.join()
    with app.app_context():
        db.engine.dispose()
    server.dispose()


@pytest.fixture(scope="module", autouse=True)
def settled(settings: Settings) -> None:
    """The site reads what it wrote, also after files that built applications with other keys."""
    settle(settings)


def _closing(app: Flask) -> WSGIApplication:
    """Files are closed also when the browser resets the connection: the test server forgets them then."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
        body = app(environ, start_response)
        try:
            yield from body
        finally:
            body.close()  # type: ignore[attr-defined]

    return answer


@pytest.fixture
def page(page: Page) -> Iterator[Page]:
    """A page whose console stays silent: breaches of the content policy show there."""
    errors = errors_of(page)
    yield page
    assert not errors


@pytest.fixture
def phone(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[OpenPhone]:
    """Opens pages on a phone 390 px wide: `phone()`, `phone(locale="en-GB")`, `phone(java_script_enabled=False)`."""
    opened: list[tuple[BrowserContext, list[str]]] = []

    def open_phone(**settings: Any) -> Page:
        context = browser.new_context(**{**browser_context_args, **PHONE, **settings})
        page = context.new_page()
        opened.append((context, errors_of(page)))
        return page

    yield open_phone
    for context, errors in opened:
        context.close()
        assert not errors


def errors_of(page: Page) -> list[str]:
    """What the console complains about; a refusal (409, 422) or a locked screen (423) is a page like any other."""
    errors: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and not REFUSAL.search(message.text):
            errors.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: errors.append(str(error)))
    return errors


@pytest.fixture
def morning(site: Site) -> Iterator[None]:
    """Nine o'clock, with somebody at the desk who can sign in."""
    set_clock(9)
    with site.app.app_context():
        if db.session.scalar(select(Staff.id).where(Staff.mail == MAIL)) is None:
            make_staff(MAIL, [Role.FRONT_DESK], now=clock.utc_now(), name="中村 由紀")
        db.session.remove()
    yield
    clock.set_offset(timedelta(0))
