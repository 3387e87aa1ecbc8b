"""What was typed at the close of a day is neither written later nor written again once it was taken away."""

from alembic import op

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None

STAY = """
create function closed_words_stay() returns trigger language plpgsql as $$
begin
  if (new.reason is not null and old.reason is null)
    or (new.reopen_reason is not null and old.reopen_reason is null and old.reopened_at is not null)
    or (num_nonnulls(new.reason, new.reopen_reason) < num_nonnulls(old.reason, old.reopen_reason)
      and new.words_removed_at is null)
    or (old.words_removed_at is not null
      and (new.words_removed_at, new.words_removed_by) is distinct from (old.words_removed_at, old.words_removed_by))
  then
    raise exception 'the books are only added to';
  end if;
  return new;
end $$
"""


def upgrade() -> None:
    """The bytes of a reason may change all the same: under a newer key they are others, and no trigger can read them."""
    op.execute(STAY)
    op.execute(
        "create trigger words_stay before update on day_closes for each row execute function closed_words_stay()"
    )


def downgrade() -> None:
    op.execute("drop trigger words_stay on day_closes")
    op.execute("drop function closed_words_stay()")
