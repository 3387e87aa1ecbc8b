"""A text as a letter: what each line becomes, that nothing is lost, and that nothing comes from elsewhere."""

import re
from html.parser import HTMLParser

import pytest

from backoffice.core.language import Language
from backoffice.messaging.letters import Block, Button, Facts, Heading, Lines, Piece, as_html, letter_of
from backoffice.messaging.models import Kind
from backoffice.messaging.variables import KINDS
from tests.backoffice.messaging.test_texts import text_of


class Words(HTMLParser):
    """What a reader of the page sees, and where its links lead."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text = ""
        self.links: list[str] = []
        self.feed(page.partition("<body")[2])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value for name, value in attrs if name == "href" and value]

    def handle_data(self, data: str) -> None:
        self.text += data


def html_of(kind: Kind, language: str) -> str:
    text = text_of(kind, language)
    return as_html(text.subject, text.body, language=language, brand="整 SEI")


def bare(text: str) -> str:
    """Letters and digits alone: dashes, marks of lists and colons of facts are drawn instead of written."""
    return re.sub(r"\W|_", "", text)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", KINDS)
def test_a_letter_says_what_the_text_says(kind: Kind, language: str) -> None:
    body, seen = text_of(kind, language).body, Words(html_of(kind, language))
    shown = bare(seen.text)
    for line in body.splitlines():
        addresses = re.findall(r"https?://\S+", line)
        assert set(addresses) <= set(seen.links)
        for part in re.split(r"https?://\S+", line):
            assert bare(part) in shown, line


@pytest.mark.parametrize("kind", KINDS)
def test_a_letter_loads_nothing_and_runs_nothing(kind: Kind) -> None:
    page = html_of(kind, "ja")
    assert not re.search(r"<(img|link|script|iframe|object|video|base)|src=|url\(|@import|javascript:", page)
    assert page.lstrip().startswith("<!doctype html>")


def test_what_a_line_is_follows_from_its_shape() -> None:
    body = (
        "山田 花子 様\n\n整です。\n下記で承りました。\n\n日時:11月26日(木)19:00〜20:00\n担当:森\n\n"
        "■ 道順\n改札を出て右です。\n地図:https://maps.example/sei\n\n・一つ目\n・二つ目\n\n"
        "ご予約\nhttps://sei.example/book\n"
    )
    blocks = letter_of(body, "ja").blocks
    assert blocks == (
        Lines(((Piece("山田 花子 様"),),)),
        Lines(((Piece("整です。"),), (Piece("下記で承りました。"),))),
        Facts((("日時", (Piece("11月26日(木)19:00〜20:00"),)), ("担当", (Piece("森"),)))),
        Heading("道順"),
        Lines(((Piece("改札を出て右です。"),),)),
        Facts((("地図", (Piece("maps.example/sei", "https://maps.example/sei"),)),)),
        Lines(((Piece("一つ目"),), (Piece("二つ目"),)), "items"),
        Button("ご予約", "https://sei.example/book"),
    )


@pytest.mark.parametrize(
    "line",
    ["19:00から始まります", "お一人様:", "料金:¥5,500", "See https://sei.example/book, please", "a: b: c"],
)
def test_one_line_that_only_looks_like_a_pair_stays_a_line(line: str) -> None:
    (block,) = letter_of(line, "ja").blocks
    assert isinstance(block, Lines)
    assert "".join(one.text for one in block.lines[0]).startswith(line[:3])


@pytest.mark.parametrize(("language", "words"), [("ja", "ページを開く"), ("en", "Open the page")])
def test_an_address_without_a_heading_has_a_button_all_the_same(language: str, words: str) -> None:
    url = "https://sei.example/offer/" + "t" * 90
    assert letter_of(f"Please answer here:\n\n{url}\n", language).blocks[1] == Button(words, url)


def test_a_long_address_inside_a_sentence_is_shown_by_its_host() -> None:
    url = "https://sei.example/manage/" + "t" * 90
    (block,) = letter_of(f"詳しくは{url}をご覧ください。", "ja").blocks
    assert isinstance(block, Lines)
    before, link, after = block.lines[0]
    assert (before.text, link, after.text) == ("詳しくは", Piece("sei.example", url), "をご覧ください。")


def test_below_the_dashes_stands_the_small_print() -> None:
    letter = letter_of(
        "本文です。\n\n──────────\n整 SEI\n京都市\n\n停止はこちら。\nhttps://x.example/u\n", "ja"
    )
    assert letter.blocks == (Lines(((Piece("本文です。"),),)),)
    assert [shape(one) for one in letter.foot] == ["heading", "lines", "lines", "button"]


def shape(block: Block) -> str:
    return block.shape


def test_signs_of_html_in_a_text_are_shown_as_signs() -> None:
    page = as_html("<b>", "<u>一</u>\nhttps://x.example/?a=1&b=2\n", language="ja", brand="<i>")
    assert not re.search("<[biu]>", page)
    assert "&lt;u&gt;一" in page
    assert 'href="https://x.example/?a=1&amp;b=2"' in page
