"""Points on hold, caps, rewards and redemptions, merged members, calls to the shop.

Expands only: new tables, and new columns that the release before does not know and need not.
"""

from __future__ import annotations

from importlib.resources import files

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

HASH_PARTITIONS = 8


def upgrade() -> None:
    here = files("engine.migrations") / "sql"
    for part in ("expand", "points", "rewards"):
        _run((here / f"0002_{part}.sql").read_text())
    for table in ("cap_counters", "member_events", "idempotency_keys", "redemptions"):
        for remainder in range(HASH_PARTITIONS):
            _run(
                f"CREATE TABLE {table}_{remainder} PARTITION OF {table} "
                f"FOR VALUES WITH (MODULUS {HASH_PARTITIONS}, REMAINDER {remainder})"
            )
    _run((here / "0002_security.sql").read_text())


def _run(sql: str) -> None:
    cursor = op.get_bind().connection.cursor()  # without parameters, so that a % in the text stays a %
    cursor.execute(sql)
    cursor.close()
