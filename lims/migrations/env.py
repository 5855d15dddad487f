"""Alembic's entry: it is handed a connection by lims.persistence.schema and never opens one itself."""

from alembic import context

from lims.persistence.tables import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
    transaction_per_migration=False,
    user_module_prefix="types.",
)
context.run_migrations()
