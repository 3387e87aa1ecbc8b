"""An index for finding people by a piece of a name, a phone or an address, made of short pieces of the folded text."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The pieces are cut as `backoffice.core.contact.search.grams` cuts them; no extension is needed."""
    op.execute(
        # the cost keeps the planner from ever working the pieces out row by row where the index can answer
        """
        create function search_grams(words text) returns text[]
        language sql immutable parallel safe cost 10000 as $$
            select array(
                select gram
                from (
                    select substr(words, at, size) as gram, size
                    from (
                        select at, case when ascii(substr(words, at, 1)) between 33 and 126 then 3 else 2 end as size
                        from generate_series(1, length(words)) as at
                    ) as places
                ) as pieces
                where length(gram) = size and strpos(gram, ' ') = 0
            )
        $$
        """
    )
    op.execute(
        "create index ix_people_search_grams on people using gin (search_grams(search)) with (fastupdate = off)"
    )


def downgrade() -> None:
    """The index holds nothing of its own."""
    op.execute("drop index ix_people_search_grams")
    op.execute("drop function search_grams(text)")
