"""Photos of exercises through the browser: drawn anew, shown to trainers alone, removed with a way back."""

import io
import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session, undefer

from backoffice.core.audit import Actor
from backoffice.core.db import db, transaction
from backoffice.core.errors import Invalid
from backoffice.exercises.models import Exercise, ExercisePhoto
from backoffice.exercises.photos import (
    MOST_PHOTOS,
    RECOVERABLE,
    add_photo,
    archive_photo,
    forget_photos,
    restore_photo,
)
from backoffice.staff.models import Role
from backoffice.studio.models import Studio
from tests.pages import PageClient


@pytest.fixture
def trainer(gym: Studio, sign_in: Callable[..., PageClient]) -> PageClient:
    """A trainer's browser."""
    return sign_in(Role.TRAINER)


def exercise_id() -> int:
    return db.session.scalars(select(Exercise.id).order_by(Exercise.id)).first() or 0


def camera() -> bytes:
    """A photo as a phone takes it, with the place in it."""
    made = Image.new("RGB", (3_000, 400), "teal")
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (35.0, 0.0, 0.0)}
    exif[0x010E] = "secret place"
    out = io.BytesIO()
    made.save(out, "JPEG", exif=exif)
    return out.getvalue()


def send(client: PageClient, content: bytes, token: str = "") -> object:
    page = client.get(f"/exercises/{exercise_id()}/photos/new").text
    token = token or re.findall(r'name="form_token"[^>]*value="([^"]*)"', page)[0]
    data = {"form_token": token, "file": (io.BytesIO(content), "x.jpg")}
    return client.post(f"/exercises/{exercise_id()}/photos/new", data=data)


def kept(session: Session) -> int:
    query = select(func.count()).select_from(ExercisePhoto).where(ExercisePhoto.archived_at.is_(None))
    return session.scalar(query) or 0


def test_kept_once_without_the_place_it_was_taken(trainer: PageClient, session: Session) -> None:
    for _again in range(2):
        assert send(trainer, camera(), "t" * 20).status_code == 303  # type: ignore[attr-defined]
    number = session.scalars(select(ExercisePhoto.id)).one()
    assert f"/exercises/photos/{number}" in trainer.get(f"/exercises/{exercise_id()}").text
    answer = trainer.get(f"/exercises/photos/{number}")
    assert answer.mimetype == "image/jpeg"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert b"secret place" not in answer.data
    drawn = Image.open(io.BytesIO(answer.data))
    assert max(drawn.size) == 2_000
    assert not drawn.getexif()


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 x", b"\xff\xd8\xff broken", b"GIF89a"])
def test_what_is_no_photo_is_said_so(content: bytes, trainer: PageClient, session: Session) -> None:
    answer = send(trainer, content)
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert "form-error" in answer.text  # type: ignore[attr-defined]
    assert kept(session) == 0


def test_removed_taken_back_and_forgotten(
    trainer: PageClient, gym: Studio, by: Actor, now: datetime, session: Session
) -> None:
    with transaction():
        number = add_photo(gym.id, exercise_id(), b"jpeg", by=by, now=now).id
    trainer.get("/exercises")
    trainer.post(f"/exercises/photos/{number}/removal", data={})
    assert trainer.get(f"/exercises/photos/{number}").status_code == 404
    forget_photos(now=now + RECOVERABLE - timedelta(seconds=1))
    trainer.post(f"/exercises/photos/{number}/removal/undo", data={})
    assert trainer.get(f"/exercises/photos/{number}").data == b"jpeg"
    forget_photos(now=now + 2 * RECOVERABLE)
    assert kept(session) == 1
    with transaction():
        archive_photo(gym.id, number, by=by, now=now)
    forget_photos(now=now + RECOVERABLE)
    assert session.scalar(select(func.count()).select_from(ExercisePhoto)) == 0


def test_an_exercise_has_so_many_at_most(gym: Studio, by: Actor, now: datetime) -> None:
    with transaction():
        first, *_rest = [
            add_photo(gym.id, exercise_id(), b"jpeg", by=by, now=now) for _ in range(MOST_PHOTOS)
        ]
    with pytest.raises(Invalid):
        add_photo(gym.id, exercise_id(), b"jpeg", by=by, now=now)
    with transaction():
        archive_photo(gym.id, first.id, by=by, now=now)
        add_photo(gym.id, exercise_id(), b"jpeg", by=by, now=now)
    with pytest.raises(Invalid):
        restore_photo(gym.id, first.id, by=by, now=now)


def test_the_picture_is_encrypted_at_rest(gym: Studio, by: Actor, now: datetime, session: Session) -> None:
    with transaction():
        number = add_photo(gym.id, exercise_id(), b"plain picture", by=by, now=now).id
    raw = session.connection().exec_driver_sql("select content from exercise_photos").scalar()
    assert b"plain picture" not in bytes(raw)  # type: ignore[arg-type]
    session.expunge_all()
    assert (
        session.get_one(ExercisePhoto, number, options=[undefer(ExercisePhoto.content)]).content
        == b"plain picture"
    )


def test_the_desk_sees_none(
    gym: Studio, by: Actor, now: datetime, sign_in: Callable[..., PageClient]
) -> None:
    with transaction():
        number = add_photo(gym.id, exercise_id(), b"jpeg", by=by, now=now).id
    assert sign_in(Role.FRONT_DESK).get(f"/exercises/photos/{number}").status_code == 403
