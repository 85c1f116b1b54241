"""What the worker does over and over beside the inbox: seal, expire, void what was held too long, keep partitions.

Each round is safe to run anywhere at any time: it takes its own locks and finds nothing when another process was first.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.audit import audit_due
from engine.celebrations import celebrate
from engine.database import tenant_transaction
from engine.expiry import expire_due
from engine.outside_calls import forget_settled
from engine.releases import release_due
from engine.reservations import void_due
from engine.rewards.ending import ask_again, expire_codes
from engine.sealing import programs_to_seal, seal_program
from plugin.background.files import carry_out_files, forget_files
from plugin.background.tenants import Tenants

CALLS_KEPT = timedelta(days=30)
"""How long a settled call to the outside can be looked at."""

log = structlog.get_logger("laurel.rounds")


@dataclass(frozen=True, slots=True)
class Round:
    """A piece of work and how long to wait after it; `run` returns how much it found to do."""

    name: str
    every_seconds: float
    run: Callable[[], Awaitable[int]]


def rounds(engine: AsyncEngine, tenants: Tenants) -> list[Round]:
    """The rounds of one worker."""

    async def seal() -> int:
        async with tenant_transaction(engine, *await tenants.read()) as connection:
            programs = await programs_to_seal(connection)
        sealed = 0
        for program_id in programs:
            async with tenant_transaction(engine, program_id) as connection:
                sealed += await seal_program(connection, program_id)
        return sealed

    async def expire() -> int:
        async with tenant_transaction(engine, *await tenants.read()) as connection:
            return await expire_due(connection)

    async def release() -> int:
        async with tenant_transaction(engine, *await tenants.read()) as connection:
            return await release_due(connection)

    async def birthdays() -> int:
        celebrated = 0
        for program_id in await tenants.read():
            try:
                async with tenant_transaction(engine, program_id) as connection:
                    celebrated += await celebrate(connection, program_id)
            except DBAPIError as error:  # one program's trouble is no other's
                log.warning("birthdays held up", program=program_id, error=type(error).__name__)
        return celebrated

    async def void() -> int:
        async with tenant_transaction(engine, *await tenants.read()) as connection:
            return await void_due(connection)

    async def codes() -> int:
        async with tenant_transaction(engine, *await tenants.read()) as connection:
            begun = await expire_codes(connection)
        async with tenant_transaction(engine, *await tenants.read()) as connection:
            return begun + await ask_again(connection)

    async def calls() -> int:
        async with tenant_transaction(engine, *await tenants.read()) as connection:
            return await forget_settled(connection, older_than=CALLS_KEPT)

    async def audit() -> int:
        breaches = await audit_due(engine, await tenants.read())
        if breaches:
            log.error("the audit found breaches; run: laurel audit", breaches=breaches)
        return breaches

    async def files() -> int:
        return await carry_out_files(engine, await tenants.read())

    async def old_files() -> int:
        return await forget_files(engine, await tenants.read())

    async def partitions() -> int:
        async with engine.begin() as connection:
            await connection.execute(text("SELECT maintain_delivery_partitions()"))
        return 0

    return [
        Round("seal", 2.0, seal),
        Round("expire", 5.0, expire),
        Round("release", 5.0, release),
        Round("birthdays", 60.0, birthdays),
        Round("void-held", 5.0, void),
        Round("expire-codes", 5.0, codes),
        Round("forget-calls", 600.0, calls),
        Round("files", 1.0, files),
        Round("old-files", 3600.0, old_files),
        Round("audit", 600.0, audit),
        Round("delivery-partitions", 3600.0, partitions),
    ]
