"""Signing in: the right password opens, everything else says one sentence, and nobody learns which accounts exist."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from backoffice.core.db import db
from backoffice.staff.models import Staff, StaffSession, StaffState
from tests.gym import PASSWORD

MAIL = "desk@test.example"


def enter(client: FlaskClient, email: str = MAIL, password: str = PASSWORD, **more: str):
    client.get("/sign-in")
    return client.post("/sign-in", data={"email": email, "password": password, **more})


def test_the_right_password_leads_to_today(client, desk):
    answer = enter(client)
    assert answer.status_code == 303
    assert answer.location == "/today"


def test_mail_is_found_however_it_is_typed(client, desk):
    assert enter(client, "  Desk@TEST.example ").status_code == 303
