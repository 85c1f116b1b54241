"""The nightly review of a million members' tiers, of whom one in a hundred has days that drop out of the window.

The reference is one plain sequential scan of the same table: what any review that looks at everybody would have to do
before it worked anything out.
"""

from __future__ import annotations

import asyncio
import time
from decimal import Decimal

import psycopg

from engine.database import create_engine, tenant_transaction
from engine.program import BEGINNING_OF_TIME
from engine.standings import review_due
from engine.tiers.definitions import Tier, TierProgram
from engine.tiers.periods import Lasts, Rolling
from engine.tiers.requirements import AtLeast
from engine.tiers.versions import publish_tiers
from tests.bench.results import Result
from tests.bench.stage import Stage

MEMBERS = 1_000_000
DUE_IN_A_HUNDRED = 1
ORDERS_OF_DUE = 8
"""Orders in the last year of each member who is due; all others had one."""

PROGRAM = 997
FIRST = 7_000_000
_READ = """
    SELECT COALESCE(sum(seq_tup_read + idx_tup_fetch), 0)::bigint FROM pg_stat_user_tables
    WHERE relname = 'member_tiers'
"""
_SCAN = f"SELECT count(*), sum(spend_minor) FROM member_tiers WHERE program_id = {PROGRAM} AND since <= now()"
_LEFT = f"SELECT count(*) FROM member_tiers WHERE program_id = {PROGRAM} AND (review_at <= now() OR version < 1)"


def measure(stage: Stage) -> list[Result]:
    """Seconds of the whole review, the same as sequential scans of the table, and rows that were read for each due."""
    due = MEMBERS * DUE_IN_A_HUNDRED // 100
    with psycopg.connect(stage.postgres.owner_url, autocommit=True) as owner:
        owner.execute(f"INSERT INTO programs (program_id) VALUES ({PROGRAM})".encode())
        asyncio.run(_publish(stage))
        owner.execute(_fill(due).encode())
        before = _rows_read(owner)
        seconds, reviewed = asyncio.run(_review(stage))
        read = _rows_read(owner) - before
        assert reviewed == due, reviewed
        left = owner.execute(_LEFT.encode()).fetchone()
        assert left == (0,), left
        for kind in ("indexscan", "bitmapscan", "indexonlyscan"):
            owner.execute(f"SET enable_{kind} = off".encode())
        scan = min(_seconds(owner) for _ in range(3))
    return [
        Result(f"nightly review of {MEMBERS:,} members, {due:,} of them due", "s", seconds, aim="< 60 s"),
        Result("the same in sequential scans of member_tiers", "scans", seconds / scan),
        Result("one sequential scan of member_tiers", "ms", scan * 1_000),
        Result("members reviewed a second", "/s", due / seconds),
        Result("rows of member_tiers read for each due", "", read / due, aim="≤ 5"),
    ]


def _ladder() -> TierProgram:
    steps = (("silver", 500), ("gold", 2_000))
    tiers = [
        Tier(handle=handle, name=handle, enter=AtLeast(metric="spend", amount=Decimal(spend)))
        for handle, spend in steps
    ]
    base = Tier(handle="bronze", name="bronze")
    return TierProgram(currency="USD", tiers=(base, *tiers), window=Rolling(days=365), term=Lasts(months=12))


async def _publish(stage: Stage) -> None:
    engine = create_engine(stage.postgres.application_url)
    async with tenant_transaction(engine, PROGRAM) as connection:
        await publish_tiers(connection, PROGRAM, _ladder(), BEGINNING_OF_TIME, "bench")
    await engine.dispose()


def _fill(due: int) -> str:
    """Members with their orders; those who are due have one of 365 days ago, which counts no longer since midnight."""
    spread = MEMBERS // due
    is_due = f"m % {spread} = 0"
    return f"""
        INSERT INTO members (program_id, member_id, joined_at)
        SELECT {PROGRAM}, {FIRST} + m, now() - interval '2 years' FROM generate_series(0, {MEMBERS - 1}) m;
        INSERT INTO activities (program_id, shop_id, source, source_id, member_id, occurred_at, currency, steps)
        SELECT {PROGRAM}, 1, 'order', m || '-' || n, {FIRST} + m, at, 'USD',
            jsonb_build_array(jsonb_build_array(to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS+00:00'),
                9000, 90, 1, 0, 0))
        FROM generate_series(0, {MEMBERS - 1}) m
        CROSS JOIN LATERAL generate_series(0, CASE WHEN {is_due} THEN {ORDERS_OF_DUE - 1} ELSE 0 END) n
        CROSS JOIN LATERAL (
            SELECT now() - make_interval(days => CASE WHEN {is_due} THEN 365 - 45 * n ELSE 30 END) AS at) placed;
        INSERT INTO member_tiers (program_id, member_id, version, tier, since, spend_minor, points, orders, review_at)
        SELECT {PROGRAM}, {FIRST} + m, 1, 'bronze', now() - interval '2 years', 9000, 90, 1,
            CASE WHEN {is_due} THEN now() - interval '1 hour' ELSE now() + interval '335 days' END
        FROM generate_series(0, {MEMBERS - 1}) m;
        ANALYZE members, activities, member_tiers;
    """


async def _review(stage: Stage) -> tuple[float, int]:
    """Review until nobody is due, as the worker does: each time a step of its own."""
    engine = create_engine(stage.postgres.application_url)
    began, reviewed = time.perf_counter(), 0
    while True:
        async with tenant_transaction(engine, PROGRAM) as connection:
            step = await review_due(connection)
        if not step:
            break
        reviewed += step
    seconds = time.perf_counter() - began
    await engine.dispose()
    return seconds, reviewed


def _seconds(owner: psycopg.Connection[tuple[object, ...]]) -> float:
    began = time.perf_counter()
    owner.execute(_SCAN.encode())
    return time.perf_counter() - began


def _rows_read(owner: psycopg.Connection[tuple[object, ...]]) -> int:
    time.sleep(1.5)  # a backend reports its figures at most once a second
    owner.execute("SELECT pg_stat_clear_snapshot()")
    row = owner.execute(_READ.encode()).fetchone()
    assert row is not None
    return int(str(row[0]))
