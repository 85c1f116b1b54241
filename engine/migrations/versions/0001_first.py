"""The first schema: tenants, roles, row-level security and partitions from the start.

What cannot be added later without pain is here: `program_id` first in every key, the role `laurel_app` that owns
nothing, a policy by a list of programs on every table, hash partitions for what grows with every event, a day's
partition for deliveries.
"""

from __future__ import annotations

from importlib.resources import files

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

HASH_PARTITIONS = 8


def upgrade() -> None:
    here = files("engine.migrations") / "sql"
    for part in ("roles", "tenants", "facts", "ledger", "derived"):
        _run((here / f"0001_{part}.sql").read_text())
    for table in (
        "transactions",
        "transfers",
        "awards",
        "lots",
        "lot_consumptions",
        "effect_keys",
        "orders",
        "refunds",
    ):
        for remainder in range(HASH_PARTITIONS):
            _run(
                f"CREATE TABLE {table}_{remainder} PARTITION OF {table} "
                f"FOR VALUES WITH (MODULUS {HASH_PARTITIONS}, REMAINDER {remainder})"
            )
    _run((here / "0001_security.sql").read_text())
    _run(_jobs_schema())
    _run((here / "0001_jobs.sql").read_text())


def _run(sql: str) -> None:
    cursor = op.get_bind().connection.cursor()  # without parameters, so that a % in the text stays a %
    cursor.execute(sql)
    cursor.close()


def _jobs_schema() -> str:
    """Procrastinate's own tables, as its release carries them; they hold no tenant's facts, only calls to be made."""
    return (files("procrastinate") / "sql" / "schema.sql").read_text()
