"""The books: invoices, payments and receipts that are only added to, numbers without gaps, days that are closed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

# What was typed may be emptied (a person can ask to be erased) or written under a newer key; all else stands for good.
STAYS = """
create function books_stay() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' then
    if (to_jsonb(new) - tg_argv[0]::text[]) = (to_jsonb(old) - tg_argv[0]::text[]) then
      return new;
    end if;
  end if;
  raise exception 'the books are only added to';
end $$
"""
MAY_CHANGE = {
    "invoices": "{person_id,reason}",
    "invoice_lines": "{}",
    "payments": "{person_id,reason}",
    "payment_parts": "{}",
    "receipts": "{}",
    "receipt_issues": "{addressee,proviso}",
    "day_closes": "{reopened_at,reopened_by,reopen_reason}",
}
STEPS = """
create function paper_number_steps() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' and new.last = 1 then
    return new;
  end if;
  if tg_op = 'UPDATE' and new.last = old.last + 1
    and (new.studio_id, new.kind, new.year) = (old.studio_id, old.kind, old.year) then
    return new;
  end if;
  raise exception 'numbers of papers go up by one' using errcode = 'check_violation';
end $$
"""
# Whoever pays, refunds or credits holds the invoice: who comes second counts what the first has written.
PART_HOLDS = """
create function payment_part_holds() returns trigger language plpgsql as $$
declare due bigint; paid bigint;
begin
  perform 1 from invoices where id = new.invoice_id and credits_id is null for no key update;
  if not found then
    raise exception 'a credit is not paid' using errcode = 'check_violation';
  end if;
  select sum(total_yen) into due from invoices where id = new.invoice_id or credits_id = new.invoice_id;
  select coalesce(sum(amount_yen), 0) + new.amount_yen into paid from payment_parts where invoice_id = new.invoice_id;
  if paid < 0 or (new.amount_yen > 0 and paid > due) then
    raise exception 'not more is paid than owed, and not more goes back than was paid'
      using errcode = 'check_violation', constraint = 'payment_parts_within_invoice';
  end if;
  return new;
end $$
"""
CREDIT_HOLDS = """
create function invoice_credit_holds() returns trigger language plpgsql as $$
declare remains bigint;
begin
  perform 1 from invoices where id = new.credits_id and credits_id is null and studio_id = new.studio_id
    and person_id = new.person_id for no key update;
  if not found then
    raise exception 'a credit takes back an invoice of the same person' using errcode = 'check_violation';
  end if;
  select sum(total_yen) + new.total_yen into remains from invoices
    where id = new.credits_id or credits_id = new.credits_id;
  if remains < 0 then
    raise exception 'not more is taken back than was charged'
      using errcode = 'check_violation', constraint = 'invoices_credit_within_invoice';
  end if;
  return new;
end $$
"""
# Closing takes the same lock alone: nobody writes a payment between the count and the close.
DAY_IS_OPEN = """
create function payment_day_is_open() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock_shared(hashtextextended('day-close:' || new.studio_id || ':' || new.received_on, 0));
  if exists (select 1 from day_closes
             where studio_id = new.studio_id and day = new.received_on and reopened_at is null) then
    raise exception 'the day is closed' using errcode = 'check_violation', constraint = 'payments_day_is_open';
  end if;
  return new;
end $$
"""
INVOICE_ADDS_UP = """
create function invoice_adds_up() returns trigger language plpgsql as $$
declare invoice bigint;
begin
  invoice := case when tg_table_name = 'invoices' then (to_jsonb(new) ->> 'id')::bigint
                  else (to_jsonb(new) ->> 'invoice_id')::bigint end;
  if (select total_yen from invoices where id = invoice)
     is distinct from (select sum(quantity * unit_price_yen) from invoice_lines where invoice_id = invoice) then
    raise exception 'an invoice is the sum of its lines' using errcode = 'check_violation';
  end if;
  return null;
end $$
"""
PAYMENT_ADDS_UP = """
create function payment_adds_up() returns trigger language plpgsql as $$
declare payment bigint;
begin
  payment := case when tg_table_name = 'payments' then (to_jsonb(new) ->> 'id')::bigint
                  else (to_jsonb(new) ->> 'payment_id')::bigint end;
  if (select amount_yen from payments where id = payment)
     is distinct from (select sum(amount_yen) from payment_parts where payment_id = payment) then
    raise exception 'a payment is the sum of its parts' using errcode = 'check_violation';
  end if;
  return null;
end $$
"""
ADDS_UP = (
    ("invoices", "invoice_adds_up"),
    ("invoice_lines", "invoice_adds_up"),
    ("payments", "payment_adds_up"),
    ("payment_parts", "payment_adds_up"),
)


def upgrade() -> None:
    """Empty books; months are charged from today on."""
    op.create_table(
        "billing_settings",
        sa.Column("studio_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("issuer_ja", sa.Text(), nullable=False),
        sa.Column("issuer_en", sa.Text(), nullable=False),
        sa.Column("registration_number", sa.Text(), nullable=False),
        sa.Column("bank_ja", sa.Text(), nullable=False),
        sa.Column("bank_en", sa.Text(), nullable=False),
        sa.Column("payment_days", sa.SmallInteger(), nullable=False),
        sa.Column("float_yen", sa.Integer(), nullable=False),
        sa.Column("late_cancel_yen", sa.Integer(), nullable=False),
        sa.Column("no_show_yen", sa.Integer(), nullable=False),
        sa.Column("charges_from", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "registration_number ~ '^(T[0-9]{13})?$'", name=op.f("ck_billing_settings_registration_number")
        ),
        sa.CheckConstraint(
            "payment_days between 0 and 90 and float_yen >= 0 and late_cancel_yen >= 0 and no_show_yen >= 0",
            name=op.f("ck_billing_settings_amounts"),
        ),
        sa.ForeignKeyConstraint(
            ["studio_id"], ["studios.id"], name=op.f("fk_billing_settings_studio_id_studios")
        ),
        sa.PrimaryKeyConstraint("studio_id", name=op.f("pk_billing_settings")),
    )
    op.execute(
        "insert into billing_settings select id, '', '', '', '', '', 14, 30000, 0, 0,"
        " (current_timestamp at time zone zone)::date, 1 from studios"
    )
    op.create_table(
        "paper_numbers",
        sa.Column("studio_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("year", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["studio_id"], ["studios.id"], name=op.f("fk_paper_numbers_studio_id_studios")
        ),
        sa.PrimaryKeyConstraint("studio_id", "kind", "year", name=op.f("pk_paper_numbers")),
    )
    op.create_table(
        "invoices",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("studio_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("credits_id", sa.BigInteger(), nullable=True),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("total_yen", sa.Integer(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "case when credits_id is null then total_yen >= 0 else total_yen < 0 end",
            name=op.f("ck_invoices_total"),
        ),
        sa.CheckConstraint("due_on >= issued_on", name=op.f("ck_invoices_days")),
        sa.ForeignKeyConstraint(["studio_id"], ["studios.id"], name=op.f("fk_invoices_studio_id_studios")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_invoices_person_id_people")),
        sa.ForeignKeyConstraint(
            ["credits_id"], ["invoices.id"], name=op.f("fk_invoices_credits_id_invoices")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoices")),
    )
    op.create_index("uq_invoices_number", "invoices", ["studio_id", "year", "number"], unique=True)
    op.create_index("ix_invoices_person_id", "invoices", ["person_id", "id"])
    op.create_index(
        "ix_invoices_credits_id",
        "invoices",
        ["credits_id"],
        postgresql_where=sa.text("credits_id is not null"),
    )
    op.create_table(
        "invoice_lines",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("invoice_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name_ja", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("quantity", sa.SmallInteger(), nullable=False),
        sa.Column("unit_price_yen", sa.Integer(), nullable=False),
        sa.Column("tax_rate", sa.SmallInteger(), nullable=False),
        sa.Column("membership_id", sa.BigInteger(), nullable=True),
        sa.Column("month_on", sa.Date(), nullable=True),
        sa.Column("participant_id", sa.BigInteger(), nullable=True),
        sa.Column("credits_line_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("tax_rate in (0, 8, 10)", name=op.f("ck_invoice_lines_tax_rate")),
        sa.CheckConstraint(
            "(quantity < 0) = (credits_line_id is not null) and quantity <> 0",
            name=op.f("ck_invoice_lines_quantity"),
        ),
        sa.ForeignKeyConstraint(
            ["invoice_id"], ["invoices.id"], name=op.f("fk_invoice_lines_invoice_id_invoices")
        ),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["memberships.id"], name=op.f("fk_invoice_lines_membership_id_memberships")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participants.id"], name=op.f("fk_invoice_lines_participant_id_participants")
        ),
        sa.ForeignKeyConstraint(
            ["credits_line_id"],
            ["invoice_lines.id"],
            name=op.f("fk_invoice_lines_credits_line_id_invoice_lines"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice_lines")),
    )
    op.create_index("uq_invoice_lines_position", "invoice_lines", ["invoice_id", "position"], unique=True)
    op.create_index("uq_invoice_lines_credits_line_id", "invoice_lines", ["credits_line_id"], unique=True)
    op.create_index(
        "uq_invoice_lines_month",
        "invoice_lines",
        ["membership_id", "month_on"],
        unique=True,
        postgresql_where=sa.text("month_on is not null and credits_line_id is null"),
    )
    op.create_index("ix_invoice_lines_membership_id", "invoice_lines", ["membership_id"])
    op.create_index("ix_invoice_lines_participant_id", "invoice_lines", ["participant_id"])
    op.create_table(
        "payments",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("studio_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("amount_yen", sa.Integer(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("refunds_id", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "amount_yen <> 0 and (amount_yen < 0) = (refunds_id is not null)", name=op.f("ck_payments_amount")
        ),
        sa.ForeignKeyConstraint(["studio_id"], ["studios.id"], name=op.f("fk_payments_studio_id_studios")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_payments_person_id_people")),
        sa.ForeignKeyConstraint(
            ["refunds_id"], ["payments.id"], name=op.f("fk_payments_refunds_id_payments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments")),
    )
    op.create_index("ix_payments_person_id", "payments", ["person_id", "id"])
    op.create_index("ix_payments_received_on", "payments", ["studio_id", "received_on"])
    op.create_index(
        "ix_payments_refunds_id",
        "payments",
        ["refunds_id"],
        postgresql_where=sa.text("refunds_id is not null"),
    )
    op.create_index(
        "uq_payments_source", "payments", ["studio_id", "source"], unique=True,
        postgresql_where=sa.text("source <> ''"),
    )  # fmt: skip
    op.create_table(
        "payment_parts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("payment_id", sa.BigInteger(), nullable=False),
        sa.Column("invoice_id", sa.BigInteger(), nullable=False),
        sa.Column("amount_yen", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount_yen <> 0", name=op.f("ck_payment_parts_amount")),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payments.id"], name=op.f("fk_payment_parts_payment_id_payments")
        ),
        sa.ForeignKeyConstraint(
            ["invoice_id"], ["invoices.id"], name=op.f("fk_payment_parts_invoice_id_invoices")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_parts")),
    )
    op.create_index("uq_payment_parts_payment_id", "payment_parts", ["payment_id", "invoice_id"], unique=True)
    op.create_index("ix_payment_parts_invoice_id", "payment_parts", ["invoice_id"])
    op.create_table(
        "receipts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("studio_id", sa.BigInteger(), nullable=False),
        sa.Column("payment_id", sa.BigInteger(), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["studio_id"], ["studios.id"], name=op.f("fk_receipts_studio_id_studios")),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payments.id"], name=op.f("fk_receipts_payment_id_payments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipts")),
    )
    op.create_index("uq_receipts_number", "receipts", ["studio_id", "year", "number"], unique=True)
    op.create_index("uq_receipts_payment_id", "receipts", ["payment_id"], unique=True)
    op.create_table(
        "receipt_issues",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("receipt_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("addressee", sa.LargeBinary(), nullable=True),
        sa.Column("proviso", sa.LargeBinary(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.CheckConstraint("position between 1 and 99", name=op.f("ck_receipt_issues_position")),
        sa.ForeignKeyConstraint(
            ["receipt_id"], ["receipts.id"], name=op.f("fk_receipt_issues_receipt_id_receipts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt_issues")),
    )
    op.create_index("uq_receipt_issues_position", "receipt_issues", ["receipt_id", "position"], unique=True)
    op.create_table(
        "day_closes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("studio_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("totals", postgresql.JSONB(), nullable=False),
        sa.Column("counts", postgresql.JSONB(), nullable=False),
        sa.Column("float_yen", sa.Integer(), nullable=False),
        sa.Column("counted_yen", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_by", sa.Text(), nullable=False),
        sa.Column("reopened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reopened_by", sa.Text(), nullable=False),
        sa.Column("reopen_reason", sa.Text(), nullable=False),
        sa.CheckConstraint("float_yen >= 0 and counted_yen >= 0", name=op.f("ck_day_closes_amounts")),
        sa.CheckConstraint("(reopened_at is null) = (reopened_by = '')", name=op.f("ck_day_closes_reopened")),
        sa.ForeignKeyConstraint(["studio_id"], ["studios.id"], name=op.f("fk_day_closes_studio_id_studios")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_day_closes")),
    )
    op.create_index(
        "uq_day_closes_day", "day_closes", ["studio_id", "day"], unique=True,
        postgresql_where=sa.text("reopened_at is null"),
    )  # fmt: skip
    for function in (STAYS, STEPS, PART_HOLDS, CREDIT_HOLDS, DAY_IS_OPEN, INVOICE_ADDS_UP, PAYMENT_ADDS_UP):
        op.execute(function)
    for table, columns in MAY_CHANGE.items():
        op.execute(
            f"create trigger stays before update or delete on {table}"
            f" for each row execute function books_stay('{columns}')"
        )
    op.execute(
        "create trigger steps before insert or update or delete on paper_numbers"
        " for each row execute function paper_number_steps()"
    )
    op.execute(
        "create trigger holds before insert on payment_parts for each row execute function payment_part_holds()"
    )
    op.execute(
        "create trigger holds before insert on invoices for each row"
        " when (new.credits_id is not null) execute function invoice_credit_holds()"
    )
    op.execute(
        "create trigger day_is_open before insert on payments for each row execute function payment_day_is_open()"
    )
    for table, function in ADDS_UP:
        op.execute(
            f"create constraint trigger adds_up after insert on {table} deferrable initially deferred"
            f" for each row execute function {function}()"
        )
    op.execute("select not_for_merged_people('invoices', 'person_id')")
    op.execute("select not_for_merged_people('payments', 'person_id')")


def downgrade() -> None:
    """The books are lost."""
    for table in (
        "day_closes", "receipt_issues", "receipts", "payment_parts", "payments", "invoice_lines", "invoices",
        "paper_numbers", "billing_settings",
    ):  # fmt: skip
        op.drop_table(table)
    for function in (
        "books_stay", "paper_number_steps", "payment_part_holds", "invoice_credit_holds", "payment_day_is_open",
        "invoice_adds_up", "payment_adds_up",
    ):  # fmt: skip
        op.execute(f"drop function {function}()")
