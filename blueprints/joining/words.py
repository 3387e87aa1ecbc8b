"""Joining in words."""

from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _l

from backoffice.joining.doubts import Doubt
from backoffice.joining.models import DiscountKind, TakenFrom, TermsKind

KIND_WORDS = {
    DiscountKind.SAME_DAY: _l("Joined on the day of the trial"),
    DiscountKind.REFERRAL: _l("Referred by a member"),
    DiscountKind.FAMILY: _l("Family"),
    DiscountKind.OTHER: _l("Other"),
}
FROM_WORDS = {
    TakenFrom.FEE: _l("the joining fee"),
    TakenFrom.PLAN: _l("the plan (of a month: the first one)"),
}
DOUBT_WORDS = {
    Doubt.NO_TRIAL_THAT_DAY: _l(
        "The discount is for joining on the day of the trial; no trial of theirs is on that day."
    ),
    Doubt.NOBODY_REFERRED: _l("The discount is for a referral; nobody is named who referred them."),
}


class TermsWords(NamedTuple):
    """A kind of terms in the settings: its page, its name, who agreed to what."""

    page: str
    name: Any
    hint: Any


TERMS_WORDS = {
    TermsKind.MEMBERSHIP: TermsWords(
        "joining_house.terms",
        _l("Terms of membership"),
        _l("What was signed keeps its own."),
    ),
    TermsKind.VISIT: TermsWords(
        "joining_house.visit_terms",
        _l("Terms for visitors"),
        _l(
            "Whoever books on the public page agrees to them. "
            "Until when each service can be moved or cancelled is added by itself."
        ),
    ),
}
ITEM_MARKS = ("・", "- ", "* ")


def laid_out(text: str) -> list[tuple[str, list[str]]]:
    """Terms line by line, each with the list items that follow it: a line that begins with a mark is an item."""
    parts: list[tuple[str, list[str]]] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        if not line.startswith(ITEM_MARKS):
            parts.append((line, []))
            continue
        if not parts:
            parts.append(("", []))
        parts[-1][1].append(line[1:].strip())
    return parts
