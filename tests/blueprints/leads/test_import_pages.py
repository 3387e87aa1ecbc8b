"""A file of enquiries through the browser: chosen, looked at, imported once, what was left out fetched."""

import io
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backoffice.core.uploads import Upload, forget_uploads
from backoffice.leads.models import Lead
from backoffice.staff.models import Role
from backoffice.studio.models import Studio
from tests.conftest import NOON
from tests.pages import PageClient

SignIn = Callable[..., PageClient]

DATA = Path(__file__).parents[2] / "data"
MULTIPART = "multipart/form-data; boundary"
HEADER = "タイムスタンプ,お名前,フリガナ,電話番号,メールアドレス"

pytestmark = pytest.mark.usefixtures("gym")


def choose(client: PageClient, content: bytes) -> str:
    """Upload a file; the address of its preview."""
    client.get("/leads/import")
    answer = client.post("/leads/import", data={"file": (io.BytesIO(content), "enquiries.csv")})
    assert answer.status_code == 303, answer.text
    return answer.location


def multipart(content: bytes, csrf: str) -> bytes:
    """The body of an upload, by hand: the test client would leave a temporary file open for a large one."""
    token = f'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{csrf}\r\n'
    head = '--x\r\nContent-Disposition: form-data; name="file"; filename="x.csv"\r\n\r\n'
    return token.encode() + head.encode() + content + b"\r\n--x--\r\n"


def leads_in(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Lead)) or 0


@pytest.mark.parametrize("name", ["enquiries-utf8", "enquiries-excel-cp932"])
def test_a_file_is_looked_at_and_imported_once(name: str, sign_in: SignIn, session: Session) -> None:
    truth = json.loads((DATA / f"{name}.truth.json").read_text())
    content = (DATA / f"{name}.csv").read_bytes()
    desk = sign_in(Role.FRONT_DESK)
    address = choose(desk, content)
    looked = desk.get(address)
    assert f'<span class="kpi">{truth["people"]}</span>' in looked.text
    assert leads_in(session) == 0
    for _again in range(2):
        assert desk.post(address, data={}).status_code == 302
    expected = truth["rows"] - truth["rejected"] - truth["blank"]
    assert leads_in(session) == expected
    done = desk.get(f"{address}/done")
    assert f'<span class="kpi">{expected}</span>' in done.text
    rejected = desk.get(f"{address}/rejected.csv")
    assert rejected.text.count("連絡先なし") == truth["rejected"]
    desk.post(choose(desk, content), data={})
    assert leads_in(session) == expected


def test_unknown_columns_are_asked_for_and_chosen(sign_in: SignIn, session: Session) -> None:
    desk = sign_in(Role.FRONT_DESK)
    address = choose(desk, "a,b\n佐藤,090-1234-5678\n".encode())
    asked = desk.get(address)
    assert 'name="name"' in asked.text
    assert desk.post(address, data={}).status_code == 422
    assert "佐藤" in desk.get(f"{address}?name=a&phone=b").text
    assert desk.get(f"{address}?name=zzz").status_code == 422
    assert desk.post(address, data={"name": "a", "phone": "b"}).status_code == 302
    assert leads_in(session) == 1


def test_an_unknown_encoding_is_asked_for(sign_in: SignIn) -> None:
    desk = sign_in(Role.FRONT_DESK)
    address = choose(desk, f"{HEADER}\n2026/4/1,佐藤,,090-1234-5678,".encode("utf-16-le"))
    assert desk.get(address).status_code == 422
    assert "佐藤" in desk.get(f"{address}?encoding=utf-16").text


@pytest.mark.parametrize("content", [b"PK\x03\x04", b"\xff\xff\xff\x00", b"\n\n", b'name,phone\n"open'])
def test_what_cannot_be_read_is_said_in_words(content: bytes, sign_in: SignIn) -> None:
    desk = sign_in(Role.FRONT_DESK)
    address = choose(desk, content)
    assert desk.get(address).status_code == 422
    assert desk.post(address, data={}).status_code == 422


def test_no_file_an_empty_one_and_a_large_one_are_refused(sign_in: SignIn, session: Session) -> None:
    desk = sign_in(Role.FRONT_DESK)
    desk.get("/leads/import")
    assert desk.post("/leads/import", data={}).status_code == 422
    for size, status in ((0, 422), (5 * 1024 * 1024 + 1, 422), (7 * 1024 * 1024, 413)):
        answer = desk.post(
            "/leads/import", data=multipart(b"a" * size, desk.csrf), content_type=f"{MULTIPART}=x"
        )
        assert answer.status_code == status
    assert session.scalar(select(func.count()).select_from(Upload)) == 0


def test_a_file_is_found_by_the_one_who_chose_it(sign_in: SignIn) -> None:
    address = choose(sign_in(Role.FRONT_DESK), HEADER.encode())
    other = sign_in(Role.MANAGER)
    assert other.get(address).status_code == 404
    assert other.get("/leads/import/nothing").status_code == 404


def test_kept_files_are_dropped_after_a_day(sign_in: SignIn, session: Session) -> None:
    choose(sign_in(Role.FRONT_DESK), HEADER.encode())
    for later, left in ((timedelta(hours=23), 1), (timedelta(hours=25), 0)):
        forget_uploads(now=NOON + later)
        assert session.scalar(select(func.count()).select_from(Upload)) == left


def test_a_trainer_imports_nothing(sign_in: SignIn, now: datetime) -> None:
    assert sign_in(Role.TRAINER).get("/leads/import").status_code == 403


def test_the_studio_has_its_leads(gym: Studio, sign_in: SignIn, session: Session) -> None:
    desk = sign_in(Role.FRONT_DESK)
    desk.post(choose(desk, f"{HEADER}\n2026/4/1,佐藤,,090-1234-5678,".encode()), data={})
    assert session.scalars(select(Lead.studio_id)).all() == [gym.id]
