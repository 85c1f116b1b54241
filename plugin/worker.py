"""`laurel worker`: drains the inbox, makes the rounds and runs the jobs. Any number of workers may run at once."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable

import structlog
from sqlalchemy.exc import SQLAlchemyError

from plugin.draining import BATCH_MAXIMUM, Inbox
from plugin.jobs import run_jobs
from plugin.rounds import Round, rounds
from plugin.services import create_services
from plugin.settings import Settings
from plugin.tenants import Tenants

IDLE_SECONDS = 0.1
TROUBLE_SECONDS = 1.0
DRAIN_MAXIMUM_SECONDS = 25.0

log = structlog.get_logger("laurel.worker")


async def run_worker(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT; what was begun is finished, within 25 seconds."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    services = create_services(settings)
    tenants = Tenants(services.engine)
    inbox = Inbox(settings, services.engine, services.redis)
    log.info("worker started")
    tasks = [
        asyncio.create_task(_drain(inbox, stop)),
        *(asyncio.create_task(_repeat(one, stop)) for one in rounds(services.engine, tenants)),
        asyncio.create_task(run_jobs(services, stop)),
    ]
    try:
        await stop.wait()
        async with asyncio.timeout(DRAIN_MAXIMUM_SECONDS):
            await asyncio.gather(*tasks)
    except TimeoutError:
        log.warning("work was cut off; what it had not committed will be done again")
    finally:
        await services.close()
    log.info("worker stopped")


async def _drain(inbox: Inbox, stop: asyncio.Event) -> None:
    while not stop.is_set():
        taken = await _guarded("inbox", inbox.drain)
        if taken < BATCH_MAXIMUM:
            await _pause(IDLE_SECONDS if taken >= 0 else TROUBLE_SECONDS, stop)


async def _repeat(one: Round, stop: asyncio.Event) -> None:
    while not stop.is_set():
        done = await _guarded(one.name, one.run)
        await _pause(one.every_seconds if done >= 0 else TROUBLE_SECONDS, stop)


async def _guarded(name: str, run: Callable[[], Awaitable[int]]) -> int:
    """Run one piece of work; −1 when the database was not there, which heals by itself."""
    try:
        return await run()
    except (SQLAlchemyError, OSError) as error:
        log.warning("database trouble", work=name, error=type(error).__name__, detail=str(error)[:200])
        return -1


async def _pause(delay_seconds: float, stop: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(delay_seconds):
            await stop.wait()
    except TimeoutError:
        return
