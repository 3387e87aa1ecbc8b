"""A typed note of the ticket ledger may be written under a newer key, as those of the books may."""

from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

STAYS = """
create or replace function ticket_entry_stays() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' then
    if {may} and (to_jsonb(new) - 'note') = (to_jsonb(old) - 'note') then
      return new;
    end if;
  end if;
  raise exception 'the ticket ledger is only added to';
end $$
"""


def upgrade() -> None:
    op.execute(STAYS.format(may="(new.note is null or old.note is not null)"))


def downgrade() -> None:
    op.execute(STAYS.format(may="new.note is null"))
