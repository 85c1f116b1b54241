"""Jobs are calls to the outside, kept in PostgreSQL: one of a kind for each shop, tried again, found after a crash."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from procrastinate import App
from procrastinate.exceptions import AlreadyEnqueued
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.shops import ShopReference, uninstall_shop
from plugin.background import jobs
from plugin.background.jobs import create_jobs
from plugin.services import Services
from plugin.web.app import LaurelApp

Calls = list[tuple[int, int]]


@pytest.fixture
async def queue(app: LaurelApp) -> AsyncIterator[App]:
    queue = create_jobs(app.services)
    async with queue.open_async():
        yield queue


@pytest.fixture
def reconciled(monkeypatch: pytest.MonkeyPatch) -> Calls:
    """Which shops were re-read."""
    calls: Calls = []

    async def remember(_services: Services, program_id: int, shop_id: int) -> None:
        calls.append((program_id, shop_id))

    monkeypatch.setattr(jobs, "reconcile_shop", remember)
    return calls


async def run(queue: App) -> None:
    """Run what waits, and what that puts in, then stop."""
    await queue.run_worker_async(wait=False, install_signal_handlers=False, listen_notify=False)


async def states_of_one(engine: AsyncEngine) -> list[str]:
    """How the jobs that are called one ended, oldest first; the runner has rounds of its own besides."""
    found = "SELECT status FROM procrastinate_jobs WHERE queueing_lock = 'one' ORDER BY id"
    async with engine.begin() as connection:
        return list((await connection.execute(text(found))).scalars())


async def test_a_round_reads_each_installed_shop_again(queue: App, reconciled: Calls, shop: ShopReference) -> None:
    await queue.configure_task("reconcile-all").defer_async(timestamp=1)
    await run(queue)

    assert reconciled == [(shop.program_id, shop.shop_id)]


async def test_a_shop_that_left_is_not_read(
    queue: App, reconciled: Calls, shop: ShopReference, engine: AsyncEngine
) -> None:
    async with tenant_transaction(engine, shop.program_id) as connection:
        assert await uninstall_shop(connection, shop, triggered_at=datetime.now(UTC))
    await queue.configure_task("reconcile-all").defer_async(timestamp=1)
    await run(queue)

    assert reconciled == []


async def test_a_round_that_already_waits_is_not_put_in_twice(queue: App, shop: ShopReference) -> None:
    await queue.configure_task("reconcile-all").defer_async(timestamp=1)

    with pytest.raises(AlreadyEnqueued):
        await queue.configure_task("reconcile-all").defer_async(timestamp=2)


async def test_a_job_that_fails_is_tried_again_later(
    queue: App, shop: ShopReference, engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(_services: Services, _program_id: int, _shop_id: int) -> None:
        raise ConnectionError

    monkeypatch.setattr(jobs, "reconcile_shop", refuse)
    task = queue.configure_task("reconcile-shop")
    job_id = await task.defer_async(program_id=shop.program_id, shop_id=shop.shop_id)
    await run(queue)
    found = """SELECT id = :id, status, args->'attempt', scheduled_at > now() FROM procrastinate_jobs
        WHERE task_name = 'reconcile-shop' AND queueing_lock IS NULL ORDER BY id"""
    async with engine.begin() as connection:
        rows = [tuple(row) for row in await connection.execute(text(found), {"id": job_id})]

    assert rows == [(True, "succeeded", None, None), (False, "todo", 2, True)]


async def test_a_job_that_fails_while_another_of_its_name_waits_leaves_the_work_to_that(
    queue: App, shop: ShopReference, engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Found by a tester: the failed one could not go back among those that wait, and blocked the other for ever."""
    task = queue.configure_task("reconcile-shop", queueing_lock="one", lock="one")
    calls: list[int] = []

    async def refuse_first(_services: Services, _program_id: int, shop_id: int) -> None:
        calls.append(shop_id)
        if len(calls) == 1:
            await task.defer_async(program_id=shop.program_id, shop_id=shop.shop_id)
            raise ConnectionError

    monkeypatch.setattr(jobs, "reconcile_shop", refuse_first)
    await task.defer_async(program_id=shop.program_id, shop_id=shop.shop_id)
    await run(queue)

    assert await states_of_one(engine) == ["succeeded", "succeeded"]


async def test_a_job_that_a_dead_worker_left_gives_way_to_another_of_its_name(
    queue: App, reconciled: Calls, shop: ShopReference, engine: AsyncEngine
) -> None:
    task = queue.configure_task("reconcile-shop", queueing_lock="one", lock="one")
    left = await task.defer_async(program_id=shop.program_id, shop_id=shop.shop_id)
    async with engine.begin() as connection:
        dead = "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour') RETURNING id"
        worker = (await connection.execute(text(dead))).scalar_one()
        doing = "UPDATE procrastinate_jobs SET status = 'doing', worker_id = :worker WHERE id = :id"
        await connection.execute(text(doing), {"worker": worker, "id": left})
    await task.defer_async(program_id=shop.program_id, shop_id=shop.shop_id)
    await queue.configure_task("retry-stalled").defer_async(timestamp=1)
    await run(queue)

    assert await states_of_one(engine) == ["aborted", "succeeded"]
    assert (shop.program_id, shop.shop_id) in reconciled
