"""A stamp on the studio that changes with anything of its set-up, so that web processes know when to read it anew."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

PARTS = {
    "services": "update",
    "rooms": "update",
    "opening_hours": "update",
    "special_days": "update",
    "trainers": "update",
    "shifts": "update",
    "lead_sources": "update",
    "lost_reasons": "update",
    "plans": "update",
    "staff": "update of studio_id, name, name_en, roles, state",  # a new password changes nothing that pages list
}


def upgrade() -> None:
    """Every studio gets a stamp; triggers renew it, so no path can forget to."""
    op.execute("alter table studios add column setup_stamp uuid not null default gen_random_uuid()")
    op.execute(
        "create function renew_setup_stamp() returns trigger language plpgsql as"
        " $$ begin new.setup_stamp := gen_random_uuid(); return new; end $$"
    )
    op.execute(
        "create function setup_changed() returns trigger language plpgsql as"
        " $$ begin update studios set setup_stamp = gen_random_uuid(); return null; end $$"
    )
    op.execute(
        "create trigger setup_changed before update on studios for each row execute function renew_setup_stamp()"
    )
    for table, update in PARTS.items():
        op.execute(
            f"create trigger setup_changed after insert or delete or {update} on {table}"
            " for each statement execute function setup_changed()"
        )


def downgrade() -> None:
    """The stamp carries no data of the gym."""
    for table in ("studios", *PARTS):
        op.execute(f"drop trigger setup_changed on {table}")
    op.execute("drop function setup_changed()")
    op.execute("drop function renew_setup_stamp()")
    op.execute("alter table studios drop column setup_stamp")
