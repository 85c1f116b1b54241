"""Runs the migrations.

One connection, short lock waits, one transaction for each, so that a running app is never hurt.
"""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine, pool, text

from engine.database import sqlalchemy_url
from engine.migration import LOCK_TIMEOUT_MILLISECONDS, MIGRATION_LOCK, STATEMENT_TIMEOUT_MILLISECONDS


def run() -> None:
    """Apply what is missing, alone: a second runner waits for the first one and then finds nothing to do."""
    url = context.config.attributes["url"]
    engine = create_engine(sqlalchemy_url(url), poolclass=pool.NullPool)
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
        connection.execute(text(f"SET lock_timeout = {LOCK_TIMEOUT_MILLISECONDS}"))
        connection.execute(text(f"SET statement_timeout = {STATEMENT_TIMEOUT_MILLISECONDS}"))
        connection.commit()
        context.configure(connection=connection, transaction_per_migration=True)
        with context.begin_transaction():
            context.run_migrations()
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": MIGRATION_LOCK})
        connection.commit()
    engine.dispose()


run()
