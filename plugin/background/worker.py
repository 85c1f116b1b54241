"""`laurel worker`: drains the inbox, makes the rounds and runs the jobs. Any number of workers may run at once."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from plugin.background.draining import BATCH_MAXIMUM, Inbox
from plugin.background.jobs import TROUBLE_SECONDS, run_jobs
from plugin.background.outside_calls import OutsideCalls
from plugin.background.pausing import pause
from plugin.background.rounds import Round, rounds
from plugin.background.tenants import Tenants
from plugin.partners.rounds import book_rounds
from plugin.services import create_services
from plugin.settings import Settings

IDLE_SECONDS = 0.1
DRAIN_MAXIMUM_SECONDS = 25.0

log = structlog.get_logger("laurel.worker")


class PartEndedError(RuntimeError):
    """A part of the worker ended that never ends by itself."""


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
    parts = {
        "inbox": _drain(inbox, stop),
        "calls": OutsideCalls(services, tenants).run(stop),
        **{one.name: _repeat(one, stop) for one in rounds(services.engine, tenants, services.boards)},
        **{one.name: _repeat(one, stop) for one in book_rounds(services, tenants)},
        "jobs": run_jobs(services, stop),
    }
    try:
        await run_parts(parts, stop)
    finally:
        await services.close()
    log.info("worker stopped")


async def run_parts(parts: Mapping[str, Coroutine[Any, Any, None]], stop: asyncio.Event) -> None:
    """Run all parts until told to stop, then let each finish what it began, within 25 seconds.

    Raises PartEndedError when one ended before it was told to: better no worker, which a supervisor sees and starts
    again, than one that silently does half of its work.
    """
    tasks = {asyncio.create_task(part): name for name, part in parts.items()}
    told = asyncio.create_task(stop.wait())
    await asyncio.wait([told, *tasks], return_when=asyncio.FIRST_COMPLETED)
    early = [] if stop.is_set() else [name for task, name in tasks.items() if task.done()]
    stop.set()
    await told
    _, left = await asyncio.wait(tasks, timeout=DRAIN_MAXIMUM_SECONDS)
    if left:
        log.warning(
            "work was cut off; what it had not committed will be done again", parts=[tasks[one] for one in left]
        )
    for task in left:
        task.cancel()
    for name, ended in zip(tasks.values(), await asyncio.gather(*tasks, return_exceptions=True), strict=True):
        if isinstance(ended, Exception):
            log.error("a part of the worker failed", part=name, exc_info=ended)
    if early:
        raise PartEndedError(", ".join(early))


async def _drain(inbox: Inbox, stop: asyncio.Event) -> None:
    while not stop.is_set():
        taken = await _guarded("inbox", inbox.drain)
        if taken < BATCH_MAXIMUM:
            await pause(IDLE_SECONDS if taken >= 0 else TROUBLE_SECONDS, stop)


async def _repeat(one: Round, stop: asyncio.Event) -> None:
    while not stop.is_set():
        done = await _guarded(one.name, one.run)
        if one.full is not None and done >= one.full:
            await asyncio.sleep(0)
            continue
        await pause(one.every_seconds if done >= 0 else TROUBLE_SECONDS, stop)


async def _guarded(name: str, run: Callable[[], Awaitable[int]]) -> int:
    """Run one piece of work; −1 when it failed. A database that was not there heals by itself; a bug is shown."""
    try:
        return await run()
    except (SQLAlchemyError, OSError) as error:
        log.warning("database trouble", work=name, error=type(error).__name__, detail=str(error)[:200])
        return -1
    except Exception:
        log.exception("work failed", work=name)
        return -1
