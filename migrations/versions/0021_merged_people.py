"""Nothing is written any more for somebody whose row was merged into another one."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

COLUMNS = (
    *((table, "person_id") for table in (
        "calls", "clients", "consents", "files", "handover_notes", "leads", "messages", "participants", "person_mails",
        "person_notes", "person_phones", "series", "todos", "waits",
    )),
    ("series", "second_person_id"),
)  # fmt: skip


def upgrade() -> None:
    """A trigger on every column that names a person. A later table calls `not_for_merged_people` itself.

    Looking takes the lock of a foreign key: it waits for a merge that is under way and then sees what came of it.
    """
    op.execute(
        "create function refuse_merged_person() returns trigger language plpgsql as $$"
        " declare named bigint; gone timestamptz;"
        " begin"
        "   if tg_argv[0] = 'person_id' then named := new.person_id;"
        "   else execute format('select ($1).%I', tg_argv[0]) into named using new; end if;"
        "   select archived_at into gone from people where id = named for key share;"
        "   if gone is not null then raise exception 'person was merged' using errcode = 'MP001'; end if;"
        "   return null;"
        " end $$"
    )
    op.execute(
        "create function not_for_merged_people(named_in regclass, named_by name) returns void language plpgsql as $$"
        " begin"
        "   execute format('create trigger %I after insert or update of %I on %s for each row"
        " execute function refuse_merged_person(%L)', 'not_merged_' || named_by, named_by, named_in, named_by);"
        " end $$"
    )
    for table, column in COLUMNS:
        op.execute(f"select not_for_merged_people('{table}', '{column}')")


def downgrade() -> None:
    """The triggers go, the rows stay."""
    op.execute("drop function refuse_merged_person() cascade")
    op.execute("drop function not_for_merged_people(regclass, name)")
