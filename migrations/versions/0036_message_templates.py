"""What a gym says instead of the standard texts of messages, and where such a text failed."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two empty tables; a trigger keeps what was written."""
    op.create_table(
        "message_templates",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("studio_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(subject is null) = (body is null)", name=op.f("ck_message_templates_both_texts")
        ),
        sa.ForeignKeyConstraint(
            ["studio_id"], ["studios.id"], name=op.f("fk_message_templates_studio_id_studios")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_templates")),
        sa.UniqueConstraint(
            "studio_id", "kind", "language", "version",
            name=op.f("uq_message_templates_studio_id_kind_language_version"),
        ),
    )  # fmt: skip
    op.execute(
        "create function text_written_once() returns trigger language plpgsql as"
        " $$ begin raise exception 'a version of a text is written once'; end $$"
    )
    op.execute(
        "create trigger written_once before update on message_templates"
        " for each row execute function text_written_once()"
    )
    op.create_table(
        "text_failures",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("template_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["template_id"], ["message_templates.id"],
            name=op.f("fk_text_failures_template_id_message_templates"),
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name=op.f("fk_text_failures_message_id_messages")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_text_failures")),
        sa.UniqueConstraint(
            "template_id", "message_id", name=op.f("uq_text_failures_template_id_message_id")
        ),
    )  # fmt: skip
    op.create_index("ix_text_failures_message_id", "text_failures", ["message_id"])


def downgrade() -> None:
    """The gym's own texts are lost; messages say the standard ones again."""
    op.drop_table("text_failures")
    op.drop_table("message_templates")
    op.execute("drop function text_written_once()")
