"""The database goes away under the runner of jobs, or is not there when it starts: it comes back by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from procrastinate import App
from procrastinate.exceptions import ConnectorException

from engine.shops import ShopReference
from plugin.background import jobs
from plugin.background.jobs import create_jobs, run_jobs
from plugin.services import Services
from plugin.web.app import LaurelApp

LIMIT_SECONDS = 60.0


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "TROUBLE_SECONDS", 0.01)


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Set when a job has run."""
    event = asyncio.Event()

    async def remember(_services: Services, _program_id: int, _shop_id: int) -> None:
        event.set()

    monkeypatch.setattr(jobs, "reconcile_shop", remember)
    return event


@pytest.fixture
async def put_in(app: LaurelApp, shop: ShopReference) -> AsyncIterator[App]:
    """A job waits to be run."""
    queue = create_jobs(app.services)
    async with queue.open_async():
        await queue.configure_task("reconcile-shop").defer_async(program_id=shop.program_id, shop_id=shop.shop_id)
        yield queue


async def run_until(services: Services, done: asyncio.Event) -> None:
    stop = asyncio.Event()
    running = asyncio.create_task(run_jobs(services, stop))
    try:
        async with asyncio.timeout(LIMIT_SECONDS):
            await done.wait()
    finally:
        stop.set()
        await running


@pytest.mark.usefixtures("put_in")
@pytest.mark.parametrize("failing", ["open_async", "run_worker_async"])
async def test_a_runner_that_ends_in_trouble_is_started_again(
    app: LaurelApp, ran: asyncio.Event, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    failures = 0

    def broken(services: Services) -> App:
        nonlocal failures
        queue = create_jobs(services)

        async def fail(**_options: object) -> None:
            raise ConnectorException

        if failures < 2:
            failures += 1
            monkeypatch.setattr(queue, failing, fail)
        return queue

    monkeypatch.setattr(jobs, "create_jobs", broken)

    await run_until(app.services, ran)

    assert failures == 2


async def test_a_runner_that_is_told_to_stop_while_the_database_is_away_stops(
    app: LaurelApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = asyncio.Event()

    def unreachable(services: Services) -> App:
        queue = create_jobs(services)

        async def hang() -> None:
            tried.set()
            await asyncio.Event().wait()

        monkeypatch.setattr(queue, "open_async", hang)
        return queue

    monkeypatch.setattr(jobs, "create_jobs", unreachable)

    await run_until(app.services, tried)

    assert tried.is_set()  # and `run_until` saw it end
