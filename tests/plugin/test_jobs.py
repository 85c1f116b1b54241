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
    first = "SELECT status, attempts, scheduled_at > now() FROM procrastinate_jobs WHERE id = :id"
    async with engine.begin() as connection:
        row = (await connection.execute(text(first), {"id": job_id})).one()

    assert tuple(row) == ("todo", 1, True)
