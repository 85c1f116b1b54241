"""Codes taken in from a file as it arrives, any number of them in bounded memory.

They are kept step by step, each in a transaction of its own that also says how far the import is: whoever looks sees it
move on, and what an upload that was broken off brought stays. The file can be sent again, as a partner's code that is
known already is passed over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from engine.crash import crash_point
from engine.database import tenant_transaction
from engine.files.columns import FileRefused
from engine.offers.code_text import CodeRow, CodeText
from engine.offers.codes import PARTS, mark_low_water
from engine.offers.import_progress import PROBLEMS_MAXIMUM, PoolImport, import_of
from engine.offers.pools import CodePool, PoolRefused, pool_of

STEP = 5_000
"""Rows that are kept at a time."""
FILE_NAME_MAXIMUM = 200

_BEGIN = text("""
    INSERT INTO pool_imports (program_id, import_id, pool_id, name, bytes_total, created_by)
    VALUES (:program_id, nextval('ledger_ids'), :pool_id, :name, :bytes_total, :actor) RETURNING import_id
""")
# In the order of the codes, so that two imports of the same codes wait for each other and never both. What a claim of
# the partner's stands for is no code of a pool: codes that we made may come back in a list of the partner's.
_ADD = text(f"""
    WITH added AS (
        INSERT INTO pool_codes (program_id, partner_id, code, code_id, pool_id)
        SELECT :program_id, :partner_id, g.code, nextval('ledger_ids'), :pool_id
        FROM (SELECT DISTINCT unnest(CAST(:codes AS text[])) AS code ORDER BY 1) g
        WHERE g.code <> ALL(ARRAY(SELECT c.code FROM offer_claims c
            WHERE c.program_id = :program_id AND c.partner_id = :partner_id AND c.code = ANY(CAST(:codes AS text[]))
            AND c.state <> 'void' AND c.kind IN ('code', 'redemption')))
        ON CONFLICT DO NOTHING RETURNING code_id
    )
    SELECT code_id % {PARTS} AS part, count(*) AS codes FROM added GROUP BY 1
""")
_LOCK_PARTS = text("""
    SELECT part FROM pool_counts WHERE program_id = :program_id AND pool_id = :pool_id ORDER BY part FOR UPDATE
""")
_COUNT = text("""
    UPDATE pool_counts SET codes_free = codes_free + :codes
    WHERE program_id = :program_id AND pool_id = :pool_id AND part = :part
""")
_PROGRESS = text(f"""
    UPDATE pool_imports SET state = :state, bytes_done = :bytes_done, rows_added = rows_added + :added,
        rows_repeated = rows_repeated + :repeated, rows_refused = rows_refused + :refused, updated_at = now(),
        problems = CASE WHEN jsonb_array_length(problems) < {PROBLEMS_MAXIMUM}
            THEN problems || CAST(:problems AS jsonb) ELSE problems END
    WHERE program_id = :program_id AND import_id = :import_id
""")


@dataclass(frozen=True, slots=True)
class CodeFile:
    """A file of codes for a pool, and who sends it. `bytes_total`: its size where the sender says so."""

    program_id: int
    pool_id: int
    name: str
    actor: str
    bytes_total: int | None = None


async def import_codes(database: AsyncEngine, file: CodeFile, pieces: AsyncIterator[bytes]) -> PoolImport:
    """Take in a file as its pieces come. What was taken in stays, whatever is raised.

    Raises PoolRefused: POOL_NOT_FOUND, POOL_CLOSED (also in the middle); FileRefused where the text cannot be read on;
    and what `pieces` raises.
    """
    async with tenant_transaction(database, file.program_id) as connection:
        running = await _begin(connection, file)
    try:
        await _take_in(database, running, pieces)
    except FileRefused as refusal:
        await _end(database, running, "broken_off", refusal)
        raise
    except Exception:
        await _end(database, running, "broken_off")
        raise
    await _end(database, running, "finished")
    async with tenant_transaction(database, file.program_id) as connection:
        made = await import_of(connection, file.program_id, running.import_id)
    assert made is not None, "it was written just now"
    return made


@dataclass(slots=True)
class _Running:
    program_id: int
    pool_id: int
    import_id: int
    bytes_done: int = 0


async def _begin(connection: AsyncConnection, file: CodeFile) -> _Running:
    await _open_pool(connection, file.program_id, file.pool_id)
    given = {
        "program_id": file.program_id, "pool_id": file.pool_id, "actor": file.actor, "bytes_total": file.bytes_total,
        "name": "".join(sign for sign in file.name if sign.isprintable())[:FILE_NAME_MAXIMUM],
    }  # fmt: skip
    import_id = (await connection.execute(_BEGIN, given)).scalar_one()
    return _Running(file.program_id, file.pool_id, import_id)


async def _take_in(database: AsyncEngine, running: _Running, pieces: AsyncIterator[bytes]) -> None:
    reader = CodeText()
    rows: list[CodeRow] = []
    async for piece in pieces:
        rows += reader.feed(piece)
        running.bytes_done += len(piece)
        while len(rows) >= STEP:
            await _keep(database, running, rows[:STEP])
            del rows[:STEP]
    rows += reader.finish()
    for first in range(0, len(rows), STEP):
        await _keep(database, running, rows[first : first + STEP])


async def _keep(database: AsyncEngine, running: _Running, rows: Sequence[CodeRow]) -> None:
    refused = [row for row in rows if row.problem is not None]
    codes = [row.code for row in rows if row.problem is None]
    async with tenant_transaction(database, running.program_id) as connection:
        pool = await _open_pool(connection, running.program_id, running.pool_id)
        added = await _add(connection, pool, codes)
        problems = [{"row": row.number, "problem": row.problem} for row in refused[:PROBLEMS_MAXIMUM]]
        await _note(connection, running, "running", added, len(codes) - added, len(refused), problems)
        if pool.low_since is not None and added:
            await mark_low_water(connection, pool.program_id, pool.pool_id)
    crash_point("codes-kept")


async def _add(connection: AsyncConnection, pool: CodePool, codes: Sequence[str]) -> int:
    """Keep codes that the partner has in no pool yet; returns how many those were."""
    if not codes:
        return 0
    key = {"program_id": pool.program_id, "pool_id": pool.pool_id}
    given = key | {"partner_id": pool.partner_id, "codes": list(codes)}
    added = Counter({row.part: row.codes for row in await connection.execute(_ADD, given)})
    # In one order, after the codes: claims hold a code and one part at most.
    await connection.execute(_LOCK_PARTS, key)
    for part, count in sorted(added.items()):
        await connection.execute(_COUNT, key | {"part": part, "codes": count})
    return added.total()


async def _note(
    connection: AsyncConnection, running: _Running, state: str, added: int, repeated: int, refused: int,
    problems: Sequence[object],
) -> None:  # fmt: skip
    given = {
        "program_id": running.program_id, "import_id": running.import_id, "bytes_done": running.bytes_done,
        "added": added, "repeated": repeated, "refused": refused, "state": state,
        "problems": orjson.dumps(problems).decode(),
    }  # fmt: skip
    await connection.execute(_PROGRESS, given)


async def _end(database: AsyncEngine, running: _Running, state: str, refusal: FileRefused | None = None) -> None:
    problems = [] if refusal is None else [{"row": refusal.row, "problem": refusal.code}]
    async with tenant_transaction(database, running.program_id) as connection:
        await _note(connection, running, state, 0, 0, 0, problems)


async def _open_pool(connection: AsyncConnection, program_id: int, pool_id: int) -> CodePool:
    pool = await pool_of(connection, program_id, pool_id)
    if pool is None:
        raise PoolRefused("POOL_NOT_FOUND", None, "the program has no such pool")
    if pool.ended:
        raise PoolRefused("POOL_CLOSED", None, "nothing more is handed out of this pool")
    return pool
