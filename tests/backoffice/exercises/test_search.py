"""Folding and finding: however a name is typed, it is the same exercise."""

import unicodedata
from datetime import datetime

import jaconv
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.core.audit import Actor
from backoffice.core.db import transaction
from backoffice.core.language import Language
from backoffice.exercises.actions import archive_exercise, create_exercise
from backoffice.exercises.draft import ExerciseDraft
from backoffice.exercises.loanwords import english_of
from backoffice.exercises.queries import OFFERED, ExerciseFilters, Show, exercise_page, find_for_picker
from backoffice.exercises.search import LONGEST_QUERY, MOST_WORDS, fold, needles, search_text
from backoffice.exercises.vocabulary import Section
from backoffice.studio.models import Studio
from tests.statements import statements

LETTERS = st.text(
    st.sampled_from("ぁあがきぱんゃっーアガキパンャッヴ肩甲骨回ABCabc 019-/()（）・、﨑高"), max_size=40
)


@given(st.text(max_size=200))
def test_folding_ends_and_never_raises(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert len(needles(text)) <= MOST_WORDS


@given(LETTERS)
def test_width_case_kana_and_marks_make_no_difference(text: str) -> None:
    for other in (
        jaconv.h2z(text, ascii=True, digit=True),
        jaconv.z2h(text, ascii=True, digit=True),
        jaconv.hira2kata(text),
        text.upper(),
        unicodedata.normalize("NFD", text),
        f" {text}-!",
    ):
        assert fold(other) == fold(text)


@given(LETTERS, st.integers(0, 39), st.integers(1, 10))
def test_every_piece_of_a_name_finds_it(text: str, start: int, length: int) -> None:
    stored = search_text(text, "", text)
    for word in needles(text[start : start + length]):
        assert any(form in stored for form in word)


def names(gym: Studio, query: str, language: str = Language.JA) -> list[str]:
    return [row.name_ja for row in find_for_picker(gym.id, query, language=language)]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("肩甲骨", "肩甲骨回し"),
        ("けんこうこつ", "肩甲骨回し"),
        ("kenkoukotsu", "肩甲骨回し"),
        ("ｹﾝｺｳｺﾂ", "肩甲骨回し"),
        ("SHOULDER blade", "肩甲骨回し"),
        ("shoulderblade", "肩甲骨回し"),
        ("ﾊﾞｰﾄﾞﾄﾞｯｸﾞ", "バードドッグ"),
        ("ばーどどっぐ", "バードドッグ"),
        ("ｂｉｒｄ　ｄｏｇ", "バードドッグ"),
        ("push up", "リバースプッシュアップ"),
        ("push-up", "リバースプッシュアップ"),
        ("三頭", "リバースプッシュアップ"),
        ("Triceps", "リバースプッシュアップ"),
        ("いす", "リバースプッシュアップ"),
        ("タオル リリース", "背中リリース"),
        ("towel release", "背中リリース"),
    ],
)
def test_found_in_both_languages(typed: str, found: str, gym: Studio) -> None:
    assert found in names(gym, typed)


@pytest.mark.parametrize("typed", ["100%", "_", "スクワット", "shoulder 腰痛体操", "%", "\\"])
def test_nothing_is_found_by_what_stands_nowhere(typed: str, gym: Studio) -> None:
    assert names(gym, typed) in ([], names(gym, ""))
    assert typed in {"_", "%", "\\"} or names(gym, typed) == []


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("ベンチプレス", "Barbell Bench Press - Medium Grip"),
        ("ﾌﾟﾙｱｯﾌﾟ", "Band Assisted Pull-Up"),
        ("スクワット バーベル", "Barbell Full Squat"),
    ],
)
def test_an_english_entry_is_found_by_the_kana_a_trainer_says(
    typed: str, name: str, gym: Studio, by: Actor, now: datetime
) -> None:
    create_exercise(gym.id, ExerciseDraft(name_en=name), by=by, now=now)
    found = exercise_page(ExerciseFilters(gym.id, query=typed, show=Show.UNNAMED), language="ja")
    assert [row.name_en for row in found] == [name]
    assert english_of(fold("スクワット教室")) == english_of("") == ""


def test_what_begins_with_the_word_comes_first(gym: Studio) -> None:
    assert names(gym, "タオル")[:2] == ["タオル引き上げストレッチ", "タオルローイング"]
    assert names(gym, "タオル")[2:] == ["背中リリース"]


def test_the_order_is_that_of_the_reader(gym: Studio) -> None:
    assert names(gym, "")[0] == "ウォーキング・階段昇降"
    assert names(gym, "", Language.EN)[0] == "バードドッグ"


def test_the_picker_is_bounded_quick_and_leaves_out_what_programs_cannot_use(
    gym: Studio, by: Actor, now: datetime
) -> None:
    for number in range(3 * OFFERED):
        create_exercise(gym.id, ExerciseDraft(name_ja=f"試しの種目{number}"), by=by, now=now)
    create_exercise(gym.id, ExerciseDraft(name_en="Trial of a name"), by=by, now=now)
    gone = create_exercise(gym.id, ExerciseDraft(name_ja="昔の種目", name_en="Trial of old"), by=by, now=now)
    with transaction():
        archive_exercise(gym.id, gone.id, by=by, now=now)
    with statements() as sent:
        found = find_for_picker(gym.id, "種目", language="ja")
    assert len(found) == OFFERED
    assert len(sent) == 1
    assert names(gym, "Trial of") == []
    assert names(gym, "x" * 10 * LONGEST_QUERY) == []
    warm_up = find_for_picker(gym.id, "", language="ja", section=Section.WARM_UP)
    assert {row.section for row in warm_up} == {"warm_up"}


def test_pages_follow_each_other_without_gap(gym: Studio, by: Actor, now: datetime) -> None:
    for number in range(30):
        create_exercise(gym.id, ExerciseDraft(name_ja=f"種目{number}", kana="しゅもく"), by=by, now=now)
    for query in ("", "しゅもく", "種目 2"):
        filters = ExerciseFilters(gym.id, query=query)
        everything = exercise_page(filters, language="ja", limit=1000)
        seen, after = [], None
        while page := exercise_page(filters, language="ja", after=after, limit=7):
            seen += page
            after = page[-1].id
        assert seen == everything
