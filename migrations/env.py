"""Alembic's entry: runs the migrations on the connection or the address it is given."""

from alembic import context
from sqlalchemy import create_engine, pool

from backoffice.all_models import metadata


def run() -> None:
    """Migrate inside one transaction, so that a failing migration leaves nothing half done."""
    connection = context.config.attributes.get("connection")
    if connection is not None:
        _migrate(connection)
        return
    engine = create_engine(context.config.get_main_option("sqlalchemy.url"), poolclass=pool.NullPool)
    with engine.begin() as own:
        _migrate(own)


def _migrate(connection) -> None:
    context.configure(connection=connection, target_metadata=metadata, transaction_per_migration=False)
    with context.begin_transaction():
        context.run_migrations()


run()
