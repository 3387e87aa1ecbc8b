"""A file of exercises through the browser: chosen, looked at, imported once, what was left out told."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backoffice.core.uploads import Upload
from backoffice.exercises.exercise_file import MOST_BYTES
from backoffice.exercises.models import Exercise, Source
from backoffice.staff.models import Role
from tests.blueprints.leads.test_import_pages import MULTIPART, multipart
from tests.pages import PageClient

SignIn = Callable[..., PageClient]
SMALL = (Path(__file__).parents[2] / "data" / "exercises-small.json").read_bytes()

pytestmark = pytest.mark.usefixtures("gym")


def choose(client: PageClient, content: bytes) -> str:
    """Upload a file; the address of its preview."""
    client.get("/exercises/import")
    answer = client.post("/exercises/import", data={"file": (io.BytesIO(content), "exercises.json")})
    assert answer.status_code == 303, answer.text
    return answer.location


def imported(session: Session) -> int:
    query = select(func.count()).where(Exercise.source == Source.FREE_EXERCISE_DB)
    return session.scalar(query) or 0


def test_looked_at_and_imported_once(sign_in: SignIn, session: Session) -> None:
    manager = sign_in(Role.MANAGER)
    address = choose(manager, SMALL)
    looked = manager.get(address).text
    for part in (
        '<span class="kpi">7</span>',
        "17件",
        "対応していない語です：wing",
        "同じ名前の種目がすでに",
        "120文字",
    ):
        assert part in looked
    assert imported(session) == 0
    assert manager.get(f"{address}/done").location == address
    for _again in range(2):
        assert manager.post(address, data={}).location == f"{address}/done"
    assert imported(session) == 7
    assert manager.get(address).location == f"{address}/done"
    done = manager.get(f"{address}/done").text
    assert re.findall(r'<span class="kpi">(\d+)</span>', done) == ["7", "0", "1", "9"]
    assert "対応していない語です：wing" in done
    second = choose(manager, SMALL)
    assert "disabled" in manager.get(second).text
    manager.post(second, data={})
    assert imported(session) == 7
    assert '<span class="kpi">0</span>' in manager.get(f"{second}/done").text


@pytest.mark.parametrize("content", [b"not json", b"[" * 90_000, b"{}", b"[]", b"name,kana\n"])
def test_a_file_that_is_none_is_said_so(content: bytes, sign_in: SignIn, session: Session) -> None:
    manager = sign_in(Role.MANAGER)
    manager.get("/exercises/import")
    answer = manager.post("/exercises/import", data={"file": (io.BytesIO(content), "x.json")})
    assert answer.status_code == 422
    assert "form-error" in answer.text
    assert session.scalar(select(func.count()).select_from(Upload)) == 0


def test_no_file_an_empty_one_and_a_large_one_are_refused(sign_in: SignIn, session: Session) -> None:
    manager = sign_in(Role.MANAGER)
    manager.get("/exercises/import")
    assert manager.post("/exercises/import", data={}).status_code == 422
    for size, status in ((0, 422), (MOST_BYTES + 1, 422), (7 * 1024 * 1024, 413)):
        answer = manager.post(
            "/exercises/import", data=multipart(b" " * size, manager.csrf), content_type=f"{MULTIPART}=x"
        )
        assert answer.status_code == status
    assert session.scalar(select(func.count()).select_from(Upload)) == 0


def test_a_file_is_found_by_the_one_who_chose_it_and_by_no_other_import(sign_in: SignIn) -> None:
    manager = sign_in(Role.MANAGER)
    address = choose(manager, SMALL)
    token = address.rsplit("/", 1)[1]
    assert manager.get(f"/leads/import/{token}").status_code == 404
    owner = sign_in(Role.OWNER)
    assert owner.get(address).status_code == 404
    owner.get("/exercises/import")
    assert owner.post(address, data={}).status_code == 404


def test_a_trainer_imports_nothing(sign_in: SignIn) -> None:
    trainer = sign_in(Role.TRAINER)
    assert trainer.get("/exercises/import").status_code == 403
    assert "/exercises/import" not in trainer.get("/exercises").text
