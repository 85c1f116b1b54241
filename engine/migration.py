"""Brings a database up to the newest schema, and says which one it has.

Rule of the house: expand, backfill, contract. A release's code runs on the schema before and after its migrations;
what is dropped was unused for one release. Migrations run forwards only.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

MIGRATION_LOCK = 7_266_735_124
"""Key of the advisory lock that one migration run holds."""
LOCK_TIMEOUT_MILLISECONDS = 5_000
STATEMENT_TIMEOUT_MILLISECONDS = 300_000


def _config(url: str | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["url"] = url
    return config


def migrate(url: str) -> None:
    """Apply every migration that is missing, as the role that `url` logs in with: the owner of the schema."""
    command.upgrade(_config(url), "head")


def newest_revision() -> str:
    """The revision that this code was written for."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    if head is None:
        raise RuntimeError("there are no migrations")
    return head


def database_revision(connection: Connection) -> str | None:
    """The revision that a database is at, or None when it was never migrated."""
    return MigrationContext.configure(connection).get_current_revision()
