"""The independent check: what the far ends wrote down against what the database says, in plain SQL."""

from collections import Counter
from dataclasses import dataclass, field

import psycopg

from tests.far_ends import journal
from tests.far_ends.processes import FarEnd

ENDS = {"SENT", "UNKNOWN", "FAILED", "CANCELLED"}
QUERY = """
    select m.id, m.state, m.channel, m.retry_key::text, m.kind || m.person_id,
        coalesce(b.state = 'CANCELLED', false)
        or exists (select from message_attempts a where a.message_id = m.id and a.outcome = 'NEVER')
    from messages m left join bookings b on b.id = m.booking_id
    order by m.id
"""


@dataclass
class Verdict:
    """What was found. `faults` holds a sentence for each broken promise."""

    messages: int = 0
    states: Counter[str] = field(default_factory=Counter)
    by_line: int = 0
    duplicates: int = 0
    lost: int = 0
    faults: list[str] = field(default_factory=list)


def judge(
    database_url: str, mail: FarEnd, line: FarEnd, *, planned: int, may_be_unknown: bool = True
) -> Verdict:
    """Compare. A message is told apart by its key, which LINE is given and a mail carries in its Message-ID."""
    taken = Counter(str(entry["message_id"])[1:].partition("@")[0] for entry in journal.read(mail.journal))
    taken += Counter(str(entry["key"]) for entry in journal.read(line.journal))
    with psycopg.connect(database_url.replace("postgresql+psycopg://", "postgresql://", 1)) as connection:
        rows = connection.execute(QUERY).fetchall()
    verdict = Verdict(messages=len(rows))
    if len(rows) != planned:
        verdict.faults.append(f"{planned} planned, {len(rows)} rows")
    for message_id, state, channel, key, _cause, was_ended in rows:
        verdict.states[state] += 1
        verdict.by_line += channel == "line"
        # A key makes another try harmless, so a push need never stay unknown; unless its booking was called off, or
        # LINE said no, after an answer was lost: then there is no other try, and nobody can say.
        may_be = may_be_unknown if channel == "mail" else was_ended
        _judge_one(verdict, f"{channel} message {message_id}", state, taken.pop(key, 0), may_be)
    for key in taken:
        verdict.faults.append(f"somebody got a message under a key that no row has ({key})")
    for cause, count in Counter(row[4] for row in rows).items():
        if count > 1:
            verdict.faults.append(f"{count} rows for one cause ({cause})")
    return verdict


def _judge_one(verdict: Verdict, name: str, state: str, accepted: int, may_be_unknown: bool) -> None:
    if accepted > 1:
        verdict.duplicates += 1
        verdict.faults.append(f"{name} was accepted {accepted} times")
    if state not in ENDS:
        verdict.lost += 1
        verdict.faults.append(f"{name} is left {state}")
    if state == "SENT" and accepted == 0:
        verdict.lost += 1
        verdict.faults.append(f"{name} is called sent and never arrived")
    if state in {"FAILED", "CANCELLED"} and accepted:
        verdict.faults.append(f"{name} is called {state} and arrived")
    if state == "UNKNOWN" and not may_be_unknown:
        verdict.faults.append(f"{name} is unknown without need")
