"""Names, phones and addresses: what is one and the same to a person is one and the same here."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.core.contact import (
    Identity,
    Reason,
    fold_kana,
    fold_name,
    format_phone,
    is_kana,
    parse_mail,
    parse_phone,
    plain_text,
    romaji,
    romaji_key,
    romaji_keys,
    same_person,
    same_person_score,
    search_needles,
    search_text,
)

ANYTHING = st.text(alphabet=st.characters(), max_size=300)  # lone surrogates and NUL included


def found(query: str, text: str) -> bool:
    """What the SQL of a list does: every word, in one of its forms, somewhere in the text."""
    return all(any(form in text for form in forms) for forms in search_needles(query))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("髙橋　ハルカ", "高橋 はるか"),
        ("山﨑陽子", "山崎 陽子"),
        ("渡邉 智也", "渡辺智也"),
        ("渡邊", "渡辺"),
        ("渡邉󠄂", "渡辺"),  # with a variation selector
        ("齋藤", "斉藤"),
        ("濵田", "浜田"),
        ("𠮷田", "吉田"),
        ("佐佐木", "佐々木"),
        ("茅ヶ崎", "茅ケ崎"),
        ("ｻﾄｳ ﾊﾙｶ", "さとうはるか"),
        ("ＪＯＨＮ　ｓｍｉｔｈ", "John Smith"),
        ("José Müller", "jose muller"),
        ("メアリー・アン", "めありーあん"),
    ],
)
def test_two_ways_to_write_a_name_have_one_key(one: str, other: str) -> None:
    assert fold_name(one) == fold_name(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("菅野", "管野"), ("荻野", "萩野"), ("堺", "界"), ("井上", "井下"), ("大田", "太田"), ("ばば", "はは")],
)
def test_different_names_stay_different(one: str, other: str) -> None:
    assert fold_name(one) != fold_name(other)


def test_a_reading_keeps_small_kana_and_long_vowels() -> None:
    assert fold_kana("ｷﾖｳｺ") == "きようこ" != fold_kana("キョウコ")
    assert fold_kana("ガール サトー") == "がーるさとー" == fold_kana("がーる・さとｰ")
    assert fold_kana("サト－") == "さとー"


@pytest.mark.parametrize(
    ("text", "yes"), [("サトウ　ハルカ", True), ("ｻﾄｳ", True), ("佐藤", False), ("Sato", False), ("", False)]
)
def test_readings_are_told_from_names(text: str, yes: bool) -> None:
    assert is_kana(text) is yes


@pytest.mark.parametrize(
    ("kana", "letters"),
    [
        ("さとう　はるか", "satou haruka"),
        ("ハットリ", "hattori"),
        ("マッチ", "matchi"),
        ("ティファニー", "tifanii"),
        ("じゅんいち", "junichi"),
        ("ほんま", "honma"),
    ],
)
def test_hepburn(kana: str, letters: str) -> None:
    assert romaji(kana) == letters


@pytest.mark.parametrize(
    ("kana", "spellings"),
    [
        ("おおたに", ["otani", "ohtani", "ootani", "Ōtani"]),
        ("さとう", ["sato", "satou", "satoh", "SATŌ"]),
        ("しずか", ["shizuka", "sizuka"]),
        ("つづき", ["tsuzuki", "tuduki", "tsuduki"]),
        ("ふじい", ["fujii", "hujii", "fuji"]),
        ("ちば", ["chiba", "tiba"]),
        ("じゅんこ", ["junko", "zyunko", "jyunko"]),
        ("ほんま", ["honma", "homma"]),
        ("りさ", ["risa", "lisa"]),
        ("しんいち", ["shinichi", "shin'ichi", "sinniti"]),
        ("ゆうき", ["yuki", "yuuki", "yuhki"]),
    ],
)
def test_every_usual_spelling_has_the_key_of_the_reading(kana: str, spellings: list[str]) -> None:
    assert {romaji_key(spelling) for spelling in spellings} == {romaji_key(kana)}


def test_long_vowels_do_not_melt_across_the_border_of_two_names() -> None:
    assert "itouta" in romaji_keys("いとう うた")
    assert romaji_keys("さとう はるか") == ("satoharuka", "harukasato")


@pytest.mark.parametrize(
    "text",
    [
        "090-1234-5678",
        "０９０－１２３４－５６７８",
        "(090) 1234-5678",
        "090 1234 5678",
        "090ー1234ー5678",
        "090‐1234―5678",
        "+81 90 1234 5678",
        "+81 (0)90-1234-5678",
        "0081 90 1234 5678",
        "010-81-90-1234-5678",
        "9012345678",
        "携帯 090-1234-5678（夜のみ）",
        "090-1234-5678 内線12",
        "090-1234-5678 / 075-123-4567",
        '="09012345678"',
    ],
)
def test_one_phone_in_many_clothes(text: str) -> None:
    phone = parse_phone(text)
    assert phone is not None
    assert (phone.e164, phone.national_digits) == ("+819012345678", "09012345678")


@pytest.mark.parametrize(
    ("text", "e164", "shown"),
    [
        ("075-123-4567", "+81751234567", "075-123-4567"),
        ("0120-123-456", "+81120123456", "0120-123-456"),
        ("070 0562 1083", "+817005621083", "070-0562-1083"),  # a range the library does not know
        ("+1 415-555-2671", "+14155552671", "+1 415-555-2671"),
    ],
)
def test_other_numbers(text: str, e164: str, shown: str) -> None:
    phone = parse_phone(text)
    assert phone is not None
    assert phone.e164 == e164
    assert format_phone(e164) == shown


@pytest.mark.parametrize(
    "text", ["", "090-12", "110", "0666-12", "+819012345678900", "2026/04/13 2:27:02", "なし", "1" * 5000]
)
def test_what_cannot_be_dialled_is_no_phone(text: str) -> None:
    assert parse_phone(text) is None


def test_a_text_that_is_no_number_is_shown_as_it_is() -> None:
    assert format_phone("unknown") == "unknown"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (" Hana@Example.JP ", "hana@example.jp"),
        ("ｈａｎａ＠ｅｘａｍｐｌｅ．ｊｐ", "hana@example.jp"),
        ("mailto:hana@example.jp", "hana@example.jp"),
        ("hana@日本.jp", "hana@xn--wgv71a.jp"),
        ("ha..na.@docomo.ne.jp", "ha..na.@docomo.ne.jp"),
    ],
)
def test_one_form_of_an_address(text: str, address: str) -> None:
    assert parse_mail(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not-an-address",
        "hana@",
        "ha..na@example.jp",
        "花子@example.jp",
        "a b@example.jp",
        "a@" + "x" * 600,
    ],
)
def test_what_is_no_address(text: str) -> None:
    assert parse_mail(text) is None


@pytest.mark.parametrize(
    "query",
    [
        "渡辺",
        "渡邉 晴香",
        "わたなべ",
        "ﾜﾀﾅﾍﾞ ﾊﾙｶ",
        "はるか わたなべ",
        "渡辺はるか",
        "watanabe",
        "HARUKA watanabe",
        "watanabeharuka",
        "harukawatanabe",
        "5678",
        "090-1234",
        "090 1234 5678",
        "+81 90 1234",
        "渡辺 5678",
        "hana@example.jp",
        "HANA@",
        "ohno",
        "大野",
    ],
)
def test_a_person_is_found_by_whatever_is_known_of_them(query: str) -> None:
    text = search_text("渡邊　晴香", "ワタナベ ハルカ", "大野", ["+819012345678"], ["hana@example.jp"])
    text += " " + search_text("", "オオノ")
    assert found(query, text)


@pytest.mark.parametrize("query", ["佐藤", "渡辺 佐藤", "satoh", "5679", "%", "_", "090-1234-5679"])
def test_and_not_by_anything_else(query: str) -> None:
    text = search_text("渡邊　晴香", "ワタナベ ハルカ", "", ["090-1234-5678"], ["hana@example.jp"])
    assert not found(query, text)


def test_typing_on_the_way_to_a_name_keeps_finding_it() -> None:
    text = search_text("本間", "ホンマ")
    assert all(found("homma"[:length], text) for length in range(1, 6))


@pytest.mark.parametrize("query", ["", " 　", "\0", "\ud800", "\0 \ud800"])
def test_nothing_to_look_for(query: str) -> None:
    assert search_needles(query) == []


def test_a_long_query_is_bounded() -> None:
    needles = search_needles("さとう " * 3000)
    assert len(needles) == 1
    assert len(search_needles(" ".join(map(str, range(1000, 1100))) + "x")) <= 6
    assert all(len(form) <= 400 for forms in search_needles("さ" * 10_000) for form in forms)


@given(ANYTHING)
def test_no_input_breaks_anything(text: str) -> None:
    for fold in (fold_name, fold_kana, romaji, romaji_key, parse_phone, parse_mail, is_kana):
        fold(text)  # type: ignore[operator]
    stored = search_text(text, text, text, [text], [text])
    stored.encode()
    assert "\0" not in stored
    assert not any("\0" in form or " " in form for forms in search_needles(text) for form in forms)


@given(ANYTHING)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold_kana(fold_kana(text)) == fold_kana(text)
    assert plain_text(plain_text(text)) == plain_text(text)


def test_plain_text_is_bounded_and_storable() -> None:
    assert plain_text(" a\0b\r\nc\ud800\t ", 4) == "ab\nc"


HARUKA = Identity.of("佐藤春香", "サトウ ハルカ", phones=["090-1234-5678"], mails=["h@example.jp"])


def test_same_phone_and_name_in_other_clothes_is_the_same_person() -> None:
    again = Identity.of("", "さとう　はるか", phones=["+81 90 1234 5678"])
    assert same_person(HARUKA, again)
    assert same_person_score(HARUKA, again).reasons == (Reason.SAME_PHONE, Reason.SAME_KANA)


def test_a_family_shares_a_phone_and_is_not_one_person() -> None:
    brother = Identity.of("佐藤太一", "サトウ タイチ", phones=["090-1234-5678"])
    assert not same_person(HARUKA, brother)
    match = same_person_score(HARUKA, brother)
    assert match.reasons == (Reason.SAME_PHONE, Reason.OTHER_NAME)
    assert match.score < same_person_score(HARUKA, Identity.of("佐藤春香")).score


def test_a_namesake_is_suggested_and_never_taken_for_the_person() -> None:
    namesake = Identity.of("佐藤 春香", "サトウハルカ", phones=["080-0000-1111"])
    assert not same_person(HARUKA, namesake)
    assert same_person_score(HARUKA, namesake).score == 60


@pytest.mark.parametrize("former", ["田中", "田中春香"])
def test_a_former_name_is_remembered(former: str) -> None:
    married = Identity.of("佐藤春香", former_name=former, mails=["h@example.jp"])
    before = Identity.of("田中　春香", mails=["H@EXAMPLE.JP"])
    assert same_person(married, before)
    assert not same_person(married, Identity.of("田中 太一", mails=["h@example.jp"]))


def test_half_a_name_does_not_speak_against_the_phone() -> None:
    assert same_person_score(HARUKA, Identity.of("佐藤", phones=["090-1234-5678"])).score == 70


def test_strangers_score_nothing() -> None:
    assert same_person_score(HARUKA, Identity.of("田中太一", "タナカ タイチ")) == (0, ())


@given(ANYTHING, ANYTHING)
def test_a_score_is_the_same_both_ways(one: str, other: str) -> None:
    first, second = Identity.of(one, one, other), Identity.of(other, one)
    assert same_person_score(first, second) == same_person_score(second, first)
    assert 0 <= same_person_score(first, second).score <= 100
