"""Partners: agreements, offers, budgets, codes, claims, conversions, statements, and the programs whose partner we are.

Expands only: new tables that the release before does not know and need not.
"""

from __future__ import annotations

from importlib.resources import files

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    here = files("engine.migrations") / "sql"
    for part in ("partners", "offers", "hosts", "security"):
        _run((here / f"0005_{part}.sql").read_text())


def _run(sql: str) -> None:
    cursor = op.get_bind().connection.cursor()  # without parameters, so that a % in the text stays a %
    cursor.execute(sql)
    cursor.close()
