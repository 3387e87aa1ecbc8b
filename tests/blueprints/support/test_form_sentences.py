"""What a form says of something that cannot be used: one polite sentence of the house, numbers as people write them."""

import inspect
import re
from collections.abc import Callable

import pytest
from wtforms import validators
from wtforms.fields import choices, datetime, numeric

from backoffice.staff.models import Role
from blueprints.support.form_sentences import SENTENCES
from tests.pages import PageClient


@pytest.mark.parametrize(
    ("typed", "english", "japanese"),
    [
        ("abc", "Please enter a whole number.", "整数で入力してください。"),
        ("", "Please fill this in.", "入力してください。"),
        ("-1", "Please enter a number from 0 to 1,000,000.", "0から1,000,000までの数を入力してください。"),
    ],
)
def test_a_field_says_one_thing_in_the_words_of_the_house(
    sign_in: Callable[..., PageClient], typed: str, english: str, japanese: str
) -> None:
    manager = sign_in(Role.MANAGER)
    for language, sentence in (("en", english), ("ja", japanese)):
        manager.set_cookie("language", language)
        manager.get("/settings/joining")
        answer = manager.post("/settings/joining", data={"joining_fee_yen": typed, "version": "1"})
        assert answer.status_code == 422
        (said,) = re.findall(r'id="joining_fee_yen-error">.*?<span>(.*?)</span>', answer.text, re.DOTALL)
        assert said == sentence


def test_the_library_still_says_what_we_replace() -> None:
    """A sentence the library renames would come through in its own words."""
    said = "".join(inspect.getsource(module) for module in (validators, choices, datetime, numeric))
    assert [sentence for sentence in SENTENCES if sentence not in said] == []
