"""What is open at the studio: no list and no file ends before the last invoice that its tile counts."""

import csv
import io
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape

import pytest

from backoffice.billing.actions import Line, charge
from backoffice.billing.models import LineKind
from backoffice.core.audit import Actor
from backoffice.core.db import transaction
from backoffice.people.actions import create_person
from backoffice.staff.models import Role
from backoffice.studio.models import Studio
from blueprints.billing.open_list import PAGE
from tests.pages import PageClient
from tests.statements import statements

COUNT = 2 * PAGE + 3


@pytest.fixture
def debts(gym: Studio, by: Actor, now: datetime) -> None:
    """More invoices than two pages show, many due on the same day, the later ones written first."""
    line = Line(LineKind.OTHER, "水", "Water", 200)
    with transaction():
        guest = create_person(name="北川 澄", by=by, now=now)
        for number in range(COUNT):
            due_on = now.date() + timedelta(days=(COUNT - number) // 40)
            charge(guest.id, [line], studio_id=gym.id, due_on=due_on, by=by, now=now)


def numbers(page: str) -> list[str]:
    return re.findall(r">(\d{4}-\d{5})<", page)


def test_pages_tile_and_file_have_every_invoice(debts: None, sign_in: Callable[..., PageClient]) -> None:
    client = sign_in(Role.MANAGER)
    address, listed, pages = "/money?which=all", [], 0
    with statements() as ran:
        first = client.open(address).text
    many = len(ran)
    assert f"{COUNT}件" in first
    while True:
        page = client.open(address).text
        listed += numbers(page)
        pages += 1
        more = re.search(r'rel="next" href="([^"]+)"', page)
        if more is None:
            break
        address = unescape(more[1])
    assert pages == 3
    assert len(listed) == len(set(listed)) == COUNT
    content = client.get("/money/open.csv?which=all").get_data().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(content)))[1:]
    assert [row[0] for row in rows] == listed
    assert many < 20


@pytest.mark.parametrize(
    "after", ["x", "2026-13-01.1", "2026-11-24.x", "2026-11-24", f"2026-11-24.{'9' * 30}", ".1"]
)
def test_a_place_that_is_none_is_the_beginning(
    debts: None, sign_in: Callable[..., PageClient], after: str
) -> None:
    assert len(numbers(sign_in(Role.MANAGER).open(f"/money?after={after}").text)) == PAGE
