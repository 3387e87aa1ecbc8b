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
    Report(
        "reports.sources",
        N_("Sources and articles"),
        N_("Which sources and articles bring people who become members, and what have they paid so far?"),
    ),
    Report(
        "reports.trainers",
        N_("Trainers"),
        N_(
            "What became of each trainer's trials, do their clients stay, and are sessions written up in time?"
        ),
    ),
    Report(
        "reports.visits",
        N_("Kept, missed and cancelled late"),
        N_("When do guests not come: by how long ahead they booked, reminder, weekday and service?"),
    ),
    Report(
        "reports.hours",
        N_("Utilisation"),
        N_(
            "How much of the time of each trainer was sold, in which hours of the week, and when is a trial free?"
        ),
    ),
    Report(
        "reports.members",
        N_("Members"),
        N_("How many joined and left, and how many of those who joined in a month are still here?"),
    ),
    Report(
        "reports.leaving",
        N_("Who may leave"),
        N_("Which members should somebody talk to now, and why?"),
    ),
    Report(
        "reports.revenue",
        N_("Paid, delivered, owed"),
        N_("What came in, what was given for it, and how many paid sessions are still owed?"),
    ),
    Report(
        "reports.forecast",
        N_("The next three months"),
        N_("What may come in, how sure that is, and how well earlier forecasts would have done"),
    ),
)


HOME = N_("Manager’s page")


def title_of(endpoint: str) -> str:
    """What the page of an endpoint is called: one of the reports, or the manager's page."""
    return next((one.title for one in REPORTS if one.endpoint == endpoint), HOME)


def report_of(endpoint: str) -> Report:
    """The report whose page this is."""
    return next(one for one in REPORTS if one.endpoint == endpoint)
