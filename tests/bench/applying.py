"""Events applied, from stored deliveries to a committed ledger, against `pgbench` running the bare ledger transaction.

The reference inserts, row by row with 8 clients, what one paid order comes to in our own tables: a transaction, its
transfer, its effect key, award and lot, and updates the member; no rules, no facts, no sealing.
"""

from __future__ import annotations

import asyncio
import re
import subprocess
import time
from pathlib import Path

import psycopg
from redis.asyncio import Redis

from engine.database import create_engine, libpq_url, tenant_transaction
from engine.game.following import FOLLOWED_AT_ONCE, follow_marked
from engine.leaderboards.connecting import connect_boards
from engine.leaderboards.draining import drain_boards
from engine.leaderboards.keeping import keep_boards
from plugin.background.draining import Inbox
from plugin.embedded.postgres import client_program
from tests.bench.results import Result
from tests.bench.stage import Stage
from tests.support.payloads import body_of, customer_payload, order_payload

DELIVERIES = 10_000
CUSTOMERS = 1_000
PGBENCH_SECONDS = 10

_LEDGER_TRANSACTION = """
\\set member random(1000001, 1001000)
\\set id random(1, 9000000000000)
BEGIN;
SELECT available FROM members WHERE program_id = 999 AND member_id = :member FOR UPDATE;
INSERT INTO transactions VALUES (999, :id, 'earn', :member, :id, 45, 1, NULL, now(), now(), 'program',
    '{"order": "#1001", "base": "45.00", "currency": "USD", "rate": "1"}', sha256('x'));
INSERT INTO transfers VALUES (999, :id, 0, 1, :member * 16 + 8, 45);
INSERT INTO effect_keys VALUES (999, 1, 'order', :id, 'purchase', 0, :id);
INSERT INTO awards
    VALUES (999, :id, 1, 'order', :id, 'purchase', 1, :member, now(), now() + interval '365 days', 45, 1);
INSERT INTO lots (program_id, lot_id, member_id, award_id, transaction_id, quantity, remaining, available_at,
    expires_at) VALUES (999, :id, :member, :id, :id, 45, 45, now(), now() + interval '365 days');
UPDATE members SET available = available + 45, lifetime = lifetime + 45, version = version + 1
    WHERE program_id = 999 AND member_id = :member;
COMMIT;
"""


def measure(stage: Stage) -> list[Result]:
    """Events a second by one draining process, and transactions a second of the reference."""
    _store_deliveries(stage)
    applying, following = asyncio.run(_drain_all(stage, DELIVERIES))
    reference = bare_transactions(stage)
    return [
        Result("events applied, one worker", "/s", DELIVERIES / applying, reference, "≥ 1.0 ×, then 2 ×"),
        Result(
            "the same, with the game and boards brought up to date", "/s", DELIVERIES / (applying + following),
            reference, "≥ 1.0 ×, then 2 ×",
        ),
    ]  # fmt: skip


def _store_deliveries(stage: Stage) -> None:
    with psycopg.connect(stage.postgres.owner_url, autocommit=True) as owner, owner.cursor() as cursor:
        with cursor.copy("COPY deliveries (program_id, shop_id, webhook_id, topic, body) FROM STDIN") as copy:
            for number in range(DELIVERIES):
                buyer = customer_payload(40_000_000_000 + number % CUSTOMERS, f"c{number % CUSTOMERS}@example.com")
                body = body_of(order_payload(30_000_000_000 + number, customer=buyer))
                copy.write_row((stage.shop.program_id, stage.shop.shop_id, f"applying-{number}", "orders/paid", body))
        owner.execute("ANALYZE deliveries")


async def drain(stage: Stage, deliveries: int) -> float:
    """Seconds that one draining process needs for the deliveries that wait."""
    engine = create_engine(stage.postgres.application_url)
    inbox = Inbox(stage.settings, engine, Redis.from_url(stage.valkey.url))
    began = time.perf_counter()
    taken = 0
    while taken < deliveries:
        taken += await inbox.drain()
    seconds = time.perf_counter() - began
    await engine.dispose()
    return seconds


async def _drain_all(stage: Stage, deliveries: int) -> tuple[float, float]:
    """Seconds for the deliveries that wait, and those that the game and the boards need to follow, batch by batch."""
    engine, redis = create_engine(stage.postgres.application_url), connect_boards(stage.valkey.url)
    inbox = Inbox(stage.settings, engine, redis)
    program_id, taken, applying, following = stage.shop.program_id, 0, 0.0, 0.0
    await keep_boards(engine, redis, [program_id])
    while taken < deliveries:
        began = time.perf_counter()
        taken += await inbox.drain()
        applied = time.perf_counter()
        async with tenant_transaction(engine, program_id) as connection:
            await follow_marked(connection, most=FOLLOWED_AT_ONCE * 5)
        async with tenant_transaction(engine, program_id) as connection:
            await drain_boards(connection, redis)
        applying, following = applying + applied - began, following + time.perf_counter() - applied
    await redis.aclose()
    await engine.dispose()
    return applying, following


def bare_transactions(stage: Stage) -> float:
    """The reference: transactions a second of `pgbench`."""
    with psycopg.connect(stage.postgres.owner_url, autocommit=True) as owner:
        owner.execute(
            "INSERT INTO members (program_id, member_id, joined_at) "
            "SELECT 999, n, now() FROM generate_series(1000001, 1001000) n ON CONFLICT DO NOTHING"
        )
    script = Path(stage.postgres.home) / "ledger.sql"
    script.write_text(_LEDGER_TRANSACTION)
    command = [
        str(client_program("pgbench")), "--no-vacuum", "--client=8", "--jobs=2", "--protocol=prepared",
        f"--time={PGBENCH_SECONDS}", f"--file={script}", libpq_url(stage.postgres.owner_url),
    ]  # fmt: skip
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"tps = ([\d.]+)", output)
    assert found is not None, output
    return float(found.group(1))
