"""Tickets: a ledger that is only added to, services that use them, packs that end, a late cancel forgiven once a month."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

KINDS = (
    "case kind"
    " when 'GRANT' then free > 0 and reserved = 0 and used = 0"
    " when 'RESERVE' then free = -1 and reserved = 1 and used = 0 and participant_id is not null"
    " when 'USE' then free = 0 and reserved = -1 and used = 1 and participant_id is not null"
    " when 'RETURN' then free = 1 and reserved = -1 and used = 0 and participant_id is not null"
    " when 'EXPIRE' then free < 0 and reserved = 0 and used = 0"
    " when 'EXTEND' then free = 0 and reserved = 0 and used = 0 and expires_on is not null"
    " when 'REFUND' then free < 0 and reserved = 0 and used = 0"
    " when 'ADJUST' then free <> 0 and reserved = 0 and used = 0"
    " else kind = 'REVERSE' and reverses_id is not null end"
)
# One writer at a time for each grant: whoever comes second counts what the first has written. Nothing below zero, and a
# guest has one ticket for a visit at most.
HOLDS = """
create function ticket_entry_holds() returns trigger language plpgsql as $$
declare free_now int; reserved_now int; used_now int;
begin
  perform 1 from ticket_grants where id = new.grant_id for no key update;
  select coalesce(sum(free), 0) + new.free, coalesce(sum(reserved), 0) + new.reserved,
         coalesce(sum(used), 0) + new.used
    into free_now, reserved_now, used_now from ticket_entries where grant_id = new.grant_id;
  if least(free_now, reserved_now, used_now) < 0 then
    raise exception 'a grant of tickets cannot owe less than nothing'
      using errcode = 'check_violation', constraint = 'ticket_entries_never_negative';
  end if;
  if new.participant_id is not null then
    select coalesce(sum(reserved), 0) + new.reserved, coalesce(sum(used), 0) + new.used
      into reserved_now, used_now from ticket_entries where participant_id = new.participant_id;
    if reserved_now not in (0, 1) or used_now not in (0, 1) or reserved_now + used_now > 1 then
      raise exception 'a visit takes one ticket at most'
        using errcode = 'check_violation', constraint = 'ticket_entries_one_a_visit';
    end if;
  end if;
  return new;
end $$
"""
# A typed note may be taken out (a person can ask to be erased); all else stands for good.
STAYS = """
create function ticket_entry_stays() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' then
    if new.note is null and (to_jsonb(new) - 'note') = (to_jsonb(old) - 'note') then
      return new;
    end if;
  end if;
  raise exception 'the ticket ledger is only added to';
end $$
"""

# Who it belongs to may change (two people turn out to be one); what was given may not.
GRANT_STAYS = """
create function ticket_grant_stays() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' then
    if (to_jsonb(new) - 'person_id') = (to_jsonb(old) - 'person_id') then
      return new;
    end if;
  end if;
  raise exception 'what was given stays as it was given';
end $$
"""


def upgrade() -> None:
    """Empty tables; sessions of the kind SESSION use tickets from now on."""
    op.create_table(
        "ticket_grants",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("studio_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("membership_id", sa.BigInteger(), nullable=True),
        sa.Column("name_ja", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("unit_price_yen", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.CheckConstraint("unit_price_yen >= 0", name=op.f("ck_ticket_grants_price")),
        sa.ForeignKeyConstraint(["studio_id"], ["studios.id"], name=op.f("fk_ticket_grants_studio_id_studios")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_ticket_grants_person_id_people")),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["memberships.id"], name=op.f("fk_ticket_grants_membership_id_memberships")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_grants")),
    )  # fmt: skip
    op.create_index("ix_ticket_grants_person_id", "ticket_grants", ["person_id", "id"])
    op.create_index(
        "uq_ticket_grants_membership", "ticket_grants", ["membership_id", "valid_from"], unique=True
    )
    op.create_table(
        "ticket_entries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("grant_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("free", sa.SmallInteger(), nullable=False),
        sa.Column("reserved", sa.SmallInteger(), nullable=False),
        sa.Column("used", sa.SmallInteger(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("participant_id", sa.BigInteger(), nullable=True),
        sa.Column("reverses_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.CheckConstraint(KINDS, name=op.f("ck_ticket_entries_kind")),
        sa.ForeignKeyConstraint(
            ["grant_id"], ["ticket_grants.id"], name=op.f("fk_ticket_entries_grant_id_ticket_grants")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participants.id"], name=op.f("fk_ticket_entries_participant_id_participants")
        ),
        sa.ForeignKeyConstraint(
            ["reverses_id"], ["ticket_entries.id"], name=op.f("fk_ticket_entries_reverses_id_ticket_entries")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_entries")),
    )  # fmt: skip
    op.create_index("ix_ticket_entries_grant_id", "ticket_entries", ["grant_id", "id"])
    op.create_index("ix_ticket_entries_participant_id", "ticket_entries", ["participant_id"])
    op.create_index("uq_ticket_entries_reverses_id", "ticket_entries", ["reverses_id"], unique=True)
    op.execute(HOLDS)
    op.execute(
        "create trigger holds before insert on ticket_entries for each row execute function ticket_entry_holds()"
    )
    op.execute(STAYS)
    op.execute(
        "create trigger stays before update or delete on ticket_entries"
        " for each row execute function ticket_entry_stays()"
    )
    op.execute(GRANT_STAYS)
    op.execute(
        "create trigger stays before update or delete on ticket_grants"
        " for each row execute function ticket_grant_stays()"
    )
    op.execute("select not_for_merged_people('ticket_grants', 'person_id')")
    op.add_column(
        "services", sa.Column("uses_tickets", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.execute("update services set uses_tickets = true where kind = 'SESSION'")
    op.add_column(
        "studios",
        sa.Column("forgives_first_late_cancel", sa.Boolean(), server_default=sa.true(), nullable=False),
    )
    op.add_column("plans", sa.Column("valid_months", sa.SmallInteger(), nullable=True))
    op.create_check_constraint(op.f("ck_plans_valid_months"), "plans", "valid_months between 1 and 36")
    op.execute("update plans set valid_months = 6 where not is_monthly")
    op.add_column("plans", sa.Column("carries_months", sa.SmallInteger(), server_default="0", nullable=False))
    op.create_check_constraint(op.f("ck_plans_carries_months"), "plans", "carries_months between 0 and 12")
    for column in (
        sa.Column("name_ja", sa.Text()), sa.Column("name_en", sa.Text()), sa.Column("ends_on", sa.Date()),
        sa.Column("is_monthly", sa.Boolean()), sa.Column("valid_months", sa.SmallInteger()),
        sa.Column("carries_months", sa.SmallInteger()),
    ):  # fmt: skip
        op.add_column("memberships", column)
    # What was agreed before was never written down but as a plan: it holds as the plan is today.
    op.execute(
        "update memberships set name_ja = plans.name_ja, name_en = plans.name_en, is_monthly = plans.is_monthly,"
        " valid_months = plans.valid_months, carries_months = plans.carries_months"
        " from plans where plans.id = memberships.plan_id"
    )
    for name in ("name_ja", "name_en", "is_monthly", "carries_months"):
        op.alter_column("memberships", name, nullable=False)
    op.create_check_constraint(op.f("ck_memberships_days"), "memberships", "ends_on >= starts_on")
    op.create_index(
        "ix_memberships_monthly", "memberships", ["starts_on"], postgresql_where=sa.text("is_monthly")
    )


def downgrade() -> None:
    """The ledger is lost; memberships are known by their plan again."""
    for name in ("carries_months", "valid_months", "is_monthly", "ends_on", "name_en", "name_ja"):
        op.drop_column("memberships", name)
    op.drop_column("plans", "carries_months")
    op.drop_column("plans", "valid_months")
    op.drop_column("studios", "forgives_first_late_cancel")
    op.drop_column("services", "uses_tickets")
    op.drop_table("ticket_entries")
    op.drop_table("ticket_grants")
    op.execute("drop function ticket_entry_holds()")
    op.execute("drop function ticket_entry_stays()")
    op.execute("drop function ticket_grant_stays()")
