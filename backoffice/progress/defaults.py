"""The kinds that every studio begins with."""

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import insert

from backoffice.core.db import send
from backoffice.progress.models import WEIGHT, MeasureKind


class StartingKind(NamedTuple):
    """A kind with its unit and what a body can have."""

    slug: str
    name_ja: str
    name_en: str
    unit: str
    decimals: int
    least: int
    most: int


KINDS = (
    StartingKind(WEIGHT, "体重", "Weight", "kg", 1, 20, 300),
    StartingKind("body_fat", "体脂肪率", "Body fat", "%", 1, 2, 70),
    StartingKind("waist", "ウエスト", "Waist", "cm", 1, 40, 200),
    StartingKind("hips", "ヒップ", "Hips", "cm", 1, 50, 220),
    StartingKind("thigh", "太もも（右）", "Thigh (right)", "cm", 1, 25, 110),
    StartingKind("upper_arm", "二の腕（右）", "Upper arm (right)", "cm", 1, 12, 70),
    StartingKind("head_forward", "頭の前方角度", "Head forward angle", "°", 0, 0, 90),
    StartingKind("shoulder_tilt", "肩の左右差", "Shoulder tilt", "°", 1, -45, 45),
    StartingKind("pelvic_tilt", "骨盤の前傾角度", "Pelvic tilt", "°", 0, -45, 60),
    StartingKind("grip_right", "握力（右）", "Grip (right)", "kg", 1, 1, 120),
    StartingKind("grip_left", "握力（左）", "Grip (left)", "kg", 1, 1, 120),
    StartingKind("sit_reach", "長座体前屈", "Sit and reach", "cm", 1, -40, 90),
)


def add_starting_kinds(studio_id: int, *, now: datetime) -> None:
    """Create the kinds of a new studio."""
    send(insert(MeasureKind.__table__), starting_rows(studio_id, now=now))  # type: ignore[arg-type]


def starting_rows(studio_id: int, *, now: datetime) -> list[dict[str, object]]:
    """The columns of each kind, by which the migration fills studios that exist already."""
    return [
        {
            **one._asdict(), "least": Decimal(one.least), "most": Decimal(one.most), "studio_id": studio_id,
            "position": number, "created_at": now, "version": 1,
        }
        for number, one in enumerate(KINDS)
    ]  # fmt: skip
