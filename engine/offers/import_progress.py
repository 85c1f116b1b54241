"""How far the imports of a pool are, and what was wrong in their files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

ImportState = Literal["running", "finished", "broken_off"]
PROBLEMS_MAXIMUM = 100
"""So many of an import's refused rows are kept by number, and about as many again at the most; all are counted."""
IMPORTS_MAXIMUM = 100


@dataclass(frozen=True, slots=True)
class ImportProblem:
    """A row that was not taken, or the one that the file could not be read on from."""

    row: int | None
    problem: str


@dataclass(frozen=True, slots=True)
class PoolImport:
    """One file of codes as far as it has come. `bytes_total`: None where the sender did not say."""

    import_id: int
    pool_id: int
    name: str
    state: ImportState
    bytes_total: int | None
    bytes_done: int
    rows_added: int
    rows_repeated: int
    rows_refused: int
    problems: tuple[ImportProblem, ...]
    created_at: datetime
    updated_at: datetime
    created_by: str


_SELECT = """
    SELECT import_id, pool_id, name, state, bytes_total, bytes_done, rows_added, rows_repeated, rows_refused, problems,
        created_at, updated_at, created_by
    FROM pool_imports WHERE program_id = :program_id
"""
_ONE = text(f"{_SELECT} AND import_id = :import_id")
_LIST = text(f"{_SELECT} AND pool_id = :pool_id ORDER BY import_id DESC LIMIT {IMPORTS_MAXIMUM}")


async def import_of(connection: AsyncConnection, program_id: int, import_id: int) -> PoolImport | None:
    """One import; None when the program has no such one."""
    given = {"program_id": program_id, "import_id": import_id}
    row = (await connection.execute(_ONE, given)).mappings().one_or_none()
    return _import(row) if row else None


async def imports_of(connection: AsyncConnection, program_id: int, pool_id: int) -> list[PoolImport]:
    """The imports of a pool, newest first, the last hundred."""
    rows = await connection.execute(_LIST, {"program_id": program_id, "pool_id": pool_id})
    return [_import(row) for row in rows.mappings()]


def _import(row: Mapping[Any, Any]) -> PoolImport:
    problems = tuple(ImportProblem(each["row"], each["problem"]) for each in row["problems"])
    return PoolImport(**{**row, "problems": problems})
