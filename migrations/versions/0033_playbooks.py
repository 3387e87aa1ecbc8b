"""Playbooks: their steps, who is in them, and which step a message or a task comes from.

The three fixed follow-ups become playbooks that are on; whoever has such a message is in (or was), so nobody gets it
a second time.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

LEAD_STOPS = ["JOINED", "LOST", "BOOKED", "OPTED_OUT"]
MEMBER_STOPS = ["BOOKED", "OPTED_OUT", "GATE_OPEN"]
STARTERS = (
    ("COUNSELLED", "カウンセリング後（体験未予約）", "After counselling, no trial booked", LEAD_STOPS, True),
    ("TRIALLED", "体験後（入会前）", "After the trial, not joined", LEAD_STOPS, True),
    ("NO_SHOW", "ご来店がなかったとき", "After a no-show", LEAD_STOPS, True),
    ("NO_NEXT_BOOKING", "次回予約のない会員", "Members without a next booking", MEMBER_STOPS, False),
    ("QUIET", "14日ご来店のない会員", "Members quiet for 14 days", MEMBER_STOPS, False),
    (
        "SHEET_EXPIRING",
        "健康チェックシートの期限前",
        "Health check sheet running out",
        [],
        False,
    ),
    ("CHECK_IN_UNANSWERED", "体調・食事の記録が未回答", "Check-in unanswered", [], False),
    ("JOINED", "入会から1か月", "The first month of a member", ["OPTED_OUT", "GATE_OPEN"], False),
)
STEPS = (
    ("COUNSELLED", 3, "after_counselling", ""),
    ("TRIALLED", 2, "after_trial", ""),
    ("NO_SHOW", 1, "after_no_show", ""),
    ("NO_NEXT_BOOKING", 3, "no_next_booking", ""),
    ("QUIET", 0, None, "Call and ask how they are"),
    ("QUIET", 7, "missed_you", ""),
    ("SHEET_EXPIRING", 0, "sheet_expiring", ""),
    ("SHEET_EXPIRING", 21, "sheet_expiring", ""),
    ("CHECK_IN_UNANSWERED", 3, "care_reminded", ""),
    ("JOINED", 7, "first_month", ""),
    ("JOINED", 14, None, "Ask how the training feels"),
    ("JOINED", 28, None, "Talk about how to go on"),
)
NEW_KINDS = ["no_next_booking", "missed_you", "first_month", "sheet_expiring", "care_reminded"]


def upgrade() -> None:
    """Make the tables, give every studio its playbooks, and put those who have a follow-up into theirs."""
    _make_tables()
    op.add_column(
        "studios", sa.Column("follow_ups_a_week", sa.SmallInteger, nullable=False, server_default="2")
    )
    for table in ("messages", "todos"):
        op.add_column(table, sa.Column("run_id", sa.BigInteger, sa.ForeignKey("playbook_runs.id")))
        op.add_column(table, sa.Column("step_id", sa.BigInteger, sa.ForeignKey("playbook_steps.id")))
    has_run = sa.text("run_id is not null")
    op.create_index("ix_messages_run_id", "messages", ["run_id", "step_id"], postgresql_where=has_run)
    op.create_index("uq_todos_step", "todos", ["run_id", "step_id"], unique=True, postgresql_where=has_run)
    op.execute("select not_for_merged_people('playbook_runs', 'person_id')")
    _add_starters()
    _bring_in()


def downgrade() -> None:
    """Follow-ups that wait stay as the fixed ones they were; tasks and messages that were none are lost."""
    for statement in (
        "update todos set message_id = null from messages where messages.id = message_id and messages.kind = any(:new)",
        "delete from message_attempts using messages where messages.id = message_id and messages.kind = any(:new)",
        "delete from messages where kind = any(:new)",
    ):
        op.get_bind().execute(sa.text(statement), {"new": NEW_KINDS})
    op.execute("delete from todos where run_id is not null")
    for table, index in (("messages", "ix_messages_run_id"), ("todos", "uq_todos_step")):
        op.drop_index(index, table)
        op.drop_column(table, "step_id")
        op.drop_column(table, "run_id")
    op.drop_column("studios", "follow_ups_a_week")
    op.drop_table("playbook_runs")
    op.drop_table("playbook_steps")
    op.drop_table("playbooks")


def _make_tables() -> None:
    op.create_table(
        "playbooks",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("studio_id", sa.BigInteger, sa.ForeignKey("studios.id"), nullable=False),
        sa.Column("entry", sa.Text, nullable=False),
        sa.Column("name_ja", sa.Text, nullable=False),
        sa.Column("name_en", sa.Text, nullable=False),
        sa.Column("stops", postgresql.ARRAY(sa.Text), nullable=False),
        sa.Column("is_on", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True)),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_table(
        "playbook_steps",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("playbook_id", sa.BigInteger, sa.ForeignKey("playbooks.id"), nullable=False),
        sa.Column("days", sa.SmallInteger, nullable=False),
        sa.Column("at", sa.Time, nullable=False),
        sa.Column("deed", sa.Text, nullable=False),
        sa.Column("kind", sa.Text),
        sa.Column("task", sa.Text, nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True)),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint("days between 0 and 365", name="days"),
        sa.CheckConstraint(
            "(deed = 'MESSAGE' and kind is not null and task = '') or (deed = 'TASK' and kind is null and task <> '')",
            name="deed",
        ),
    )
    op.create_index("ix_playbook_steps_playbook_id", "playbook_steps", ["playbook_id"])
    op.create_table(
        "playbook_runs",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("playbook_id", sa.BigInteger, sa.ForeignKey("playbooks.id"), nullable=False),
        sa.Column("person_id", sa.BigInteger, sa.ForeignKey("people.id"), nullable=False),
        sa.Column("lead_id", sa.BigInteger, sa.ForeignKey("leads.id")),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("ended_why", sa.Text, nullable=False),
        sa.UniqueConstraint("playbook_id", "person_id", "entered_at"),
    )
    op.create_index("ix_playbook_runs_person_id", "playbook_runs", ["person_id"])
    op.create_index(
        "ix_playbook_runs_live",
        "playbook_runs",
        ["playbook_id"],
        postgresql_where=sa.text("ended_at is null"),
    )


def _add_starters() -> None:
    connection = op.get_bind()
    for entry, name_ja, name_en, stops, is_on in STARTERS:
        connection.execute(
            sa.text(
                "insert into playbooks (studio_id, entry, name_ja, name_en, stops, is_on, created_at, version)"
                " select id, :entry, :name_ja, :name_en, cast(:stops as text[]), :is_on, now(), 1 from studios"
            ),
            {"entry": entry, "name_ja": name_ja, "name_en": name_en, "stops": stops, "is_on": is_on},
        )
    for entry, days, kind, task in STEPS:
        connection.execute(
            sa.text(
                "insert into playbook_steps (playbook_id, days, at, deed, kind, task, version)"
                " select id, :days, '11:00', :deed, :kind, :task, 1 from playbooks where entry = :entry"
            ),
            {"entry": entry, "days": days, "deed": "TASK" if task else "MESSAGE", "kind": kind, "task": task},
        )


def _bring_in() -> None:
    """A run for each lead and event that a follow-up was planned for; live while its message still waits.

    The key of such a message ends with the second of its event. Where the lead still stands there, the event is that
    very instant.
    """
    op.execute(
        """
        create temporary table brought_in on commit drop as
        select distinct on (message.id) message.id as message_id, playbook.id as playbook_id, step.id as step_id,
               message.person_id, message.lead_id, message.created_at,
               case when abs(extract(epoch from lead.stage_since) - event.at) < 1 then lead.stage_since
                    else to_timestamp(event.at) end as entered_at,
               case when message.state in ('PLANNED', 'CLAIMED', 'HELD_FOR_REVIEW') then null
                    else coalesce(message.ended_at, message.send_at) end as ended_at
        from messages message
        join playbook_steps step on step.kind = message.kind
        join playbooks playbook on playbook.id = step.playbook_id and playbook.studio_id = message.studio_id
        join leads lead on lead.id = message.lead_id
        cross join lateral (select split_part(message.dedupe_key, ':', 4)::bigint as at) event
        where message.kind in ('after_counselling', 'after_trial', 'after_no_show')
          and message.dedupe_key ~ '^[a-z_]+:lead:[0-9]+:[0-9]+(:|$)' and message.person_id is not null
        """
    )
    op.execute(
        """
        insert into playbook_runs (playbook_id, person_id, lead_id, entered_at, started_at, ended_at, ended_why)
        select distinct on (playbook_id, person_id, entered_at)
               playbook_id, person_id, lead_id, entered_at, created_at, ended_at, ''
        from brought_in order by playbook_id, person_id, entered_at, ended_at desc nulls first
        """
    )
    op.execute(
        """
        update messages set run_id = run.id, step_id = brought_in.step_id
        from brought_in join playbook_runs run using (playbook_id, person_id, entered_at)
        where messages.id = brought_in.message_id
        """
    )
