"""A test browser that looks at every page it loads: one h1, a language, unique ids, labels, nothing inline."""

import re
from datetime import datetime
from html.parser import HTMLParser
from typing import Any

from flask import g, has_app_context
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from backoffice.core.db import db
from backoffice.staff.models import Staff
from backoffice.staff.sessions import open_session
from blueprints.support import session_cookie


class Page(HTMLParser):
    """What the checks need to know of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.headings: list[str] = []
        self.labelled: set[str] = set()
        self.fields: list[dict[str, str | None]] = []
        self.faults: list[str] = []
        self.language: str | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if values.get("id"):
            self.ids.append(str(values["id"]))
        if tag == "html":
            self.language = values.get("lang")
        if tag == "h1":
            self.headings.append(tag)
        if tag == "label" and values.get("for"):
            self.labelled.add(str(values["for"]))
        if tag in {"input", "select", "textarea"}:
            self.fields.append({"tag": tag, **values})
        if tag == "style" or (tag == "script" and not values.get("src")):
            self.faults.append(f"inline <{tag}>")
        self.faults += [f"{name}= on <{tag}>" for name in values if name == "style" or name.startswith("on")]


def faults_of(html: str) -> list[str]:
    """What a careful reviewer would send back."""
    page = Page(html)
    faults = list(page.faults)
    if page.language not in {"ja", "en"}:
        faults.append(f"lang is {page.language}")
    if len(page.headings) != 1:
        faults.append(f"{len(page.headings)} h1")
    faults += [f"id {one!r} twice" for one in sorted({one for one in page.ids if page.ids.count(one) > 1})]
    for field in page.fields:
        silent = (
            field.get("type") in {"hidden", "submit"}
            or field.get("aria-label")
            or field.get("aria-labelledby")
        )
        if not silent and field.get("id") not in page.labelled:
            faults.append(f"no label for {field.get('name')}")
    return faults


class PageClient(FlaskClient):
    """Loads pages, checks them, and fills in the CSRF token of the last page on every POST."""

    csrf = ""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        if has_app_context():
            # The test holds one application context open; a real request would begin with an empty one.
            vars(g._get_current_object()).clear()
        if kwargs.get("method") == "POST" and isinstance(kwargs.get("data"), dict) and self.csrf:
            kwargs["data"].setdefault("csrf_token", self.csrf)
        kwargs.setdefault(
            "buffered", True
        )  # read to its end: what streams from the database is not left half open
        response = super().open(*args, **kwargs)
        if response.mimetype == "text/html":
            html = response.get_data(as_text=True)
            if "<html" in html:
                assert not faults_of(html), (response.request.path, faults_of(html))
            if token := re.search(r'name="csrf[-_]token"[^>]*(?:value|content)="([^"]+)"', html):
                self.csrf = token.group(1)
        return response

    def enter(self, staff: Staff, *, now: datetime, is_shared: bool = False) -> None:
        """Sign in as a staff member without the sign-in page."""
        token = open_session(staff, is_shared=is_shared, now=now)
        db.session.commit()
        with self.session_transaction() as cookie:
            cookie[session_cookie.KEY] = token
