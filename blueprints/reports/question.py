"""The question of the funnel, read from its address: whose entry counts, which people, in which rows, which number."""

from dataclasses import dataclass

from backoffice.reports.entries import Basis, Filters, Grouping
from backoffice.reports.funnel import Bucket
from blueprints.reports.asked import Asked, read_asked, read_choice, read_number, read_text
from blueprints.support.studio import current_studio

NONE = "-"
"""In an address: those who have no article (source, trainer, service)."""


@dataclass(frozen=True)
class Question:
    """What the address asks: which people, in which rows, and (for the list) which number."""

    asked: Asked
    filters: Filters
    grouping: Grouping
    bucket: Bucket

    def address(self, **changes: object) -> dict[str, str]:
        """Query parameters that ask the same with `changes`; None leaves a parameter out."""
        return self.asked.address(**changes)

    def row_address(self, key: str, bucket: Bucket) -> dict[str, str]:
        """Where the people behind one number of one row are listed."""
        if self.grouping == Grouping.MONTH:
            return self.address(**{"from": key[:7], "to": key[:7], "bucket": bucket.value})
        name = self.grouping.value
        value = NONE if key in {"", "0"} else key
        return self.address(**{name: value, "bucket": bucket.value})


def read_question() -> Question:
    """Read the address; what makes no sense falls back to the trials of the last twelve months."""
    studio = current_studio()
    basis = read_choice(Basis, "basis", Basis.TRIAL)
    grouping = read_choice(Grouping, "group", Grouping.MONTH)
    own = {name: read_text(name) for name in ("source", "article", "service")}
    trainer_id = 0 if read_text("trainer") == NONE else read_number("trainer")
    trainer = None if trainer_id is None else str(trainer_id or NONE)
    everything = {"basis": basis.value, "group": grouping.value, **own, "trainer": trainer}
    asked = read_asked("reports.funnel", everything, of_visits=True)
    filters = Filters(
        studio_id=studio.id,
        zone=studio.zone,
        period=asked.period,
        basis=basis,
        source=_meant(own["source"]),
        article=_meant(own["article"]),
        trainer_id=trainer_id,
        service=_meant(own["service"]),
        is_kept=asked.counted.is_kept,
    )
    return Question(asked, filters, grouping, read_choice(Bucket, "bucket", Bucket.ALL))


def _meant(value: str | None) -> str | None:
    return "" if value == NONE else value
