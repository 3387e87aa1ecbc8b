"""The frame that all reports share: question, months, filters, figures, chart, table, and how it is counted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template
from flask_babel import gettext as _

from blueprints.reports.asked import Asked, comparison_names, show_period
from blueprints.reports.catalogue import report_of
from blueprints.support.clock import now


@dataclass(frozen=True)
class Box:
    """A select box of the filters. `everything` is the word for no filter; None when one must be chosen."""

    name: str
    label: str
    options: Sequence[tuple[str, str]]
    chosen: str = ""
    everything: str | None = None


def report_page(
    template: str,
    asked: Asked,
    boxes: Iterable[Box] = (),
    *,
    table: str = "",
    **values: Any,
) -> str:
    """A page that extends `reports/_frame.html`; `boxes` are the filters of this report alone, `table` is the
    endpoint that hands out the table shown as a file.
    """
    shown = list(boxes)
    return render_template(
        template,
        asked=asked,
        report=report_of(asked.endpoint),
        boxes=shown,
        chosen_words=_chosen(asked, shown),
        table=table,
        comparison_names=comparison_names(),
        printed_at=now(),
        **values,
    )


def _chosen(asked: Asked, boxes: Sequence[Box]) -> list[str]:
    """What is asked, in words: paper has no form."""
    words = [show_period(asked.period)]
    if asked.compared is not None:
        words.append(_("compared with %(months)s", months=show_period(asked.compared)))
    for box in boxes:
        chosen = next((text for value, text in box.options if value == box.chosen), "")
        if box.everything is not None and box.chosen and chosen:
            words.append(f"{box.label}: {chosen}")
    return words
