"""Every report, in the order of the page that lists them: which question it answers."""

from typing import NamedTuple

from backoffice.core.language import N_


class Report(NamedTuple):
    """A page of its own, what it is called, and what it is asked."""

    endpoint: str
    title: str
    question: str


REPORTS = (
    Report(
        "reports.funnel",
        N_("From enquiry to member"),
        N_("How many of those who enquired or tried became members, and who is still deciding?"),
    ),
)


def report_of(endpoint: str) -> Report:
    """The report whose page this is."""
    return next(one for one in REPORTS if one.endpoint == endpoint)
