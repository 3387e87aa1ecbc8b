"""What happens to a product in a storm, beside its workers being killed."""

from pathlib import Path

import psycopg

CANCEL = """
    with gone as (
        update bookings set state = 'CANCELLED', version = version + 1
        where id = (select id from bookings where state = 'BOOKED' order by random() limit 1) returning id
    )
    update messages set state = 'CANCELLED', reason = 'drill', version = version + 1 from gone
    where booking_id = gone.id and (state = 'PLANNED' or (state = 'CLAIMED' and phase <> 'HANDED_OVER'))
      and not exists (select from message_attempts a
                      where a.message_id = messages.id and a.outcome in ('AMBIGUOUS', 'LOST'))
"""
END_BACKENDS = """
    select count(pg_terminate_backend(pid)) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()
"""
SLOW, FAST = -300, 1200
"""Seconds by which the workers' clock is wrong: first nothing is due any more, then everything long since."""


def ask(database_url: str, query: str) -> int:
    """Run a query; the number it returns, if it returns one."""
    address = database_url.replace("postgresql+psycopg://", "postgresql://", 1)
    with psycopg.connect(address, connect_timeout=20) as connection:
        result = connection.execute(query)  # type: ignore[call-overload]
        row = result.fetchone() if result.description else None
        return int(row[0]) if row else 0


def set_clock(file: Path, seconds: int) -> None:
    """Let the clock of every worker jump; a worker reads the file whole or not yet."""
    draft = file.with_suffix(".new")
    draft.write_text(str(seconds))
    draft.rename(file)
