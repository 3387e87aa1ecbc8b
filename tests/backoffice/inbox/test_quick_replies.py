"""Quick replies: starters in both languages, changed and moved by managers, never lost."""

from datetime import datetime

import pytest

from backoffice.core.audit import Actor
from backoffice.core.errors import Invalid, NotFound, Stale
from backoffice.inbox.quick_replies import (
    MOST,
    STARTERS,
    add_reply,
    archive_reply,
    change_reply,
    move_reply_up,
    quick_replies,
    restore_reply,
)
from backoffice.studio.models import Studio


def names(gym: Studio) -> list[str]:
    return [one.name for one in quick_replies(gym.id)]


def test_a_new_gym_has_the_usual_ones(gym: Studio) -> None:
    assert names(gym) == [name for name, _ja, _en in STARTERS]
    assert all(one.body_ja and one.body_en for one in quick_replies(gym.id))


def test_a_new_one_stands_last_and_can_be_moved_up(gym: Studio, by: Actor, now: datetime) -> None:
    made = add_reply(gym.id, "駐車場", "2台分ございます。", "There is room for two cars.", by=by, now=now)
    assert names(gym)[-1] == "駐車場"
    move_reply_up(gym.id, made.id, by=by, now=now)
    assert names(gym)[-2] == "駐車場"
    first = quick_replies(gym.id)[0]
    move_reply_up(gym.id, first.id, by=by, now=now)
    assert names(gym)[0] == first.name


def test_it_is_changed_by_one_at_a_time(gym: Studio, by: Actor, now: datetime) -> None:
    row = quick_replies(gym.id)[0]
    change_reply(gym.id, row.id, "時間", "あ", "b", version=1, by=by, now=now)
    with pytest.raises(Stale):
        change_reply(gym.id, row.id, "他", "い", "c", version=1, by=by, now=now)
    assert names(gym)[0] == "時間"


def test_out_of_use_and_back(gym: Studio, by: Actor, now: datetime) -> None:
    row = quick_replies(gym.id)[0]
    archive_reply(gym.id, row.id, by=by, now=now)
    assert row.name not in names(gym)
    assert quick_replies(gym.id, with_archived=True)[-1].id == row.id
    restore_reply(gym.id, row.id, by=by, now=now)
    assert row.name in names(gym)


@pytest.mark.parametrize("words", [("", "a", "b"), ("n", " ", "b"), ("n", "a", "")])
def test_name_and_both_languages_are_needed(
    gym: Studio, by: Actor, now: datetime, words: tuple[str, str, str]
) -> None:
    with pytest.raises(Invalid):
        add_reply(gym.id, *words, by=by, now=now)


def test_there_is_an_end(gym: Studio, by: Actor, now: datetime) -> None:
    for number in range(MOST - len(STARTERS)):
        add_reply(gym.id, str(number), "a", "b", by=by, now=now)
    with pytest.raises(Invalid):
        add_reply(gym.id, "one more", "a", "b", by=by, now=now)


def test_another_studio_has_none_of_them(gym: Studio, by: Actor, now: datetime) -> None:
    row = quick_replies(gym.id)[0]
    with pytest.raises(NotFound):
        archive_reply(gym.id + 1, row.id, by=by, now=now)
