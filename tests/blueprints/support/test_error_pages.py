"""Refusals and faults: a calm sentence in the reader's language with the way back, never a trace, never the record."""

from datetime import datetime

import pytest

from backoffice.core.db import db
from backoffice.staff.models import Staff
from tests.pages import PageClient


@pytest.mark.parametrize(("language", "heading"), [("ja", "何もありません"), ("en", "Nothing here")])
def test_an_unknown_address_says_so_in_both_languages(
    client: PageClient, desk: Staff, language: str, heading: str
) -> None:
    answer = client.get(f"/no-such-page?lang={language}")
    assert answer.status_code == 404
    assert heading in answer.text
    assert 'href="/sign-in"' in answer.text


def test_scripts_get_json_and_htmx_gets_a_fragment(client: PageClient, desk: Staff) -> None:
    told = client.get("/no-such-page?lang=en", headers={"Accept": "application/json"})
    assert told.get_json()["error"].startswith("This page does not exist.")
    piece = client.get("/no-such-page?lang=en", headers={"HX-Request": "true"})
    assert "<html" not in piece.text
    assert "This page does not exist." in piece.text


def test_the_wrong_method_names_the_right_ones(client: PageClient, desk: Staff) -> None:
    answer = client.delete("/sign-in", headers={"X-CSRFToken": "x"})
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS, POST"


def test_a_fault_of_ours_shows_no_trace_and_writes_nothing(
    client: PageClient, desk: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*args: object, **kwargs: object) -> None:
        desk.name = "half written"
        db.session.flush()
        raise RuntimeError("secret detail")

    monkeypatch.setattr("blueprints.staff.signing.proving.sign_in", breaks)
    client.get("/sign-in?lang=en")
    answer = client.post("/sign-in?lang=en", data={"email": "a@b.example", "password": "x"})
    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    assert "Traceback" not in answer.text
    assert "Something went wrong on our side" in answer.text
    db.session.refresh(desk)
    assert desk.name != "half written"


def test_when_even_the_error_page_breaks_something_is_said(
    client: PageClient, desk: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*args: object, **kwargs: object) -> str:
        raise RuntimeError("no templates")

    monkeypatch.setattr("blueprints.staff.signing.render_template", breaks)
    monkeypatch.setattr("blueprints.support.error_pages.render_template", breaks)
    answer = client.get("/sign-in")
    assert answer.status_code == 500
    assert "Sorry" in answer.text


def test_a_route_without_a_policy_is_refused(
    client: PageClient, desk: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(client.application.view_functions, "root.show", lambda: "open to all")
    assert client.get("/").status_code == 403


def test_an_old_form_comes_back_with_what_was_typed(client: PageClient, desk: Staff, now: datetime) -> None:
    client.enter(desk, now=now)
    client.set_cookie("language", "en")
    typed = {"csrf_token": "old", "language": "en", "note": "長いメモ", "password": "do-not-repeat-me"}
    own = client.post("/account/language", data=dict(typed), headers={"Sec-Fetch-Site": "same-origin"})
    assert own.status_code == 400
    assert 'value="長いメモ"' in own.text
    assert "do-not-repeat-me" not in own.text
    assert client.post("/account/language", data={"language": "en", "note": "長いメモ"}).status_code == 303
    client.csrf = ""
    foreign = client.post("/account/language", data=dict(typed), headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 400
    assert "長いメモ" not in foreign.text
