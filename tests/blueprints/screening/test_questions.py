"""The manager edits the questions; what was answered keeps its own."""

import re
from collections.abc import Callable

from backoffice.screening.queries import newest_version, versions
from backoffice.screening.starting import QUESTIONS
from backoffice.staff.models import Role
from backoffice.studio.models import Studio
from tests.pages import PageClient

SignIn = Callable[..., PageClient]
ADDRESS = "/settings/health-check"


def sent(**changes: str) -> dict[str, str]:
    """The form as it is shown, with something changed."""
    values = {"version": "1"}
    for place, one in enumerate(QUESTIONS):
        values |= {
            f"questions-{place}-key": one.key, f"questions-{place}-ja": one.ja,
            f"questions-{place}-en": one.en, f"questions-{place}-position": str(place + 1),
        }  # fmt: skip
    return {**values, **changes}


NEW = {
    "questions-12-ja": "よく眠れていますか。", "questions-12-en": "Do you sleep well?", "questions-12-position": "1",
}  # fmt: skip


def test_a_new_question_comes_first_and_one_is_not_asked_any_more(gym: Studio, sign_in: SignIn) -> None:
    client = sign_in(Role.MANAGER)
    page = client.get(ADDRESS).text
    assert QUESTIONS[0].en in page
    assert re.search(r'href="/settings" aria-current="page"', page), "the menu says where we are"
    changes = {**NEW, "questions-0-position": "2", "questions-1-leave_out": "y"}
    assert client.post(ADDRESS, data=sent(**changes)).status_code == 303
    asked = newest_version(gym.id)
    assert [row["key"] for row in asked.questions[:3]] == ["q1", "heart", "dizzy"]
    assert (asked.number, len(asked.questions)) == (2, 12)
    assert "第2版" in client.get(ADDRESS).text
    assert QUESTIONS[1].ja in client.get(f"{ADDRESS}?version=1").text, "the older version can be read"
    assert client.get(f"{ADDRESS}?version=9").status_code == 404


def test_a_key_is_never_given_to_another_question(gym: Studio, sign_in: SignIn) -> None:
    client = sign_in(Role.MANAGER)
    client.get(ADDRESS)
    client.post(ADDRESS, data=sent(**NEW))
    client.get(ADDRESS)
    other = {**NEW, "questions-12-ja": "お酒は飲みますか。", "questions-12-en": "Do you drink?"}
    client.post(ADDRESS, data=sent(**other, version="2"))
    keys = [{row["key"] for row in one.questions} for one in versions(gym.id)]
    assert "q1" not in keys[0]
    assert "q2" in keys[0]


def test_half_a_question_nothing_changed_and_an_old_form_are_refused(gym: Studio, sign_in: SignIn) -> None:
    client = sign_in(Role.MANAGER)
    for changes, status in (
        ({**NEW, "questions-12-en": ""}, 422),
        ({}, 422),
        ({**NEW, "version": "7"}, 409),
        ({f"questions-{place}-leave_out": "y" for place in range(12)}, 422),
    ):
        client.get(ADDRESS)
        assert client.post(ADDRESS, data=sent(**changes)).status_code == status
    assert len(versions(gym.id)) == 1


def test_a_question_without_its_words_is_pointed_at_and_never_dropped_in_silence(
    gym: Studio, sign_in: SignIn
) -> None:
    client = sign_in(Role.MANAGER)
    client.get(ADDRESS)
    page = client.post(ADDRESS, data=sent(**{"questions-2-ja": " ", "questions-2-en": ""}))
    assert page.status_code == 422
    for field in ("ja", "en"):
        assert f'<a href="#questions-2-{field}">3. ' in page.text
    assert "questions-1-ja-error" not in page.text
    assert len(versions(gym.id)) == 1


def test_a_trainer_does_not_edit_them(gym: Studio, sign_in: SignIn) -> None:
    assert sign_in(Role.TRAINER).get(ADDRESS).status_code == 403
