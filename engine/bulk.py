"""Rows in one statement.

They travel as one JSON text, which both sides read at the speed of C, so a thousand cost one trip.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_READ_AS_TEXT = {"jsonb": "text"}  # JSON comes as a text of its own, written once by whoever made it


class BulkStatement:
    """A statement over rows that are given as tuples, in the order of `columns` (name → PostgreSQL type).

    `sql` reads them from the relation `given`.
    """

    def __init__(self, columns: Mapping[str, str], sql: str) -> None:
        self._names = tuple(columns)
        read = ", ".join(f"{name} {_READ_AS_TEXT.get(kind, kind)}" for name, kind in columns.items())
        values = ", ".join(f"{name}::{kind}" if kind in _READ_AS_TEXT else name for name, kind in columns.items())
        source = f"json_to_recordset(CAST(:rows AS json)) AS sent({read})"
        escaped = f"WITH given AS (SELECT {values} FROM {source}) {sql}".replace("::", r"\:\:")
        self._statement = text(escaped)

    async def run(self, connection: AsyncConnection, rows: Sequence[Sequence[Any]], **extra: Any) -> Sequence[Any]:
        """Execute for these rows and return what the statement returns; no rows, no round trip."""
        if not rows:
            return ()
        names = self._names
        sent = orjson.dumps([dict(zip(names, row, strict=True)) for row in rows], default=_to_text).decode()
        result = await connection.execute(self._statement, {"rows": sent, **extra})
        return result.fetchall() if result.returns_rows else ()


def insert_rows(table: str, columns: Mapping[str, str], suffix: str = "") -> BulkStatement:
    """A plain INSERT of all columns; `suffix` may say what happens on conflict or what to return."""
    names = ", ".join(columns)
    return BulkStatement(columns, f"INSERT INTO {table} ({names}) SELECT {names} FROM given {suffix}")


def _to_text(value: object) -> str:
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    raise TypeError(f"{type(value).__name__} has no place in a row")
