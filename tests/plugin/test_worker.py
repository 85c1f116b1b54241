"""The worker dies at any moment and starts again: every event is applied once, by real processes on a real database."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.audit import run_audit
from engine.shops import ShopReference
from tests.support.deliveries import store_delivery
from tests.support.payloads import body_of, customer_payload, order_payload
from tests.support.refund_payloads import refund_payload
from tests.support.signing import API_KEY, SECRET

CRASH_POINTS = [
    "inbox-after-claim",
    "ledger-between-transactions-and-transfers",
    "ledger-after-write",
    "inbox-before-commit",
    "inbox-after-commit",
]
LIMIT_SECONDS = 120.0


@pytest.fixture
def environment(database_url: str, redis_url: str) -> dict[str, str]:
    return {
        **os.environ,
        "SHOPIFY_API_KEY": API_KEY,
        "SHOPIFY_API_SECRET": SECRET,
        "SHOPIFY_APP_URL": "http://127.0.0.1:8000",
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "LAUREL_ENCRYPTION_KEY": base64.b64encode(bytes(range(32))).decode(),
    }


class Workers:
    """Starts workers and remembers them, so that none outlives its test."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment
        self.started: list[subprocess.Popen[bytes]] = []

    def start(self, crash_at: str = "") -> subprocess.Popen[bytes]:
        command = [str(Path(sys.executable).parent / "laurel"), "worker"]
        environment = {**self._environment, "LAUREL_CRASH_AT": crash_at}
        process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL, start_new_session=True)
        self.started.append(process)
        return process


@pytest.fixture
def workers(environment: dict[str, str]) -> Iterator[Workers]:
    workers = Workers(environment)
    yield workers
    for process in workers.started:
        process.kill()
        process.wait()


async def deliver(engine: AsyncEngine, shop: ShopReference, topic: str, payload: object, webhook_id: str) -> None:
    await store_delivery(engine, shop, topic, body_of(payload), webhook_id)


def wait_until_settled(url: str) -> None:
    deadline = time.monotonic() + LIMIT_SECONDS
    with psycopg.connect(url, autocommit=True) as connection:
        while True:
            row = connection.execute("SELECT count(*) FROM deliveries WHERE state = 'pending'").fetchone()
            if row == (0,):
                return
            assert time.monotonic() < deadline, f"{row} deliveries still wait"
            time.sleep(0.05)


def balances(url: str) -> list[tuple[int, int]]:
    """(customer id, available) of everybody, by id."""
    with psycopg.connect(url) as connection:
        return connection.execute(
            "SELECT customer_id, available FROM customers JOIN members USING (program_id, member_id) ORDER BY 1"
        ).fetchall()


@pytest.mark.parametrize("crash_at", CRASH_POINTS)
async def test_a_worker_that_dies_at_a_named_point_leaves_each_event_applied_once(
    engine: AsyncEngine, shop: ShopReference, database_url: str, workers: Workers, crash_at: str
) -> None:
    order = order_payload(1001, customer=customer_payload(1))
    await deliver(engine, shop, "orders/paid", order, "a")
    await deliver(engine, shop, "refunds/create", refund_payload(order_id=1001), "b")
    await deliver(engine, shop, "orders/updated", order, "c")

    assert workers.start(crash_at).wait(LIMIT_SECONDS) == 137
    workers.start()
    wait_until_settled(database_url)

    before = balances(database_url)
    await deliver(engine, shop, "orders/paid", order, "again")
    wait_until_settled(database_url)
    assert balances(database_url) == before
    assert run_audit_outside(database_url) == 0


async def test_a_worker_killed_again_and_again_applies_every_event_once(
    engine: AsyncEngine, shop: ShopReference, database_url: str, workers: Workers
) -> None:
    for number in range(300):
        order = order_payload(2000 + number, customer=customer_payload(number % 7 + 1, f"c{number % 7}@example.com"))
        await deliver(engine, shop, "orders/paid", order, f"paid-{number}")
        await deliver(engine, shop, "orders/updated", order, f"updated-{number}")
    for wait_seconds in (0.9, 1.0, 1.1, 1.2):
        process = workers.start()
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(wait_seconds)
        process.kill()
        process.wait()
    workers.start()
    workers.start()
    wait_until_settled(database_url)

    orders_of = [sum(number % 7 + 1 == customer for number in range(300)) for customer in range(1, 8)]
    assert balances(database_url) == [(customer, 100 + 45 * orders_of[customer - 1]) for customer in range(1, 8)]
    assert run_audit_outside(database_url) == 0


async def test_a_worker_told_to_stop_finishes_and_ends_well(
    engine: AsyncEngine, shop: ShopReference, database_url: str, workers: Workers
) -> None:
    await deliver(engine, shop, "orders/paid", order_payload(1001, customer=customer_payload(1)), "a")
    process = workers.start()
    wait_until_settled(database_url)
    process.terminate()

    assert process.wait(LIMIT_SECONDS) == 0


async def test_one_bad_delivery_costs_only_itself(
    engine: AsyncEngine, shop: ShopReference, database_url: str, workers: Workers
) -> None:
    await deliver(engine, shop, "orders/paid", {"id": "not an id"}, "bad")
    await deliver(engine, shop, "orders/paid", order_payload(1001, customer=customer_payload(1)), "good")
    await deliver(engine, shop, "some/unknown_topic", {"anything": 1}, "unknown")
    workers.start()
    wait_until_settled(database_url)

    assert balances(database_url) == [(1, 145)]
    with psycopg.connect(database_url) as connection:
        states = connection.execute("SELECT webhook_id, state FROM deliveries ORDER BY 1").fetchall()
    assert states == [("bad", "parked"), ("good", "applied"), ("unknown", "ignored")]


def run_audit_outside(url: str) -> int:
    """The audit as the command runs it, in a thread of its own, since a loop is already running here."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run_audit, url).result().breaches
