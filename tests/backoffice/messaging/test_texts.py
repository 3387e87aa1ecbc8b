"""The words of every message, in both languages, as golden files (UPDATE_GOLDEN=1 writes them anew)."""

import os
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from backoffice.core.clock import at_local
from backoffice.core.language import Language
from backoffice.messaging.models import Channel, Kind
from backoffice.messaging.policy import POLICIES
from backoffice.messaging.texts import Text, fit_name, masked, standard_text
from backoffice.messaging.variables import KINDS
from backoffice.messaging.wording import FOLDER
from backoffice.providers import PROVIDERS
from backoffice.studio.models import Studio

TEXTS = tuple(kind for kind in Kind if kind is not Kind.TEXT_TEST)
GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "messages"
START = at_local(date(2026, 11, 26), datetime.min.time().replace(hour=19), "Asia/Tokyo")
STUDIO = Studio(
    name_ja="整 SEI",
    name_en="SEI",
    zone="Asia/Tokyo",
    phone="+81755550123",
    mail="desk@sei.example",
    address_ja="京都市中京区烏丸通一丁目 2-3",
    address_en="2-3 Karasuma 1-chome, Nakagyo-ku, Kyoto",
    way_ja="烏丸御池駅4番出口から徒歩3分です。",
    way_en="Three minutes on foot from Karasuma Oike, exit 4.",
    bring_ja="飲み物とタオルをお持ちください。",
    bring_en="Something to drink and a towel.",
    changing_ja="受付の奥にございます。",
    changing_en="Behind the desk.",
    map_url="https://maps.example/sei",
)


def values(language: str, *, by_gym: bool = False) -> dict[str, object]:
    """Everything that any text may say."""
    is_ja = language == "ja"
    return {
        "booking": {
            "starts_at": START,
            "ends_at": START + timedelta(hours=1),
            "service": "体験トレーニング" if is_ja else "Trial session",
            "trainer": "森 亮介" if is_ja else "Ryosuke Mori",
            "fee_yen": 5500,
            "is_online": False,
            "needs_wear": True,
            "wear": "M / 24.5 cm",
            "cancel_until_hours": 12,
            "by_gym": by_gym,
            "manage_url": "https://sei.example/manage/TOKEN",
        },
        "client": {
            "member_number": 1001,
            "starts_on": date(2026, 12, 1),
            "plan": "月4回コース" if is_ja else "4 sessions a month",
            "trainer": "森 亮介" if is_ja else "Ryosuke Mori",
            "copy_url": "https://sei.example/papers/TOKEN/done",
        },
        "proposal": {
            "starts_at": START,
            "service": "パーソナルトレーニング" if is_ja else "Personal session",
            "times": [
                {"starts_at": START, "trainer": "岡田 梨沙" if is_ja else "Risa Okada"},
                {"starts_at": START + timedelta(days=1), "trainer": "森 亮介" if is_ja else "Ryosuke Mori"},
            ],
            "url": "https://sei.example/proposal/TOKEN",
        },
        "series": {
            "service": "パーソナルトレーニング" if is_ja else "Personal session",
            "dates": [
                {
                    "starts_at": START + timedelta(weeks=week),
                    "ends_at": START + timedelta(weeks=week, hours=1),
                    "trainer": "森 亮介" if is_ja else "Ryosuke Mori",
                }
                for week in range(3)
            ],
        },
        "offer": {
            "starts_at": START,
            "ends_at": START + timedelta(hours=1),
            "service": "パーソナルトレーニング" if is_ja else "Personal session",
            "trainer": "森 亮介" if is_ja else "Ryosuke Mori",
            "expires_at": START - timedelta(days=1),
            "url": "https://sei.example/offer/TOKEN",
        },
        "choice": {
            "service": "パーソナルトレーニング" if is_ja else "Personal session",
            "times": [
                {"starts_at": START, "trainer": "岡田 梨沙" if is_ja else "Risa Okada"},
                {"starts_at": START + timedelta(days=1), "trainer": "森 亮介" if is_ja else "Ryosuke Mori"},
            ],
            "expires_at": START - timedelta(days=1),
            "is_move": by_gym,
            "starts_at": START,
        },
        "visit": {
            "starts_at": START,
            "service": "パーソナルトレーニング" if is_ja else "Personal session",
            "trainer": "森 亮介" if is_ja else "Ryosuke Mori",
            "manage_url": "https://sei.example/manage/TOKEN",
        },
        "week": {
            "first": date(2026, 11, 16),
            "last": date(2026, 11, 22),
            "enquiries": 12,
            "trials": 5,
            "joined": 3,
            "no_shows": 1,
            "late_cancels": 2,
            "received_yen": 486_000,
            "undecided": 1,
            "overdue_tasks": 4,
            "overdue_money": 2,
            "url": "https://sei.example/home",
        },
        "tickets": {"left": 2, "ends_on": date(2026, 12, 24)},
        "freeze": {"ends_on": date(2026, 12, 31), "resumes_on": date(2027, 1, 1)},
        "is_declined": False,
        "care_url": "https://sei.example/checkin/TOKEN",
        "program_url": "https://sei.example/home-program/TOKEN",
        "sheet_url": "https://sei.example/screening/TOKEN",
        "words": "はい、2台分ございます。\n\nお気をつけてお越しください。"
        if is_ja
        else "Yes, for two cars.\n\nSee you then.",
        "link": "https://sei.example/invite/SECRET",
        "days": 7,
        "hours": 2,
        "is_known": True,
        "visits": [
            {
                "starts_at": START + timedelta(weeks=week),
                "service": "パーソナルトレーニング" if is_ja else "Personal session",
                "trainer": "森 亮介" if is_ja else "Ryosuke Mori",
                "manage_url": "https://sei.example/manage/TOKEN",
            }
            for week in range(2)
        ],
        "line_url": "https://sei.example/line/connect/TOKEN",
        "connect_url": "https://sei.example/line/connect/TOKEN",
        "book_url": "https://sei.example/book",
        "unsubscribe_url": "https://sei.example/unsubscribe/TOKEN",
    }


def text_of(kind: Kind, language: str, **changes: bool) -> Text:
    """A message to Hanako, or to somebody of the staff."""
    return standard_text(kind, language, STUDIO, "山田 花子", values(language, **changes))


def same_as_golden(name: str, text: Text) -> None:
    """Compare with the agreed text."""
    path = GOLDEN / f"{name}.txt"
    whole = f"{text.subject}\n\n{text.body}"
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(whole, "utf-8")
    assert path.exists(), "UPDATE_GOLDEN=1 writes it"
    assert path.read_text("utf-8") == whole


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", TEXTS)
def test_the_text_is_as_agreed(kind: Kind, language: str) -> None:
    same_as_golden(f"{kind}.{language}", text_of(kind, language))


@pytest.mark.parametrize("language", Language)
def test_a_booking_cancelled_by_the_gym_is_apologised_for(language: str) -> None:
    text = text_of(Kind.BOOKING_CANCELLED, language, by_gym=True)
    same_as_golden(f"booking_cancelled_by_gym.{language}", text)


def test_every_kind_has_texts_rules_and_facts_and_nothing_else_lies_there() -> None:
    folders = {path.name for path in FOLDER.iterdir() if not path.name.startswith("_")}
    assert folders == set(TEXTS)
    assert set(TEXTS) - set(KINDS) == {kind for kind in Kind if POLICIES[kind].only_by is Channel.LINE}
    assert set(Kind) == set(POLICIES) == set(PROVIDERS)
    golden = {path.stem.partition(".")[0] for path in GOLDEN.iterdir()}
    assert golden == {*TEXTS, "booking_cancelled_by_gym"}


@pytest.mark.parametrize("language", Language)
def test_a_bare_studio_leaves_no_holes(language: str) -> None:
    bare = Studio(
        **dict.fromkeys(("phone", "mail", "map_url"), ""),
        **{f"{name}_{end}": "" for name in ("address", "way", "bring", "changing") for end in ("ja", "en")},
        name_ja="整", name_en="", zone="Asia/Tokyo",
    )  # fmt: skip
    for kind in TEXTS:
        text = standard_text(kind, language, bare, "山田 花子", values(language))
        assert "None" not in text.body
        assert "\n\n\n" not in text.body
        assert text.subject


def test_follow_ups_say_who_sends_them_and_how_to_stop_them() -> None:
    for kind in (kind for kind in Kind if POLICIES[kind].needs_consent):
        for language in Language:
            body = text_of(kind, language).body
            assert "https://sei.example/unsubscribe/TOKEN" in body
            assert "desk@sei.example" in body
            assert pick_address(language) in body


def pick_address(language: str) -> str:
    return STUDIO.address_ja if language == "ja" else STUDIO.address_en


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("山田 花子", "山田 花子 様"),
        ("  山田\n花子 ", "山田 花子 様"),
        ("", "お客様"),
        ("当選しました https://evil.example/", "お客様"),
        ("www.evil.example", "お客様"),
        ("evil.com 今すぐ", "お客様"),
        ("a@b.example", "お客様"),
    ],
)
def test_a_name_cannot_carry_an_address_to_strangers(name: str, shown: str) -> None:
    assert fit_name(name, "ja") == shown


def test_what_is_kept_of_a_secret_text_has_no_secret() -> None:
    kept = standard_text(Kind.STAFF_INVITE, "ja", STUDIO, "森", masked(values("ja"), frozenset({"link"})))
    assert "SECRET" not in kept.body
    assert "●●●" in kept.body


def test_a_missing_value_is_an_error_not_a_blank() -> None:
    with pytest.raises(Exception, match="link"):
        standard_text(Kind.STAFF_INVITE, "ja", STUDIO, "森", {"days": 7})
