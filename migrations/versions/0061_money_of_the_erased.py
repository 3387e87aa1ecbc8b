"""Money that was open when somebody was erased can be waived, paid and paid back; nothing new is charged to them."""

from alembic import op

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What takes an invoice back, and payments, are refused for merged people only; invoices for erased ones as before."""
    op.execute(
        "create function refuse_merged_payer() returns trigger language plpgsql as $$"
        " declare gone timestamptz;"
        " begin"
        "   select archived_at into gone from people where id = new.person_id and erased_at is null for key share;"
        "   if gone is not null then raise exception 'person was merged' using errcode = 'MP001'; end if;"
        "   return null;"
        " end $$"
    )
    for table in ("invoices", "payments"):
        op.execute(f"drop trigger not_merged_person_id on {table}")
    op.execute(
        "create trigger not_merged_person_id after insert or update of person_id on invoices for each row"
        " when (new.credits_id is null) execute function refuse_merged_person('person_id')"
    )
    op.execute(
        "create trigger not_merged_payer after insert or update of person_id on invoices for each row"
        " when (new.credits_id is not null) execute function refuse_merged_payer('person_id')"
    )
    op.execute(
        "create trigger not_merged_payer after insert or update of person_id on payments for each row"
        " execute function refuse_merged_payer('person_id')"
    )


def downgrade() -> None:
    """The rows stay."""
    op.execute("drop function refuse_merged_payer() cascade")
    op.execute("drop trigger not_merged_person_id on invoices")
    for table in ("invoices", "payments"):
        op.execute(f"select not_for_merged_people('{table}', 'person_id')")
