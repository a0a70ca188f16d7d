"""Alembic's environment. `oceanid migrate` hands over its own connection, so that revisions, functions,
views, grants and reference data are one transaction. Called by alembic's own command, it finds the database
as every command does.
"""

from alembic import context
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import NullPool


def run(connection: Connection) -> None:
    """Run the wanted revisions on the connection; the caller commits."""
    context.configure(
        connection=connection,
        target_metadata=None,
        version_table="alembic_version",
        version_table_schema="ops",
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()


handed_over: Connection | None = context.config.attributes.get("connection")
if handed_over is not None:
    run(handed_over)
else:
    from workers import database
    from workers.settings import get_settings

    url = database.database_url(get_settings())
    engine = create_engine("postgresql+psycopg://", creator=lambda: database.connect(url), poolclass=NullPool)
    with engine.connect() as own:
        run(own)
        own.commit()
