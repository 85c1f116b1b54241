"""Rows in one statement: each column travels as one array, so a thousand rows cost one round trip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


class BulkStatement:
    """A statement over rows that are given as tuples, in the order of `columns` (name → PostgreSQL type).

    `sql` reads them from the relation `given`.
    """

    def __init__(self, columns: Mapping[str, str], sql: str) -> None:
        self._names = tuple(columns)
        arrays = ", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in columns.items())
        self._statement = text(f"WITH given({', '.join(columns)}) AS (SELECT * FROM unnest({arrays})) {sql}")

    async def run(self, connection: AsyncConnection, rows: Sequence[Sequence[Any]], **extra: Any) -> Sequence[Any]:
        """Execute for these rows and return what the statement returns; no rows, no round trip."""
        if not rows:
            return ()
        parameters = dict(zip(self._names, (list(column) for column in zip(*rows, strict=True)), strict=True))
        result = await connection.execute(self._statement, {**parameters, **extra})
        return result.fetchall() if result.returns_rows else ()


def insert_rows(table: str, columns: Mapping[str, str], suffix: str = "") -> BulkStatement:
    """A plain INSERT of all columns; `suffix` may say what happens on conflict or what to return."""
    names = ", ".join(columns)
    return BulkStatement(columns, f"INSERT INTO {table} ({names}) SELECT {names} FROM given {suffix}")
