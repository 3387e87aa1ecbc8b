"""Names of rows, numbers and outcomes of the reports in the reader's language."""

from flask_babel import gettext as _

from backoffice.reports.entries import JOINED, LOST, OPEN, Basis, Grouping
from backoffice.reports.funnel import Bucket
from backoffice.reports.home import Count
from backoffice.reports.pace import COUNTED, MONEY
from backoffice.reports.pooling import Against
from backoffice.reports.trainers import Number


def group_names() -> dict[Grouping, str]:
    """What a row of the table stands for."""
    return {
        Grouping.MONTH: _("Month"),
        Grouping.SOURCE: _("Source"),
        Grouping.ARTICLE: _("Article"),
        Grouping.TRAINER: _("Trainer"),
        Grouping.SERVICE: _("Service"),
    }


def basis_names() -> dict[Basis, str]:
    """What lets a person enter."""
    return {
        Basis.TRIAL: _("By month of trial held"),
        Basis.ENQUIRY: _("By month of enquiry"),
        Basis.COUNSELLING: _("By month of counselling held"),
    }


def bucket_names() -> dict[Bucket, str]:
    """Which people a list shows."""
    return {
        Bucket.ALL: _("Everybody"),
        Bucket.TRIALLED: _("Trial held"),
        Bucket.JOINED: _("Joined"),
        Bucket.SAME_DAY: _("Joined on the day of the trial"),
        Bucket.WITHIN_WEEK: _("Joined within 7 days"),
        Bucket.LOST: _("Not this time"),
        Bucket.OPEN: _("Still open"),
    }


def outcome_names() -> dict[str, str]:
    """What became of a person."""
    return {JOINED: _("Joined"), LOST: _("Not this time"), OPEN: _("Still open")}


def number_names() -> dict[Number, str]:
    """What a number of the trainers' page counts."""
    return {
        Number.CAME: _("Clients who came before the period"),
        Number.STAYED: _("Clients who still come"),
        Number.HELD: _("Sessions held"),
        Number.IN_TIME: _("Sessions written up within 24 hours"),
    }


def against_words() -> dict[Against, str]:
    """How a trainer stands to all together."""
    return {
        Against.WITHIN_CHANCE: _("The difference from all together is no more than chance makes."),
        Against.ABOVE: _("More than chance alone makes; look at what kind of trials they held."),
        Against.BELOW: _("Less than chance alone makes; look at what kind of trials they held."),
    }


def goal_names() -> dict[str, str]:
    """What a goal of a month is about."""
    return {**{name: count_names()[count] for name, count in COUNTED.items()}, MONEY: _("Money received")}


def count_names() -> dict[Count, str]:
    """What a number of the first page counts."""
    return {
        Count.ENQUIRIES: _("Enquiries"),
        Count.TRIALS: _("Trials held"),
        Count.JOINED: _("Joined"),
        Count.NO_SHOWS: _("No-shows"),
        Count.LATE_CANCELS: _("Late cancels"),
        Count.SESSIONS: _("Sessions held"),
        Count.UNDECIDED: _("Visits without an outcome"),
        Count.OVERDUE_TASKS: _("Tasks overdue"),
        Count.OVERDUE_MONEY: _("Invoices overdue"),
        Count.RECEIVED: _("Money received"),
    }
