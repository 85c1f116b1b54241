"""Calls to the outside: leased and fenced, one queue one after another, and no worker that dies takes one with it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from prometheus_client import generate_latest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.outside_calls import OutsideCall, ask, claim, extend, forget_settled, open_calls, postpone, settle
from engine.shops import ShopReference
from plugin.background import outside_calls
from plugin.background.outcomes import Ended, Later, Outcome
from plugin.background.outside_calls import OutsideCalls
from plugin.background.tenants import Tenants
from plugin.services import Services, create_services
from plugin.settings import Settings
from plugin.web.measurements import Measurements
from plugin.web.metrics import REGISTRY

MINUTE = timedelta(minutes=1)


class Calls:
    """The calls of one shop, each step in a transaction of its own."""

    def __init__(self, engine: AsyncEngine, shop: ShopReference) -> None:
        self.engine, self.shop = engine, shop

    async def ask(
        self, kind: str = "test", object_id: int = 1, queue: str = "q", delay: timedelta = MINUTE * 0
    ) -> None:
        async with tenant_transaction(self.engine, self.shop.program_id) as connection:
            await ask(connection, self.shop.program_id, self.shop.shop_id, kind, object_id, queue=queue, delay=delay)

    async def claim(self, most: int = 10, lease: timedelta = MINUTE) -> list[OutsideCall]:
        async with tenant_transaction(self.engine, self.shop.program_id) as connection:
            return await claim(connection, most=most, lease=lease)

    async def settle(self, call: OutsideCall, *, done: bool = True) -> bool:
        async with tenant_transaction(self.engine, self.shop.program_id) as connection:
            return await settle(connection, call, done=done)

    async def postpone(self, call: OutsideCall, *, delay: timedelta = MINUTE * 0, unknown: bool = False) -> bool:
        async with tenant_transaction(self.engine, self.shop.program_id) as connection:
            return await postpone(connection, call, delay=delay, error="trouble", unknown=unknown)

    async def sql(self, statement: str) -> None:
        async with tenant_transaction(self.engine, self.shop.program_id) as connection:
            await connection.execute(text(statement))


@pytest.fixture
def calls(engine: AsyncEngine, shop: ShopReference) -> Calls:
    return Calls(engine, shop)


async def test_one_call_of_a_kind_for_an_object_is_open_at_a_time(calls: Calls) -> None:
    await calls.ask()
    await calls.ask()
    await calls.ask(kind="other", queue="another")
    claimed = await calls.claim()
    assert sorted(call.kind for call in claimed) == ["other", "test"]
    await calls.ask()
    for call in claimed:
        await calls.settle(call)
    assert await calls.claim() == []
    await calls.ask()
    assert len(await calls.claim()) == 1


async def test_a_queue_is_worked_in_its_order(calls: Calls) -> None:
    for number in range(3):
        await calls.ask(object_id=number, queue="one")
    await calls.ask(object_id=9, queue="two")

    assert sorted(call.object_id for call in await calls.claim()) == [0, 9]
    assert await calls.claim() == []
    await calls.sql("UPDATE outside_calls SET lease_until = now()")
    (again,) = [call for call in await calls.claim() if call.object_id == 0]
    await calls.postpone(again)
    (again,) = await calls.claim()
    assert again.object_id == 0
    await calls.settle(again, done=False)
    assert [call.object_id for call in await calls.claim()] == [1]


async def test_many_workers_at_once_lease_each_call_once(calls: Calls) -> None:
    for number in range(40):
        await calls.ask(object_id=number, queue=str(number))

    claimed = await asyncio.gather(*(calls.claim(most=8) for _ in range(8)))

    objects = [call.object_id for each in claimed for call in each]
    assert len(objects) == len(set(objects))
    assert sorted(objects + [call.object_id for call in await calls.claim(most=40)]) == list(range(40))


async def test_who_lost_the_lease_settles_nothing(calls: Calls) -> None:
    await calls.ask()
    (slow,) = await calls.claim()
    await calls.sql("UPDATE outside_calls SET lease_until = now()")
    (quick,) = await calls.claim()

    assert slow.lease_token != quick.lease_token
    assert (quick.attempts, quick.unknown_since is not None) == (2, True)
    assert not await calls.settle(slow)
    assert not await calls.postpone(slow)
    async with tenant_transaction(calls.engine, calls.shop.program_id) as connection:
        assert not await extend(connection, slow, MINUTE)
        assert await extend(connection, quick, MINUTE)
    assert await calls.settle(quick)


async def test_an_unknown_outcome_stays_unknown_until_it_is_settled(calls: Calls) -> None:
    await calls.ask()
    (call,) = await calls.claim()
    await calls.postpone(call, unknown=True)
    (call,) = await calls.claim()
    await calls.postpone(call, unknown=False)

    async with tenant_transaction(calls.engine, calls.shop.program_id) as connection:
        (shown,) = await open_calls(connection, calls.shop.program_id, only_unknown=True)
    assert (shown.attempts, shown.last_error, shown.unknown_since is not None) == (2, "trouble", True)
    await Measurements(calls.engine).refresh()
    assert "laurel_unknown_outcomes 1.0" in generate_latest(REGISTRY).decode()
    (call,) = await calls.claim()
    await calls.settle(call)
    async with tenant_transaction(calls.engine, calls.shop.program_id) as connection:
        assert await open_calls(connection, calls.shop.program_id) == []


async def test_a_delayed_call_waits_and_settled_ones_are_forgotten(calls: Calls) -> None:
    await calls.ask(delay=MINUTE)
    assert await calls.claim() == []
    await calls.ask(object_id=2, queue="other")
    (call,) = await calls.claim()
    await calls.settle(call)
    async with tenant_transaction(calls.engine, calls.shop.program_id) as connection:
        assert await forget_settled(connection, older_than=MINUTE) == 0
        assert await forget_settled(connection, older_than=timedelta(0)) == 1


@pytest.fixture
async def services(settings: Settings, engine: AsyncEngine) -> AsyncIterator[Services]:
    made = create_services(settings, engine=engine, http=httpx.AsyncClient())
    yield made
    await made.http.aclose()
    await made.close_redis()


def handle(monkeypatch: pytest.MonkeyPatch, handler: Any) -> None:
    monkeypatch.setattr(outside_calls, "HANDLERS", {"test": handler})


async def test_a_worker_makes_what_is_asked_for_within_moments(
    calls: Calls, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: asyncio.Queue[int] = asyncio.Queue()

    async def handler(_: Services, call: OutsideCall) -> Outcome:
        await made.put(call.object_id)
        return Ended()

    handle(monkeypatch, handler)
    stop = asyncio.Event()
    worker = asyncio.create_task(OutsideCalls(services, Tenants(calls.engine)).run(stop))
    for number in range(20):
        await calls.ask(object_id=number, queue=str(number))
    async with asyncio.timeout(60):
        assert {await made.get() for _ in range(20)} == set(range(20))
        stop.set()
        await worker
    async with tenant_transaction(calls.engine, calls.shop.program_id) as connection:
        assert await open_calls(connection, calls.shop.program_id) == []


async def test_a_lease_is_kept_while_its_call_goes_on(
    calls: Calls, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    going_on, finish = asyncio.Event(), asyncio.Event()

    async def handler(_: Services, __: OutsideCall) -> Outcome:
        going_on.set()
        await finish.wait()
        return Ended()

    handle(monkeypatch, handler)
    lease = timedelta(seconds=20)  # no machine is so slow that it ends by itself
    keeper = OutsideCalls(services, Tenants(calls.engine), lease=lease, extend_every_seconds=0.02)
    await calls.ask()
    (call,) = await keeper.claim(1)
    first = await lease_of(calls)
    making = asyncio.create_task(keeper.make(call))
    await going_on.wait()
    async with asyncio.timeout(60):
        while (await lease_of(calls)) <= first + timedelta(seconds=0.5):
            assert await calls.claim() == []
    finish.set()
    await making
    async with tenant_transaction(calls.engine, calls.shop.program_id) as connection:
        assert await open_calls(connection, calls.shop.program_id) == []


async def lease_of(calls: Calls) -> Any:
    async with tenant_transaction(calls.engine, calls.shop.program_id) as connection:
        return (await connection.execute(text("SELECT lease_until FROM outside_calls"))).scalar_one()


async def test_whoever_loses_the_lease_meanwhile_writes_nothing(
    calls: Calls, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def write(connection: Any) -> None:
        await connection.execute(text("UPDATE shops SET name = 'written'"))

    async def handler(_: Services, __: OutsideCall) -> Outcome:
        await calls.sql("UPDATE outside_calls SET lease_token = lease_token + 1000")
        return Ended(write=write)

    handle(monkeypatch, handler)
    worker = OutsideCalls(services, Tenants(calls.engine))
    await calls.ask()
    (call,) = await worker.claim(1)
    await worker.make(call)

    async with tenant_transaction(calls.engine, calls.shop.program_id) as connection:
        assert (await connection.execute(text("SELECT name FROM shops"))).scalar_one() == "Laurel Demo"
        assert len(await open_calls(connection, calls.shop.program_id)) == 1


@pytest.mark.parametrize("outcome", [RuntimeError("bug"), Later(error="busy"), None])
async def test_what_fails_is_tried_again_and_what_nobody_handles_is_given_up(
    calls: Calls, services: Services, monkeypatch: pytest.MonkeyPatch, outcome: Exception | Later | None
) -> None:
    async def handler(_: Services, __: OutsideCall) -> Outcome:
        if isinstance(outcome, Exception):
            raise outcome
        assert outcome is not None
        return outcome

    monkeypatch.setattr(outside_calls, "HANDLERS", {} if outcome is None else {"test": handler})
    worker = OutsideCalls(services, Tenants(calls.engine))
    await calls.ask()
    (call,) = await worker.claim(1)
    await worker.make(call)

    async with tenant_transaction(calls.engine, calls.shop.program_id) as connection:
        shown = [(one.attempts, one.last_error) for one in await open_calls(connection, calls.shop.program_id)]
    assert shown == {RuntimeError: [(1, "failed: RuntimeError")], Later: [(1, "busy")]}.get(type(outcome), [])
