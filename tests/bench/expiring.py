"""The sweep that expires points, over a million lots of which few are due: how many it reads, and how fast it is.

The reference is what a sweep without an index would have to do: one sequential scan of the same table.
"""

from __future__ import annotations

import asyncio
import time

import psycopg

from engine.database import create_engine, tenant_transaction
from engine.expiry import expire_due
from tests.bench.results import Result
from tests.bench.stage import Stage

LOTS = 1_000_000
MEMBERS = 100_000
DUE = 1_000
"""As many lots are due, each another member's."""

PROGRAM = 998
_READ = """
    SELECT COALESCE(sum(seq_tup_read + idx_tup_fetch), 0)::bigint FROM pg_stat_user_tables WHERE relname LIKE 'lots%'
"""
_SCAN = f"SELECT count(*) FROM lots WHERE program_id = {PROGRAM} AND remaining > 0 AND expires_at <= now()"


def measure(stage: Stage) -> list[Result]:
    """Lots that were read for each that was due; due lots a second, and those that scans would find a second."""
    with psycopg.connect(stage.postgres.owner_url, autocommit=True) as owner:
        owner.execute(_fill().encode())
        before = _lots_read(owner)
        seconds, sweeps = asyncio.run(_sweep(stage))
        read = _lots_read(owner) - before
        left = owner.execute(_SCAN.encode()).fetchone()
        assert left == (0,), left
        owner.execute("SET enable_indexscan = off")
        owner.execute("SET enable_bitmapscan = off")
        owner.execute("SET enable_indexonlyscan = off")
        began = time.perf_counter()
        owner.execute(_SCAN.encode())
        scan = time.perf_counter() - began
    return [
        Result(f"expiry: lots read for each of {DUE:,} due among {LOTS:,}", "", read / DUE, aim="≤ 4"),
        Result(
            "expiry: due lots a second (reference: by a scan each sweep)", "/s", DUE / seconds, DUE / (scan * sweeps)
        ),
        Result("one sequential scan of the lots", "ms", scan * 1_000),
    ]


def _fill() -> str:
    """Members with ten lots each; what is due lies with the first members, whose next end says so."""
    return f"""
        INSERT INTO members (program_id, member_id, joined_at, available, lifetime, next_expiry_at)
        SELECT {PROGRAM}, 5000000 + m, now(), {LOTS // MEMBERS}, {LOTS // MEMBERS},
            now() + CASE WHEN m <= {DUE} THEN interval '-1 hour' ELSE interval '1 day' END
        FROM generate_series(1, {MEMBERS}) m;
        INSERT INTO lots (program_id, lot_id, member_id, transaction_id, quantity, remaining, available_at, expires_at)
        SELECT {PROGRAM}, 900000000 + n, 5000001 + n % {MEMBERS}, 1, 1, 1, now() - interval '1 year', now() + CASE
            WHEN n < {DUE} THEN interval '-1 hour' ELSE make_interval(days => 1 + n / {MEMBERS}) END
        FROM generate_series(0, {LOTS - 1}) n;
        ANALYZE members, lots;
    """


def _lots_read(owner: psycopg.Connection[tuple[object, ...]]) -> int:
    time.sleep(1.5)  # a backend reports its figures at most once a second
    owner.execute("SELECT pg_stat_clear_snapshot()")
    row = owner.execute(_READ).fetchone()
    assert row is not None
    return int(str(row[0]))


async def _sweep(stage: Stage) -> tuple[float, int]:
    """Sweep until nothing is due, as the worker does; the seconds, and how many sweeps it took."""
    engine = create_engine(stage.postgres.application_url)
    began, sweeps = time.perf_counter(), 0
    while True:
        async with tenant_transaction(engine, PROGRAM) as connection:
            sweeps += 1
            if not await expire_due(connection):
                break
    seconds = time.perf_counter() - began
    await engine.dispose()
    return seconds, sweeps
