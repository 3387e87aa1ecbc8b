"""Names and files are read from LINE at once and kept encrypted; what cannot be kept says why."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select, text

from backoffice.core.db import db
from backoffice.line.events import PROFILE_WAIT
from backoffice.line.fetching import MOST_TRIES, fetch
from backoffice.line.models import LineAccount
from backoffice.line.reading import MOST_BYTES, Failure, LineReader, Profile, files_url
from backoffice.messaging.entries import EntryFile
from backoffice.messaging.models import Kind, Message
from backoffice.studio.models import Studio
from tasks.line import make_ready
from tests.backoffice.line.test_events import bring
from tests.far_ends.line_server import TOKEN, LineServer, line_server
from tests.line_chat import HANAKO, event, sent, unsent

PDF = b"%PDF-1.7 ..."


@pytest.fixture
def far(tmp_path: Path) -> LineServer:
    """A LINE of the tests."""
    return LineServer(tmp_path / "journal")


@pytest.fixture
def reader(far: LineServer) -> Iterator[LineReader]:
    """What reads from it."""
    with line_server(far) as url:
        yield LineReader(url, TOKEN, patience=timedelta(seconds=2), deadline=timedelta(seconds=3))


def photo(**more: object) -> dict[str, object]:
    return {"type": "image", "contentProvider": {"type": "line"}, **more}


def jpeg(size: tuple[int, int] = (40, 30)) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, "red").save(out, "JPEG", comment=b"at home")
    return out.getvalue()


def files() -> list[EntryFile]:
    query = select(EntryFile).order_by(EntryFile.id).execution_options(populate_existing=True)
    return list(db.session.scalars(query))


def content_of(file: EntryFile) -> bytes:
    return bytes(db.session.scalar(select(EntryFile.content).where(EntryFile.id == file.id)) or b"")


def test_a_photo_and_a_paper_are_kept_as_they_may_be(
    gym: Studio, far: LineServer, reader: LineReader, now: datetime
) -> None:
    far.contents = {"p1": ("image/jpeg", jpeg()), "f1": ("application/pdf", PDF)}
    bring(
        gym,
        now,
        sent(photo(id="p1"), now),
        sent({"type": "file", "id": "f1", "fileName": "../診断書.exe"}, now),
    )
    fetch(reader, make_ready, now)
    picture, paper = files()
    assert (picture.state, picture.media_type) == ("KEPT", "image/jpeg")
    assert b"at home" not in content_of(picture), "drawn anew"
    assert (paper.state, paper.name, content_of(paper)) == ("KEPT", "診断書.pdf", PDF)
    raw = db.session.execute(text("select content from conversation_files order by id")).scalars().all()
    assert not any(b"PDF" in bytes(one) or b"JFIF" in bytes(one) for one in raw), "encrypted"


def test_what_cannot_be_kept_says_why(
    gym: Studio, far: LineServer, reader: LineReader, now: datetime
) -> None:
    far.contents = {
        "odd": ("application/zip", b"PK.."),
        "bomb": ("image/jpeg", jpeg()[:60]),
        "huge": ("image/jpeg", b"\xff\xd8\xff" + b"x" * MOST_BYTES),
    }
    bring(gym, now, *(sent(photo(id=name), now) for name in ("odd", "bomb", "huge", "gone")))
    fetch(reader, make_ready, now)
    assert [one.state for one in files()] == ["NOT_KEPT"] * 4
    assert len({one.reason for one in files()}) == 3


def test_a_line_that_is_away_is_asked_again_and_not_for_ever(gym: Studio, now: datetime) -> None:
    away = LineReader("http://127.0.0.1:9", TOKEN, patience=timedelta(seconds=1))
    bring(gym, now, sent(photo(), now))
    assert fetch(away, make_ready, now) == 2, "the name and the file, once each"
    assert fetch(away, make_ready, now) == 0
    for day in range(1, MOST_TRIES):
        assert files()[0].state == "WAITING"
        fetch(away, make_ready, now + timedelta(days=day))
    assert files()[0].state == "NOT_KEPT"
    assert fetch(away, make_ready, now + timedelta(days=99)) == 0


def test_what_was_taken_back_meanwhile_is_not_kept(
    gym: Studio, far: LineServer, reader: LineReader, now: datetime
) -> None:
    message = sent(photo(id="p1"), now)
    bring(gym, now, message)

    class Slow:
        profile = reader.profile

        def content(self, message_id: str) -> bytes:
            bring(gym, now, unsent(message, now))
            return jpeg()

    fetch(Slow(), make_ready, now)
    assert (files()[0].state, content_of(files()[0])) == ("UNSENT", b"")


def test_a_worker_that_died_while_reading_costs_a_second_reading(gym: Studio, now: datetime) -> None:
    bring(gym, now, sent(photo(), now))

    class Dies:
        def profile(self, user_id: str) -> Profile:
            return Profile("はな", "ja")

        def content(self, message_id: str) -> bytes:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(Dies(), make_ready, now)
    assert files()[0].state == "WAITING"

    class Lives(Dies):
        def content(self, message_id: str) -> bytes:
            return jpeg()

    fetch(Lives(), make_ready, now + timedelta(hours=1))
    assert files()[0].state == "KEPT"


def test_names_and_languages_come_from_the_profile(
    gym: Studio, far: LineServer, reader: LineReader, now: datetime
) -> None:
    far.profiles[HANAKO] = {"userId": HANAKO, "displayName": "Hana\x00ko", "language": "en"}
    bring(gym, now, sent(photo(), now))
    account = db.session.scalars(select(LineAccount)).one()
    fetch(reader, make_ready, now)
    db.session.refresh(account)
    assert (account.display_name, account.language, account.profile_try_at) == ("Hanako", "en", None)
    raw = bytes(db.session.execute(text("select display_name from line_accounts")).scalar_one())
    assert b"Hanako" not in raw
    assert reader.profile("U" + "9" * 32) is Failure.GONE
    assert LineReader(reader.url, "wrong").profile(HANAKO) is Failure.LATER, "a token that is being changed"


def greeting() -> Message:
    return db.session.scalars(select(Message).where(Message.kind == Kind.LINE_GREETING)).one()


def test_a_greeting_waits_for_the_language(
    gym: Studio, far: LineServer, reader: LineReader, now: datetime
) -> None:
    far.profiles[HANAKO] = {"userId": HANAKO, "displayName": "Hanako", "language": "en"}
    bring(gym, now, event("follow", now))
    assert greeting().send_at == now + PROFILE_WAIT
    fetch(reader, make_ready, now)
    db.session.refresh(greeting())
    assert (greeting().language, greeting().next_try_at) == ("en", now)


def test_without_a_profile_a_greeting_goes_all_the_same(gym: Studio, now: datetime) -> None:
    """LINE says nothing of somebody: after some seconds they are greeted in Japanese."""
    bring(gym, now, event("follow", now))
    assert (greeting().language, greeting().next_try_at) == ("ja", now + PROFILE_WAIT)


def test_files_lie_on_a_host_of_their_own() -> None:
    assert files_url("https://api.line.me") == "https://api-data.line.me"
    assert files_url("http://127.0.0.1:5000") == "http://127.0.0.1:5000"
