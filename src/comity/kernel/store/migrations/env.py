"""Alembic's door: runs the steps of ``versions`` on the connection that ``migrate`` hands in, in one transaction."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
