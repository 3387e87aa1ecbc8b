"""What was typed at the close of a day is encrypted, and a manager can take the words away."""

import sqlalchemy as sa
from alembic import op

from backoffice.core.crypto import EncryptedText

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

WORDS = ("reason", "reopen_reason")
BEFORE = "{reopened_at,reopened_by,reopen_reason}"
AFTER = "{reopened_at,reopened_by,reopen_reason,reason,words_removed_at,words_removed_by}"


def upgrade() -> None:
    op.execute("drop trigger stays on day_closes")
    for name in WORDS:
        op.alter_column("day_closes", name, new_column_name=f"{name}_plain")
        op.add_column("day_closes", sa.Column(name, sa.LargeBinary(), nullable=True))
    _copy("_plain", sa.Text(), EncryptedText())
    for name in WORDS:
        op.drop_column("day_closes", f"{name}_plain")
    op.add_column("day_closes", sa.Column("words_removed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("day_closes", sa.Column("words_removed_by", sa.Text(), server_default="", nullable=False))
    op.create_check_constraint(
        op.f("ck_day_closes_words_removed"),
        "day_closes",
        "(words_removed_at is null) = (words_removed_by = '')"
        " and (words_removed_at is null or num_nonnulls(reason, reopen_reason) = 0)",
    )
    _stays(AFTER)


def downgrade() -> None:
    """The words are plain again; who took some away is forgotten."""
    op.execute("drop trigger stays on day_closes")
    op.drop_constraint(op.f("ck_day_closes_words_removed"), "day_closes")
    op.drop_column("day_closes", "words_removed_by")
    op.drop_column("day_closes", "words_removed_at")
    for name in WORDS:
        op.alter_column("day_closes", name, new_column_name=f"{name}_hidden")
        op.add_column("day_closes", sa.Column(name, sa.Text(), server_default="", nullable=False))
    _copy("_hidden", EncryptedText(), sa.Text())
    for name in WORDS:
        op.drop_column("day_closes", f"{name}_hidden")
        op.alter_column("day_closes", name, server_default=None)
    _stays(BEFORE)


def _copy(old: str, read: sa.types.TypeEngine[str], write: sa.types.TypeEngine[str]) -> None:
    """Write every text that is not empty from one form into the other."""
    columns = [sa.column(f"{name}{old}", read) for name in WORDS]
    columns += [sa.column(name, write) for name in WORDS]
    table = sa.table("day_closes", sa.column("id", sa.BigInteger()), *columns)
    connection = op.get_bind()
    for row in connection.execute(sa.select(table.c.id, *(table.c[f"{name}{old}"] for name in WORDS))).all():
        texts = {name: text for name, text in zip(WORDS, row[1:], strict=True) if text}
        if texts:
            connection.execute(sa.update(table).where(table.c.id == row.id).values(texts))


def _stays(may_change: str) -> None:
    op.execute(
        "create trigger stays before update or delete on day_closes"
        f" for each row execute function books_stay('{may_change}')"
    )
