"""What a gym may write into a text: each fault is told with its line; the texts of the house have none."""

from datetime import datetime

import pytest

from backoffice.core.language import Language
from backoffice.messaging import text_checks
from backoffice.messaging.models import Kind
from backoffice.messaging.policy import POLICIES
from backoffice.messaging.samples import sample_values, value_at
from backoffice.messaging.text_checks import faults
from backoffice.messaging.variables import COMMON, KINDS, Shape, Variable, snippet, variables_of
from backoffice.messaging.wording import PARTS, standard_source
from tests.backoffice.messaging.test_texts import START, STUDIO

NEEDED = "{{ booking_details }}\n\n{{ manage_details }}\n"
NOW: datetime = START


def found(body: str, kind: Kind = Kind.BOOKING_CONFIRMED, subject: str = "ご予約") -> list[str]:
    """The reasons against a text."""
    return [one.message for one in faults(STUDIO, kind, "ja", subject, body, now=NOW)]


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", KINDS)
def test_the_texts_of_the_house_have_no_fault(kind: Kind, language: str) -> None:
    source = standard_source(kind, language)
    assert faults(STUDIO, kind, language, source.subject, source.body, now=NOW) == []


def all_variables(kind: Kind) -> list[Variable]:
    return [*KINDS[kind].variables, *COMMON]


@pytest.mark.parametrize("kind", KINDS)
def test_every_variable_can_be_put_in_as_it_is_offered_and_has_an_example(kind: Kind) -> None:
    values = sample_values(STUDIO, "ja", now=NOW)
    for one in all_variables(kind):
        for text in snippet(one):
            body = text.replace("\n\n", "\nはい\n")
            reasons = set(found(f"{body}\nほか", kind)) - {text_checks.MISSING}
            assert reasons == set(), one.path
        if not one.path.startswith("studio.") and one.path not in {"name", *PARTS}:
            value = value_at(values, one.path)
            assert not one.fields or {field.path for field in one.fields} <= set(value[0])


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", text_checks.EMPTY),
        ("あ" * 4_001, text_checks.TOO_LONG),
        ("{{ booking.starts_at", text_checks.UNREADABLE),
        ("{% if booking.is_online %}", text_checks.UNREADABLE),
        ("{{ person.phone }}", text_checks.UNKNOWN),
        ("{{ client.plan }}", text_checks.UNKNOWN),
        ("{{ unsubscribe_url }}", text_checks.UNKNOWN),
        ("{{ studio.setup_stamp }}", text_checks.UNKNOWN),
        ("{{ name.__class__ }}", text_checks.UNKNOWN),
        ("{{ booking.starts_at.tzinfo }}", text_checks.UNKNOWN),
        ("{% if client.weight %}x{% endif %}", text_checks.HEALTH),
        ("{{ person.injuries }}", text_checks.HEALTH),
        ("{{ screening.answers }}", text_checks.HEALTH),
        ("{{ check_in.sleep }}", text_checks.HEALTH),
        ("{{ booking.starts_at }}", text_checks.BARE),
        ("{{ booking.starts_at|yen }}", text_checks.BARE),
        ("{{ booking.service|day }}", text_checks.BARE),
        ("{{ booking.service|upper }}", text_checks.BARE),
        ("{{ booking.is_online }}", text_checks.ONLY_CONDITION),
        ("{% for one in booking.service %}x{% endfor %}", text_checks.NO_LIST),
        ("{% for one in nothing %}x{% endfor %}", text_checks.UNKNOWN),
        ("{{ name.upper() }}", text_checks.NOT_ALLOWED),
        ("{{ 'x' * 1000000 }}", text_checks.NOT_ALLOWED),
        ("{{ booking['service'] }}", text_checks.NOT_ALLOWED),
        ("{{ name ~ name }}", text_checks.NOT_ALLOWED),
        ("{% set a = 1 %}", text_checks.NOT_ALLOWED),
        ("{% include '_parts/sign.txt' %}", text_checks.NOT_ALLOWED),
        ("{% macro a() %}{% endmacro %}", text_checks.NOT_ALLOWED),
        ("{% if booking.fee_yen > 0 %}x{% endif %}", text_checks.NOT_ALLOWED),
        ("{% if 1 %}x{% endif %}", text_checks.NOT_ALLOWED),
        ("はい {{ booking.service|default('x') }}", text_checks.NOT_ALLOWED),
    ],
)
def test_each_fault_has_its_reason(body: str, reason: str) -> None:
    assert reason in found(f"{NEEDED}{body}" if body else "")


def test_lists_are_simple_and_their_names_their_own() -> None:
    one = "{% for one in series.dates %}\n{{ one.starts_at|day }}\n{% endfor %}\n"
    assert found(one, Kind.SERIES_DATES) == []
    assert found("{{ series.dates }}", Kind.SERIES_DATES) == [text_checks.ONLY_LIST]
    inside = "{% for one in series.dates %}{% for two in series.dates %}x{% endfor %}{% endfor %}"
    assert found(inside, Kind.SERIES_DATES) == [text_checks.NOT_ALLOWED]
    assert found(one.replace("one", "name"), Kind.SERIES_DATES)[0] == text_checks.NOT_ALLOWED
    assert found(one + "{{ one.starts_at|day }}", Kind.SERIES_DATES) == [text_checks.UNKNOWN]
    recursive = "{% for one in series.dates recursive %}{{ one.starts_at|day }}{% endfor %}"
    assert found(recursive, Kind.SERIES_DATES) == [text_checks.NOT_ALLOWED]


@pytest.mark.parametrize(
    "line",
    [
        "ただいま入会キャンペーン中です",
        "今なら20％OFF",
        "3,000円オフ",
        "お友達紹介で特典があります",
        "ご入会をお待ちしております",
        "入会金0円",
        "A special offer for you",
        "10% off this month",
        "Join now!",
    ],
)
def test_advertising_is_refused_where_nobody_agreed_to_it(line: str) -> None:
    (fault,) = faults(STUDIO, Kind.BOOKING_CONFIRMED, "ja", "ご予約", f"{NEEDED}\n{line}", now=NOW)
    assert fault.message == text_checks.ADVERTISES
    assert fault.params["line"] == 5
    assert text_checks.ADVERTISES in found(NEEDED, subject=line)
    assert found(f"{line}\n{{{{ book_url }}}}", Kind.AFTER_TRIAL) == []


@pytest.mark.parametrize(
    "line",
    [
        "オフィスの隣です",
        "割合をお知らせします",
        "ご入会いただき、ありがとうございます",
        "We can offer you another time",
        "See you off",
    ],
)
def test_ordinary_words_are_no_advertising(line: str) -> None:
    assert found(f"{NEEDED}\n{line}") == []


def test_what_makes_a_message_useful_cannot_be_left_out() -> None:
    assert found("{{ booking.starts_at|day }}") == [text_checks.MISSING]
    assert found("{{ booking.starts_at|day }} {{ booking.manage_url }}") == []
    for kind in (Kind.STAFF_INVITE, Kind.CARE_ASKED, Kind.SLOT_OFFERED, Kind.MOVE_PROPOSED):
        assert text_checks.MISSING in found("よろしくお願いします。", kind)


def test_a_text_that_comes_out_empty_is_refused() -> None:
    body = "{% if booking.by_gym %}{{ booking.starts_at|day }}{% endif %}"
    assert found(body, Kind.BOOKING_CANCELLED) == [text_checks.NOT_WRITTEN]


def test_lines_are_counted_from_one() -> None:
    (fault,) = faults(STUDIO, Kind.AFTER_TRIAL, "ja", "件名", "一行目\n\n{{ nobody }}", now=NOW)
    assert fault.params == {"line": 3, "name": "nobody"}
    assert fault.refusal().field == "body"


def test_no_kind_offers_anything_about_health() -> None:
    for kind in KINDS:
        for path in variables_of(kind):
            if path not in {"care_url", "sheet_url", "program_url"}:
                assert not text_checks.HEALTH_WORDS.search(path), path


def test_advertising_kinds_are_those_that_need_consent() -> None:
    assert {kind for kind in KINDS if POLICIES[kind].needs_consent} == {
        Kind.AFTER_COUNSELLING, Kind.AFTER_TRIAL, Kind.AFTER_NO_SHOW, Kind.NO_NEXT_BOOKING, Kind.MISSED_YOU,
        Kind.FIRST_MONTH, Kind.TICKETS_LOW,
    }  # fmt: skip


def test_shapes_that_must_be_written_out_have_a_way() -> None:
    assert set(text_checks.FILTERS) == {Shape.MOMENT, Shape.DAY, Shape.YEN}
