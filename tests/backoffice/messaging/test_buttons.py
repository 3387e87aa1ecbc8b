"""Buttons: what LINE shows below a text, what a mail shows instead, and that LINE takes every one of them."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.core.language import Language
from backoffice.messaging.bubbles import bubbles_of
from backoffice.messaging.buttons import cut, lifted, units, with_links
from backoffice.messaging.channels import Button, Ending
from backoffice.messaging.letters import letter_of
from backoffice.messaging.line import LineChannel
from backoffice.messaging.models import Channel, Kind
from backoffice.messaging.policy import POLICIES
from backoffice.messaging.road_choices import CHOOSABLE
from backoffice.messaging.smtp import as_mail
from tests.backoffice.messaging.test_line import ENVELOPE
from tests.backoffice.messaging.test_texts import text_of
from tests.far_ends import journal
from tests.far_ends.line_limits import complaints, taps
from tests.far_ends.line_server import TOKEN, LineServer, line_server

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "line_buttons.txt"
BY_LINE = tuple(kind for kind in Kind if kind in CHOOSABLE or POLICIES[kind].only_by is Channel.LINE)
URL = "https://sei.example/manage/TOKEN"
TAKE = Button("11/26(木) 19:00", "https://sei.example/choose/TOKEN", "choice=TOKEN")


def test_an_address_alone_becomes_a_button_with_the_words_above_it() -> None:
    assert lifted(f"花子 様\n\n■ ご予約の変更\n{URL}\n\nお待ちしております。", "ja") == (
        "花子 様\n\nお待ちしております。",
        (Button("ご予約の変更", URL),),
    )


def test_what_else_stands_in_the_paragraph_keeps_its_heading() -> None:
    text, below = lifted(f"■ ご予約の変更\n{URL}\n開始の12時間前まで。", "ja")
    assert (text, below) == ("■ ご予約の変更\n開始の12時間前まで。", (Button("ご予約の変更", URL),))


def test_a_sentence_above_it_is_no_label() -> None:
    text, below = lifted(f"Please answer on this page:\n\n{URL}\n", "en")
    assert (text, below) == ("Please answer on this page:", (Button("Open the page", URL),))


def test_several_without_words_stay_in_the_text() -> None:
    body = f"First visit with somebody, far away:\n{URL}\n\nSecond visit, far away as well:\n{URL}"
    assert lifted(body, "en") == (body, ())


@pytest.mark.parametrize(
    "body",
    [f"Map: {URL}", f"Book at {URL} now.", f"Dear you\n─────\n{URL}", "https://x.example/" + "a" * 1000],
)
def test_other_addresses_stay_where_they_are(body: str) -> None:
    assert lifted(body, "en") == (body, ())


def test_a_button_of_the_kind_goes_before_those_of_the_text() -> None:
    bubbles = [
        one.to_dict() for one in bubbles_of(replace(ENVELOPE, body=f"本文\n\n地図\n{URL}", buttons=(TAKE,)))
    ]
    assert [one["label"] for one in taps(bubbles)] == ["11/26(木) 19:00", "地図"]
    assert taps(bubbles)[0] == {
        "type": "postback", "label": TAKE.label, "data": TAKE.data, "displayText": TAKE.label
    }  # fmt: skip


def test_a_short_text_carries_its_buttons_itself() -> None:
    (bubble,) = [one.to_dict() for one in bubbles_of(replace(ENVELOPE, body=f"短い。\n\n{URL}"))]
    assert bubble["template"]["text"] == "ご予約が決まりました\n\n短い。"
    assert bubble["altText"] == "ご予約が決まりました"


def test_a_mail_shows_the_same_as_links_above_the_signature() -> None:
    body = with_links("お選びください。\n\n─────────\n整 SEI", (TAKE,))
    assert body == f"お選びください。\n\n{TAKE.label}\n{TAKE.url}\n\n─────────\n整 SEI\n"
    assert [block.shape for block in letter_of(body, "ja").blocks] == ["lines", "button"]
    assert b"postback" not in as_mail(replace(ENVELOPE, address="h@x.jp", buttons=(TAKE,)), "a@b.example")
    assert with_links("text\n", ()) == "text\n"


@given(
    st.lists(
        st.sampled_from(["", "花子 様", "■ 地図", "地図:", URL, "─────", "💪" * 15, "x" * 300]), max_size=14
    ),
    st.lists(
        st.builds(Button, st.text(min_size=1, max_size=30).filter(str.strip), st.just(URL), st.just("d=1")),
        max_size=4,
    ),
    st.text(max_size=500),
)
def test_line_takes_whatever_comes_of_it(lines: list[str], buttons: list[Button], subject: str) -> None:
    body = "\n".join(lines)
    envelope = replace(ENVELOPE, subject=subject, body=body, buttons=tuple(buttons))
    bubbles = [one.to_dict() for one in bubbles_of(envelope)]
    if bubbles:
        assert complaints(bubbles) == []
    shown = str(bubbles)
    assert all(shown.count(URL) >= body.count(URL) for _ in "x")


@pytest.mark.parametrize("wrong", [{"label": ""}, {"url": "", "data": ""}, {"data": "d" * 301}])
def test_a_button_that_line_would_refuse_is_none(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="button"):
        replace(TAKE, **wrong)


def test_a_cut_label_says_that_it_was_cut() -> None:
    assert cut("💪" * 30, 20).endswith("…")
    assert units(cut("💪" * 30, 20)) <= 20
    assert cut("short", 20) == "short"


def test_the_far_end_takes_buttons_and_refuses_what_line_would(tmp_path: Path) -> None:
    line = LineServer(tmp_path / "line.jsonl")
    with line_server(line) as url:
        channel = LineChannel(url, TOKEN)
        good = channel.send(replace(ENVELOPE, buttons=(TAKE,)), lambda: True)
        bad = channel.send(replace(ENVELOPE, retry_key=ENVELOPE.retry_key.__class__(int=9),
                                   buttons=(replace(TAKE, url="ftp://x", data=""),)), lambda: True)  # fmt: skip
    assert (good.ending, bad.ending) == (Ending.ACCEPTED, Ending.NEVER)
    assert [one["taps"] for one in journal.read(line.path)] == [["11/26(木) 19:00"]]


def test_the_buttons_of_each_kind_are_those_agreed() -> None:
    """UPDATE_GOLDEN=1 writes them anew."""
    written = "\n".join(_line(kind, language) for kind in BY_LINE for language in Language) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text(written, "utf-8")
    assert written == GOLDEN.read_text("utf-8")


def _line(kind: Kind, language: str) -> str:
    text = text_of(kind, language)
    envelope = replace(ENVELOPE, language=language, subject=text.subject, body=text.body)
    bubbles = [one.to_dict() for one in bubbles_of(envelope)]
    assert complaints(bubbles) == []
    labels = " | ".join(f"{one['label']} → {one['uri']}" for one in taps(bubbles)) or "-"
    return f"{kind.value} {language}: {labels}"
