"""Two more playbooks to begin with, for every studio: tickets low or ending, and the end of a freeze. Both are off."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

STARTERS = (
    (
        "TICKETS_LOW", "回数券の残りわずか・期限前", "Tickets low or ending", ["OPTED_OUT", "GATE_OPEN", "REPLIED"],
        ((1, "tickets_low", ""), (10, None, "Ask about more tickets or another plan")),
    ),
    (
        "FREEZE_ENDING", "休会の終了前", "Before a freeze ends", ["BOOKED", "REPLIED"],
        ((0, "freeze_ending", ""), (15, None, "Ask when they come again")),
    ),
)  # fmt: skip
NEW = {"entries": [entry for entry, *_rest in STARTERS], "kinds": ["tickets_low", "freeze_ending"]}


def upgrade() -> None:
    for entry, name_ja, name_en, stops, steps in STARTERS:
        op.get_bind().execute(
            sa.text(
                "insert into playbooks (studio_id, entry, name_ja, name_en, stops, is_on, created_at, version)"
                " select id, :entry, :name_ja, :name_en, cast(:stops as text[]), false, now(), 1 from studios"
            ),
            {"entry": entry, "name_ja": name_ja, "name_en": name_en, "stops": stops},
        )
        for days, kind, task in steps:
            op.get_bind().execute(
                sa.text(
                    "insert into playbook_steps (playbook_id, days, at, deed, kind, task, version)"
                    " select id, :days, '11:00', :deed, :kind, :task, 1 from playbooks where entry = :entry"
                ),
                {
                    "entry": entry,
                    "days": days,
                    "deed": "MESSAGE" if kind else "TASK",
                    "kind": kind,
                    "task": task,
                },
            )


def downgrade() -> None:
    """What these playbooks sent and asked for is lost with them, and steps of other playbooks that send their messages."""
    for statement in (
        "create temporary table going_runs on commit drop as select id from playbook_runs"
        " where playbook_id in (select id from playbooks where entry = any(:entries))",
        "create temporary table going_messages on commit drop as select id from messages"
        " where kind = any(:kinds) or run_id in (select id from going_runs)",
        "update todos set message_id = null where message_id in (select id from going_messages)",
        "delete from todos where run_id in (select id from going_runs)",
        "update conversation_entries set message_id = null where message_id in (select id from going_messages)",
        "delete from message_attempts where message_id in (select id from going_messages)",
        "delete from text_failures where message_id in (select id from going_messages)",
        "delete from messages where id in (select id from going_messages)",
        "delete from message_roads where kind = any(:kinds)",
        "delete from message_templates where kind = any(:kinds)",
        "delete from playbook_runs where id in (select id from going_runs)",
        "delete from playbook_steps where kind = any(:kinds)"
        " or playbook_id in (select id from playbooks where entry = any(:entries))",
        "delete from playbooks where entry = any(:entries)",
    ):
        op.get_bind().execute(sa.text(statement), NEW)
