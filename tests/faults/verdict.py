"""The independent check: what the far ends wrote down against what the database says, in plain SQL."""

from collections import Counter
from dataclasses import dataclass, field

import psycopg

from tests.far_ends import journal
from tests.far_ends.processes import FarEnd

ENDS = {"SENT", "UNKNOWN", "FAILED", "CANCELLED"}
QUERY = """
    select m.id, m.state, m.channel, a.address, coalesce(b.state = 'CANCELLED', false)
    from messages m join person_mails a on a.person_id = m.person_id left join bookings b on b.id = m.booking_id
    order by m.id
"""


@dataclass
class Verdict:
    """What was found. `faults` holds a sentence for each broken promise."""

    messages: int = 0
    states: Counter[str] = field(default_factory=Counter)
    duplicates: int = 0
    lost: int = 0
    faults: list[str] = field(default_factory=list)


def judge(
    database_url: str, mail: FarEnd, push: FarEnd, *, planned: int, may_be_unknown: bool = True
) -> Verdict:
    """Compare. Messages are told apart by what only they carry: the address in mails, the id in pushes."""
    by_mail = Counter(str(entry["to"][0]) for entry in journal.read(mail.journal))
    by_push = Counter(int(entry["message"]) for entry in journal.read(push.journal))
    with psycopg.connect(database_url.replace("postgresql+psycopg://", "postgresql://", 1)) as connection:
        rows = connection.execute(QUERY).fetchall()
    verdict = Verdict(messages=len(rows))
    if len(rows) != planned:
        verdict.faults.append(f"{planned} planned, {len(rows)} rows")
    mails = Counter(row[3] for row in rows if row[2] == "mail")
    for message_id, state, channel, address, was_called_off in rows:
        verdict.states[state] += 1
        accepted = by_mail[address] if channel == "mail" else by_push[message_id]
        # A key makes another try harmless, so a push need never stay unknown; unless its booking was called off after
        # an answer was lost: then there is no other try, and nobody can say.
        may_be = may_be_unknown if channel == "mail" else was_called_off
        _judge_one(verdict, f"{channel} message {message_id}", state, accepted, may_be)
    for address, count in mails.items():
        if count > 1:
            verdict.faults.append(f"{count} rows for one cause ({address})")
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
