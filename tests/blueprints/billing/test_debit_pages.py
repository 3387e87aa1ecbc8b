"""The bank's file in the browser: chosen, looked at, written down once."""

import io
from collections.abc import Callable
from datetime import datetime

from backoffice.billing.actions import Line, charge
from backoffice.billing.models import LineKind
from backoffice.billing.queries import items
from backoffice.core.audit import SYSTEM
from backoffice.core.db import db, transaction
from backoffice.people.actions import create_person
from backoffice.staff.models import Role
from backoffice.studio.models import Studio
from tests.pages import PageClient


def test_a_file_is_looked_at_and_written_once(
    gym: Studio, now: datetime, sign_in: Callable[..., PageClient]
) -> None:
    with transaction():
        person = create_person(name="北川 澄", phones=["090-1234-0001"], by=SYSTEM, now=now)
        line = Line(LineKind.OTHER, "水", "Water", 1_000)
        invoice = charge(person.id, [line], studio_id=gym.id, due_on=now.date(), by=SYSTEM, now=now)
    desk = sign_in(Role.FRONT_DESK)
    desk.open("/money/debits")
    text = f"請求書番号,金額,結果\n{invoice.label},1000,0\nX,1,0\n"
    chosen = desk.post("/money/debits", data={"file": (io.BytesIO(text.encode("cp932")), "furikae.csv")})
    assert chosen.status_code == 303
    page = desk.open(chosen.location).text
    assert invoice.label in page
    assert "北川 澄 様" in page
    assert "disabled" not in page
    assert items([invoice.id])[0].paid_yen == 0
    for _ in range(2):
        assert desk.post(chosen.location, data={"day": "2026-11-24"}).status_code == 303
    db.session.expire_all()
    assert items([invoice.id])[0].paid_yen == 1_000
    assert sign_in(Role.TRAINER, mail="t@x.example").get(chosen.location).status_code == 403


def test_nothing_to_write_down_cannot_be_sent(sign_in: Callable[..., PageClient]) -> None:
    desk = sign_in(Role.FRONT_DESK)
    desk.open("/money/debits")
    text = "請求書番号,金額,結果\nX,1,0\n"
    chosen = desk.post("/money/debits", data={"file": (io.BytesIO(text.encode()), "furikae.csv")})
    assert '<button class="btn btn-primary" disabled>' in desk.open(chosen.location).text
