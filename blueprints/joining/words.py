"""Joining in words."""

from flask_babel import lazy_gettext as _l

from backoffice.joining.doubts import Doubt
from backoffice.joining.models import DiscountKind, TakenFrom

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
