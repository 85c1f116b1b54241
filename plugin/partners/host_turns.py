"""Which hosts are called when: many at a time, and none that is slow holds up another."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable

from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.hosts.store import claim_hosts

HOSTS_AT_ONCE = 8
PROGRAM_AT_ONCE = 4
"""How many of these may be one program's: its slow hosts leave room for everybody else's."""
LOOK_SECONDS = 1.0
"""How often the places of those that are done are given to others while a slow one goes on."""

Programs = Callable[[], Awaitable[tuple[int, ...]]]
Call = Callable[[int, int], Awaitable[None]]
"""Exchanges with one host, by its program and id; it raises nothing of its own, and takes less than its lease."""


async def call_due(engine: AsyncEngine, programs: Programs, call: Call) -> int:
    """Call the hosts of these programs that are due; returns how many it were.

    While a slow one is waited for, others that become due take the places that are free.
    """
    running: dict[asyncio.Task[None], int] = {}
    begun = 0
    async with asyncio.TaskGroup() as group:
        while True:
            for program_id, host_id in await _due(engine, await programs(), Counter(running.values())):
                running[group.create_task(_called(call, program_id, host_id))] = program_id
                begun += 1
            if running:
                await asyncio.wait(running, timeout=LOOK_SECONDS)
            running = {task: program_id for task, program_id in running.items() if not task.done()}
            if not running:
                return begun


async def _due(engine: AsyncEngine, program_ids: tuple[int, ...], busy: Counter[int]) -> list[tuple[int, int]]:
    """Lease hosts for the places that are free; `busy` counts those that are taken, by program."""
    leased: list[tuple[int, int]] = []
    while busy.total() < HOSTS_AT_ONCE:
        having_room = [one for one in program_ids if busy[one] < PROGRAM_AT_ONCE]
        async with tenant_transaction(engine, *having_room) as connection:
            due = await claim_hosts(connection, 1)
        if not due:
            break
        leased += due
        busy[due[0][0]] += 1
    return leased


async def _called(call: Call, program_id: int, host_id: int) -> None:
    await call(program_id, host_id)
