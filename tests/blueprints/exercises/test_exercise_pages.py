"""The library on its pages: found, looked at, added once, changed, taken out of use and back."""

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backoffice.core.audit import Actor
from backoffice.core.db import db, transaction
from backoffice.exercises.actions import archive_exercise, create_exercise
from backoffice.exercises.draft import ExerciseDraft
from backoffice.exercises.models import Exercise
from backoffice.exercises.queries import PAGE
from backoffice.exercises.vocabulary import Equipment, Muscle, Section, Setting
from backoffice.staff.models import Role
from backoffice.studio.models import Studio
from tests.pages import PageClient
from tests.statements import statements


@pytest.fixture
def trainer(gym: Studio, sign_in: Callable[..., PageClient]) -> PageClient:
    """A trainer's browser."""
    return sign_in(Role.TRAINER)


def text(client: PageClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.get_data(as_text=True)


def listed(page: str) -> list[str]:
    return re.findall(r'<a class="name" href="/exercises/\d+">([^<]*)</a>', page)


def bird_dog() -> Exercise:
    return db.session.scalars(select(Exercise).where(Exercise.source_key == "bird_dog")).one()


def test_searched_and_filtered_in_the_address(trainer: PageClient) -> None:
    assert len(listed(text(trainer, "/exercises"))) == 11
    assert listed(text(trainer, "/exercises?q=ﾊﾞｰﾄﾞ")) == ["バードドッグ"]
    assert listed(text(trainer, "/exercises?section=cardio")) == ["ウォーキング・階段昇降"]
    assert listed(text(trainer, "/exercises?muscle=triceps&equipment=chair&setting=gym")) == [
        "リバースプッシュアップ"
    ]
    assert len(listed(text(trainer, "/exercises?equipment=none"))) == 6
    page = text(trainer, "/exercises?section=warm_up&q=towel&equipment=towel")
    assert listed(page) == ["タオル引き上げストレッチ"]
    assert 'value="towel"' in page
    assert "/exercises?q=towel&amp;section=posture&amp;equipment=towel" in page
    assert (
        len(listed(text(trainer, "/exercises?section=x&muscle=y&equipment=z&setting=q&show=w&after=v"))) == 11
    )
    assert "該当する種目はありません" in text(trainer, "/exercises?q=xyz")


def test_every_filter_answers(trainer: PageClient) -> None:
    for name, keys in (
        ("section", Section),
        ("muscle", Muscle),
        ("equipment", Equipment),
        ("setting", Setting),
    ):
        for key in keys:
            text(trainer, f"/exercises?{name}={key}")


def test_htmx_gets_the_rows_and_a_short_address(trainer: PageClient) -> None:
    answer = trainer.get("/exercises?q=bird&muscle=&section=", headers={"HX-Request": "true"})
    assert answer.headers["HX-Push-Url"] == "/exercises?q=bird"
    assert "<html" not in answer.text
    assert listed(answer.text) == ["バードドッグ"]


def test_in_english_the_other_name_stands_below(trainer: PageClient) -> None:
    trainer.set_cookie("language", "en")
    page = text(trainer, "/exercises?q=bird")
    assert listed(page) == ["Bird dog"]
    assert "バードドッグ" in page
    assert "2 sets · 10 reps · each side · hold 3 s" in page


def test_one_exercise_shows_cues_and_what_to_be_careful_with(trainer: PageClient) -> None:
    page = text(trainer, f"/exercises/{bird_dog().id}")
    for part in (
        "四つばい",
        "On all fours",
        "手首",
        "膝",
        "2セット · 10回 · 左右それぞれ · 3秒キープ",
        "脊柱起立筋、体幹",
    ):
        assert part in page


def test_added_once_however_often_it_is_sent(trainer: PageClient, session: Session) -> None:
    page = text(trainer, "/exercises/new")
    token = re.findall(r'name="form_token"[^>]*value="([^"]*)"', page)[0]
    typed = {
        "form_token": token, "name_ja": "ヒップリフト", "name_en": "Hip lift", "section": "main",
        "settings": ["home", "gym"], "muscles": ["glutes"], "limits": ["neck"], "unit": "reps", "counted": "total",
        "sets": "2", "amount": "15", "cues_ja": "かかとで押します。",
    }  # fmt: skip
    for _again in range(2):
        answer = trainer.post("/exercises/new", data=dict(typed))
        assert answer.status_code == 303, answer.text
    row = session.scalars(select(Exercise).where(Exercise.name_ja == "ヒップリフト")).one()
    assert answer.location == f"/exercises/{row.id}"
    assert (row.settings, row.muscles, row.limits, row.sets, row.amount) == (
        ["home", "gym"], ["glutes"], ["neck"], 2, 15,
    )  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        {"name_ja": ""}, {"name_ja": "あ" * 121}, {"kana": "漢字"}, {"settings": []}, {"muscles": ["wing"]},
        {"section": "x"}, {"sets": "0"}, {"sets": "many"}, {"amount": "9", "amount_to": "3"}, {"cues_ja": "あ" * 4001},
        {"name_ja": "バードドッグ"},
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_field_and_kept(
    wrong: dict[str, object], trainer: PageClient, session: Session
) -> None:
    trainer.get("/exercises/new")
    typed = {
        "form_token": "x" * 20, "name_ja": "ヒップリフト", "settings": ["gym"], "section": "main", "unit": "reps",
        "counted": "total", "cues_en": "Push with the heels.", **wrong,
    }  # fmt: skip
    answer = trainer.post("/exercises/new", data=typed)
    assert answer.status_code == 422
    assert "Push with the heels." in answer.text
    assert 'id="error' in answer.text or "form-error" in answer.text
    assert session.scalar(select(func.count()).select_from(Exercise)) == 11


def sent_back(page: str) -> dict[str, object]:
    """What an edit form would send unchanged, as far as these tests need it."""
    version = re.findall(r'name="version"[^>]*value="(\d+)"', page)[0]
    return {
        "version": version, "name_ja": "バードドッグ", "name_en": "Bird dog", "section": "main", "unit": "reps",
        "settings": ["home"], "counted": "side",
    }  # fmt: skip


def test_changed_and_a_second_editor_sees_a_conflict(trainer: PageClient, session: Session) -> None:
    address = f"/exercises/{bird_dog().id}/edit"
    typed = sent_back(text(trainer, address))
    assert trainer.post(address, data={**typed, "name_ja": "バード・ドッグ"}).status_code == 303
    answer = trainer.post(address, data={**typed, "name_ja": "鳥犬", "kana": "とりいぬ"})
    assert answer.status_code == 409
    assert "鳥犬" in answer.text
    assert bird_dog().name_ja == "バード・ドッグ"
    again = {**sent_back(answer.text), "name_ja": "鳥犬", "kana": "とりいぬ"}
    assert trainer.post(address, data=again).status_code == 303
    assert bird_dog().name_ja == "鳥犬"


def test_taken_out_of_use_and_back(trainer: PageClient) -> None:
    number = bird_dog().id
    trainer.get("/exercises")
    assert trainer.post(f"/exercises/{number}/archive", data={}).location == f"/exercises/{number}"
    assert "バードドッグ" not in listed(text(trainer, "/exercises"))
    assert listed(text(trainer, "/exercises?show=archived")) == ["バードドッグ"]
    trainer.post(f"/exercises/{number}/restore", data={})
    assert "バードドッグ" in listed(text(trainer, "/exercises"))


def test_an_entry_without_a_japanese_name_is_pointed_at(
    trainer: PageClient, gym: Studio, by: Actor, now: datetime
) -> None:
    with transaction():
        row = create_exercise(gym.id, ExerciseDraft(name_en="Goblet squat"), by=by, now=now)
    assert "日本語名のない種目が1件あります" in text(trainer, "/exercises")
    assert listed(text(trainer, "/exercises?show=unnamed")) == ["Goblet squat"]
    assert "禁忌・注意" in text(trainer, f"/exercises/{row.id}")


def test_the_desk_has_no_business_here(sign_in: Callable[..., PageClient], gym: Studio) -> None:
    assert sign_in(Role.FRONT_DESK).get("/exercises").status_code == 403


def test_pages_follow_each_other_and_cost_the_same(
    trainer: PageClient, gym: Studio, by: Actor, now: datetime
) -> None:
    def cost(address: str) -> int:
        trainer.get(address)
        db.session.expunge_all()
        with statements() as sent:
            trainer.get(address)
        return len(sent)

    few = cost("/exercises?muscle=core&q=dog")
    with transaction():
        for number in range(3 * PAGE):
            draft = ExerciseDraft(name_ja=f"種目{number:03}", name_en=f"Dog {number}", muscles=["core"])
            create_exercise(gym.id, draft, by=by, now=now)
    assert cost("/exercises?muscle=core&q=dog") == few <= 4
    assert cost(f"/exercises/{bird_dog().id}") <= 4
    seen, address = [], "/exercises?q=dog"
    while address:
        page = text(trainer, address)
        seen += listed(page)
        more = re.findall(r'rel="next" href="([^"]*)"', page)
        address = more[0].replace("&amp;", "&") if more else ""
    assert len(seen) == len(set(seen)) == 3 * PAGE + 1


def test_an_archived_one_keeps_its_page(trainer: PageClient, gym: Studio, by: Actor, now: datetime) -> None:
    with transaction():
        archive_exercise(gym.id, bird_dog().id, by=by, now=now)
    assert "使用を再開" in text(trainer, f"/exercises/{bird_dog().id}")
