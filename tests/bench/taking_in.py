"""A file of very many codes taken into a pool as it arrives, against one bare `COPY` of the same codes.

Both tables have the same keys; a `COPY` keeps nothing when it is broken off, and stands still at the first double code.
The import runs in a process of its own (`python -m tests.bench.taking_in <program> <pool>`), so that its memory is
what it needs and nothing else.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import os
import re
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg

from engine.database import create_engine, tenant_transaction
from engine.offers.importing import CodeFile, import_codes
from engine.offers.pools import create_pool
from tests.bench.results import Result
from tests.bench.stage import Stage

CODES = int(os.environ.get("LAUREL_BENCH_CODES", "1000000"))
PARTNER = 8_800_001
_PIECE = 4_000
"""Codes in one piece of the body: about 64 KB, as a server hands it on."""


def measure(stage: Stage) -> list[Result]:
    """Codes a second of the import and of the reference, and what the import takes of memory at its peak."""
    pool_id = asyncio.run(new_pool(stage, PARTNER))
    command = [sys.executable, "-m", "tests.bench.taking_in", str(stage.shop.program_id), str(pool_id)]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    seconds, before, peak = (float(part) for part in output.split())
    what = f"codes taken in, a file of {CODES:,} (reference: one COPY)"
    return [
        Result(what, "/s", CODES / seconds, CODES / _copied(stage), "≥ 0.3 ×"),
        Result(f"memory for it at the peak, above {before / 1024:.0f} MiB", "MiB", (peak - before) / 1024),
    ]


async def new_pool(stage: Stage, partner_id: int) -> int:
    """An empty pool of a partner, who is made where there is none."""
    with psycopg.connect(stage.postgres.owner_url, autocommit=True) as owner:
        owner.execute(
            "INSERT INTO partners (program_id, partner_id, handle, name) VALUES (%s, %s, %s, 'Bench') "
            "ON CONFLICT DO NOTHING",
            [stage.shop.program_id, partner_id, f"bench-{partner_id}"],
        )
    engine = create_engine(stage.postgres.application_url)
    async with tenant_transaction(engine, stage.shop.program_id) as connection:
        pool = await create_pool(connection, stage.shop.program_id, partner_id, "Bench", actor="bench")
    await engine.dispose()
    return pool.pool_id


def codes(count: int) -> Iterator[str]:
    """So many different codes, in no order."""
    for number in range(count):
        yield base64.b32encode(hashlib.sha256(b"%d" % number).digest()[:10]).decode()


async def pieces(count: int) -> AsyncIterator[bytes]:
    """A file of so many codes, as it arrives."""
    yield b"code\n"
    some: list[str] = []
    for code in codes(count):
        some.append(code)
        if len(some) == _PIECE:
            yield ("\n".join(some) + "\n").encode()
            some.clear()
    yield "\n".join(some).encode()


def _copied(stage: Stage) -> float:
    with psycopg.connect(stage.postgres.owner_url, autocommit=True) as owner, owner.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_copied (LIKE pool_codes INCLUDING ALL)")
        began = time.perf_counter()
        with cursor.copy("COPY bench_copied (program_id, partner_id, code, code_id, pool_id) FROM STDIN") as copy:
            for number, code in enumerate(codes(CODES)):
                copy.write_row((stage.shop.program_id, PARTNER, code, number, 1))
        seconds = time.perf_counter() - began
        cursor.execute("DROP TABLE bench_copied")
    return seconds


async def _import(program_id: int, pool_id: int) -> None:
    engine = create_engine(os.environ["DATABASE_URL"])
    before = _peak_kib()
    began = time.perf_counter()
    made = await import_codes(engine, CodeFile(program_id, pool_id, "codes.csv", "bench"), pieces(CODES))
    assert made.rows_added == CODES, made
    print(time.perf_counter() - began, before, _peak_kib())
    await engine.dispose()


def _peak_kib() -> int:
    """The most memory that this process had; what its parent had as it started it is not its own, as in `getrusage`."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1])


if __name__ == "__main__":
    asyncio.run(_import(int(sys.argv[1]), int(sys.argv[2])))
