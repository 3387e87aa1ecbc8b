"""A line of the table that the benchmark prints."""

from dataclasses import dataclass


@dataclass
class Result:
    """What was measured; `ratio` is to a reference measured in the same run.

    Of messages, `requests_per_s` says how many went out a second.
    """

    name: str
    ratio: float | None = None
    requests_per_s: float | None = None
    p50_ms: float | None = None
    p95_ms: float | None = None
    statements: int | None = None
    bytes: int | None = None
    target: str = ""
    met: bool = True
