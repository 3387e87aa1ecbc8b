"""Calling every route of the application as somebody, and forgetting what it did."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from werkzeug.routing import AnyConverter, Rule
from werkzeug.test import TestResponse

from backoffice.core.db import db
from backoffice.staff.models import Staff, StaffSession, StaffState
from tests.architecture.world import World
from tests.pages import PageClient

PRINCIPALS = (
    "anonymous", "suspended", "locked", "old password", "desk", "own trainer", "other trainer", "manager", "owner",
)  # fmt: skip
SAME_STAFF = {"suspended": "desk", "locked": "owner", "old password": "owner"}
RAW_CSRF = "0123456789abcdef0123456789abcdef01234567"


def routes(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Every rule with every method it answers, in the order of addresses."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint)):
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule, method


def address(rule: Rule, world: World, **other: Any) -> str:
    """The address of a rule with the ids of the world (or others) filled in."""

    def fill(match: re.Match[str]) -> str:
        name = match.group(1)
        converter = rule._converters[name]
        if isinstance(converter, AnyConverter) and name not in other:
            return sorted(converter.items)[0]
        return str({**world.ids, **other}[name])

    return re.sub(r"<(?:[^<>:]*:)?([a-z_]+)>", fill, rule.rule)


@contextmanager
def undone() -> Iterator[None]:
    """Everything written inside is gone afterwards, commits included."""
    db.session.remove()
    savepoint = db.session.get_bind().begin_nested()
    try:
        yield
    finally:
        db.session.remove()
        savepoint.rollback()


class Callers:
    """The people of a world, each signed in once: what a request does to their sign-in is undone with it."""

    def __init__(self, app: Flask, world: World, now: datetime) -> None:
        self.app = app
        self.token = URLSafeTimedSerializer(app.secret_key, salt="wtf-csrf-token").dumps(RAW_CSRF)  # type: ignore[arg-type]
        self.staff = {
            who: world.staff[SAME_STAFF.get(who, who)].id for who in PRINCIPALS if who != "anonymous"
        }
        self.cookies = {who: self._enter(who, now) for who in PRINCIPALS}

    def call(self, path: str, method: str, principal: str, **more: Any) -> TestResponse:
        """One request with a good CSRF token, as somebody of the world. Inside `undone()`."""
        if principal == "suspended":
            db.session.get_one(Staff, self.staff[principal]).state = StaffState.SUSPENDED
            db.session.commit()
        client = self.app.test_client()
        client.set_cookie(self.app.config["SESSION_COOKIE_NAME"], self.cookies[principal])
        headers = {"X-CSRFToken": self.token, "Accept-Language": "ja", **more.pop("headers", {})}
        return client.open(path, method=method, headers=headers, buffered=True, **more)

    def _enter(self, principal: str, now: datetime) -> str:
        """Sign in as a principal; the cookie of its browser."""
        client: PageClient = self.app.test_client()  # type: ignore[assignment]
        if principal in self.staff:
            staff = db.session.get_one(Staff, self.staff[principal])
            client.enter(staff, now=now, is_shared=principal == "locked")
            session = db.session.query(StaffSession).order_by(StaffSession.id.desc()).limit(1).one()
            session.is_locked = principal == "locked"
            if principal == "old password":
                session.fresh_at = now - timedelta(minutes=10)
            db.session.commit()
        with client.session_transaction() as cookie:
            cookie["csrf_token"] = RAW_CSRF
        kept = client.get_cookie(self.app.config["SESSION_COOKIE_NAME"])
        assert kept is not None
        return kept.value
