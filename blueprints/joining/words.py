"""Joining in words."""

from flask_babel import lazy_gettext as _l

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
