"""Tiers and what they do for members, plans and memberships, contracts and their billing.

Expands only: new tables, and two columns that the release before does not know and need not.
"""

from __future__ import annotations

from importlib.resources import files

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

HASH_PARTITIONS = 8


def upgrade() -> None:
    here = files("engine.migrations") / "sql"
    for part in ("tiers", "memberships"):
        _run((here / f"0003_{part}.sql").read_text())
    for remainder in range(HASH_PARTITIONS):
        _run(
            f"CREATE TABLE activities_{remainder} PARTITION OF activities "
            f"FOR VALUES WITH (MODULUS {HASH_PARTITIONS}, REMAINDER {remainder})"
        )
    _run((here / "0003_security.sql").read_text())


def _run(sql: str) -> None:
    cursor = op.get_bind().connection.cursor()  # without parameters, so that a % in the text stays a %
    cursor.execute(sql)
    cursor.close()
