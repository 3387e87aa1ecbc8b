"""Erased people: nothing is written for them any more, and a list says who they were, by number only."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

ERASED = "消去済み / Erased"
_REFUSE = (
    "create or replace function refuse_merged_person() returns trigger language plpgsql as $$"
    " declare named bigint; gone timestamptz;{declared}"
    " begin"
    "   if tg_argv[0] = 'person_id' then named := new.person_id;"
    "   else execute format('select ($1).%I', tg_argv[0]) into named using new; end if;"
    "   {look}"
    "   if gone is not null then raise exception 'person was merged' using errcode = 'MP001'; end if;"
    "   return null;"
    " end $$"
)


def upgrade() -> None:
    """The triggers that refuse a merged person tell an erased one from it. Who was erased before is on the list again."""
    op.add_column("people", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        f"update people set erased_at = archived_at where archived_at is not null and name = '{ERASED}'"  # noqa: S608
    )
    op.create_check_constraint(
        op.f("ck_people_erased"),
        "people",
        "erased_at is null or (archived_at is not null and num_nonnulls(birth_date, line_user_id, caution_reason) = 0"
        " and kana || former_name || name_key || kana_key || search || gender = '')",
    )
    op.create_table(
        "erasures",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("erased_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_erasures_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
        sa.UniqueConstraint("person_id", name=op.f("uq_erasures_person_id")),
    )
    op.execute(
        "insert into erasures (person_id, begun_at, erased_at, erased_by)"
        " select id, created_at, erased_at, 'system' from people where erased_at is not null"
    )
    op.execute(
        _REFUSE.format(
            declared=" erased timestamptz;",
            look="select archived_at, erased_at into gone, erased from people where id = named for key share;"
            " if erased is not null then raise exception 'person was erased' using errcode = 'ER001'; end if;",
        )
    )


def downgrade() -> None:
    """Erased people stay erased and archived; only when, by whom and why is lost."""
    op.execute(
        _REFUSE.format(
            declared="", look="select archived_at into gone from people where id = named for key share;"
        )
    )
    op.drop_table("erasures")
    op.drop_constraint(op.f("ck_people_erased"), "people")
    op.drop_column("people", "erased_at")
