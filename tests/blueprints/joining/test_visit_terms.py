"""What visitors agree to when they book: the gym's own words, in versions and both languages; consents name theirs."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import select

from backoffice.core.audit import AuditLine
from backoffice.core.db import db
from backoffice.joining.defaults import VISIT_EN, VISIT_JA
from backoffice.joining.models import TermsKind
from backoffice.joining.queries import newest_terms, terms_versions
from backoffice.people.models import Consent, Purpose
from backoffice.reports.start import Step, start_of
from backoffice.staff.models import Role
from backoffice.studio.models import Studio
from blueprints.joining.words import laid_out
from tests.blueprints.bookings.visitor import Visitor
from tests.pages import PageClient

SignIn = Callable[..., PageClient]
PAGE = "/settings/joining/visit-terms"
JA, EN = "ご来店について\n・10分前からお入りいただけます", "Your visit\n- The doors open ten minutes before"


@pytest.fixture
def visitor(gym: Studio, client: PageClient, at: Callable[[datetime], None], now: datetime) -> Visitor:
    """Somebody with a phone in their hand."""
    return Visitor(client, at, now)


def publish(manager: PageClient, ja: str = JA, en: str = EN, version: int = 1, **more: str) -> int:
    manager.open(PAGE)
    return manager.post(PAGE, data={"text_ja": ja, "text_en": en, "version": version, **more}).status_code


def agreed() -> list[str]:
    """The wordings that visitors agreed to."""
    query = select(Consent.wording).where(Consent.purpose == Purpose.TERMS).order_by(Consent.id)
    return list(db.session.scalars(query))


def test_a_gym_begins_with_the_text_of_before(gym: Studio, visitor: Visitor) -> None:
    first = newest_terms(gym.id, TermsKind.VISIT)
    assert (first.number, first.text_ja, first.text_en) == (1, VISIT_JA, VISIT_EN)
    for language, text, said in (
        ("ja", VISIT_JA, ("第1版（11月24日(火)から）", "日時の変更とキャンセル")),
        ("en", VISIT_EN, ("Version 1, since ", "Moving and cancelling", "you can move it until")),
    ):
        page = visitor.open(f"/book/terms?lang={language}")
        for line, items in laid_out(text):
            assert f"<h2>{line}</h2>" in page
            assert all(f"<li>{item}</li>" in page for item in items)
        assert all(words in page for words in said)


def test_a_new_version_holds_at_once_and_earlier_bookings_keep_theirs(
    gym: Studio, visitor: Visitor, sign_in: SignIn
) -> None:
    visitor.book()
    manager = sign_in(Role.MANAGER)
    assert publish(manager) == 303
    for language, words in (
        ("ja", ("10分前から", "第2版")),
        ("en", ("The doors open ten", "Version 2, since ")),
    ):
        page = manager.get(f"/book/terms?lang={language}").text
        assert all(one in page for one in words)
        assert "暗号化" not in page
        assert "encrypted" not in page
    visitor.book(name="佐藤 一郎", phone="080-1111-2222", mail="ichiro@example.jp")
    assert agreed() == ["visit_terms:1", "visit_terms:2"]
    published = select(AuditLine).where(AuditLine.action == "visit_terms.published")
    line = db.session.scalars(published.order_by(AuditLine.id)).all()[-1]
    assert (line.subject_kind, line.after) == ("visit_terms", {"number": 2})
    for language, words in (("ja", "ご予約時の利用規約 第1版"), ("en", "Terms for visitors, version 1")):
        assert words in manager.open(f"{PAGE}?version=1&lang={language}").text


def test_whoever_has_the_form_open_agrees_to_what_could_be_read_then(
    gym: Studio, visitor: Visitor, sign_in: SignIn
) -> None:
    form = visitor.open("/book/trial/details?at=2026-11-27T01:15Z")
    publish(sign_in(Role.MANAGER))
    visitor.send(form)
    assert agreed() == ["visit_terms:1"]


@pytest.mark.parametrize("typed", ["99", "", "x"])
def test_a_version_that_never_was_is_the_one_that_holds(visitor: Visitor, typed: str) -> None:
    visitor.book(terms_number=typed)
    assert agreed() == ["visit_terms:1"]


def test_a_look_shows_both_languages_and_publishes_nothing(gym: Studio, sign_in: SignIn) -> None:
    manager = sign_in(Role.MANAGER)
    for language, words in (("ja", "公開後の表示"), ("en", "How it will look")):
        manager.open(PAGE)
        typed = {"text_ja": JA, "text_en": EN, "version": 1, "look": "y"}
        page = manager.post(f"{PAGE}?lang={language}", data=typed).text
        look = page.split('id="look"', 1)[1]
        assert words in page
        assert "<li>10分前からお入りいただけます</li>" in look
        assert "<h3>Your visit</h3>" in look
    assert len(terms_versions(gym.id, TermsKind.VISIT)) == 1


def test_each_kind_has_its_own_versions(gym: Studio, sign_in: SignIn) -> None:
    """Members' terms stay as they are, and nobody is told that those were looked at."""
    publish(sign_in(Role.MANAGER))
    assert [one.number for one in terms_versions(gym.id)] == [1]
    assert newest_terms(gym.id).text_ja != JA
    assert Step.TERMS not in start_of(gym, sends_mail=True, has_line=True).done


def test_what_two_write_at_once_and_what_says_nothing_is_refused(gym: Studio, sign_in: SignIn) -> None:
    manager = sign_in(Role.MANAGER)
    assert publish(manager) == 303
    assert publish(manager, ja="別の規約") == 422, "another version was published meanwhile"
    assert publish(manager, version=2) == 422, "it did not change"
    assert publish(manager, en="", version=2) == 422
    assert publish(sign_in(Role.TRAINER), ja="別の規約", version=2) == 403


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", []),
        ("一行だけ", [("一行だけ", [])]),
        ("見出し\n・一\n・二\n\n段落", [("見出し", ["一", "二"]), ("段落", [])]),
        ("- one\n* two\nthree", [("", ["one", "two"]), ("three", [])]),
    ],
)
def test_a_line_with_a_list_below_it_is_its_heading(text: str, parts: list[tuple[str, list[str]]]) -> None:
    assert laid_out(text) == parts
