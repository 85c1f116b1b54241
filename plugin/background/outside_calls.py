"""Makes the calls that transactions asked for: leased, made, and written down together with what they changed.

A lease is short and kept alive while its call goes on, so that what a dying worker left is taken up within seconds. A
worker that lost its lease writes nothing. Whatever a call does, it ends: each handler has a deadline of its own.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.crash import crash_point
from engine.database import tenant_transaction
from engine.outside_calls import OutsideCall, claim, extend, postpone, settle
from engine.perks.calls import ISSUE, MARK_CALL, WITHDRAW
from plugin.background.billing import charge
from plugin.background.contract_calls import follow, seek
from plugin.background.fulfillment import guard, issue, withdraw
from plugin.background.outcomes import Ended, Later, Outcome
from plugin.background.pausing import pause
from plugin.background.perk_codes import issue as issue_perk
from plugin.background.perk_codes import withdraw as withdraw_perk
from plugin.background.perk_marks import show
from plugin.background.tenants import Tenants
from plugin.services import Services

CONCURRENCY = 8
IDLE_SECONDS = 0.1
TROUBLE_SECONDS = 1.0
LEASE = timedelta(seconds=15)
EXTEND_EVERY_SECONDS = 5.0
_FIRST_DELAY_SECONDS = 0.5
_LAST_DELAY_SECONDS = 30.0

log = structlog.get_logger("laurel.calls")

Handler = Callable[[Services, OutsideCall], Awaitable[Outcome]]
HANDLERS: Mapping[str, Handler] = {
    "reward-issue": issue,
    "reward-withdraw": withdraw,
    "reward-guard": guard,
    ISSUE: issue_perk,
    WITHDRAW: withdraw_perk,
    MARK_CALL: show,
    "billing-attempt": charge,
    "contract-follow": follow,
    "contract-seek": seek,
}


class _LeaseLostError(Exception):
    """Another worker has the call now: nothing of this attempt may be written."""


@dataclass(slots=True)
class OutsideCalls:
    """The calls of every tenant; any number of processes may make them at once."""

    services: Services
    tenants: Tenants
    lease: timedelta = LEASE
    extend_every_seconds: float = EXTEND_EVERY_SECONDS

    async def run(self, stop: asyncio.Event) -> None:
        """Make calls as they fall due until told to stop; those under way are finished first."""
        making: set[asyncio.Task[None]] = set()
        while not stop.is_set():
            wait_seconds = IDLE_SECONDS
            try:
                for call in await self.claim(CONCURRENCY - len(making)):
                    making.add(asyncio.create_task(self.make(call)))
                    wait_seconds = 0.0
            except (SQLAlchemyError, OSError) as error:
                log.warning("database trouble", error=type(error).__name__)
                wait_seconds = TROUBLE_SECONDS
            making = {task for task in making if not task.done()}
            if wait_seconds or len(making) == CONCURRENCY:
                await pause(wait_seconds or IDLE_SECONDS, stop)
        if making:
            await asyncio.wait(making)

    async def claim(self, most: int) -> list[OutsideCall]:
        """Lease calls that are due."""
        if most <= 0:
            return []
        async with tenant_transaction(self.services.engine, *await self.tenants.read()) as connection:
            return await claim(connection, most=most, lease=self.lease)

    async def make(self, call: OutsideCall) -> None:
        """Make one leased call and write down what came of it. Raises nothing: what fails is tried again later."""
        crash_point("call-after-claim")
        keeping = asyncio.create_task(self._keep(call))
        making = asyncio.create_task(self._outcome(call))
        try:
            await asyncio.wait([keeping, making], return_when=asyncio.FIRST_COMPLETED)
            if making.done():
                await self._write(call, making.result())
        except _LeaseLostError:
            log.warning("lease lost", call=call.call_id, kind=call.kind, program=call.program_id)
        except (SQLAlchemyError, OSError) as error:  # its lease runs out, and it is looked up before it is made again
            log.warning("outcome not written", call=call.call_id, kind=call.kind, error=type(error).__name__)
        finally:
            for task in (keeping, making):
                task.cancel()
            await asyncio.gather(keeping, making, return_exceptions=True)

    async def _keep(self, call: OutsideCall) -> None:
        """Keep the lease alive; ends when it was lost."""
        held = True
        while held:
            await asyncio.sleep(self.extend_every_seconds)
            try:
                async with tenant_transaction(self.services.engine, call.program_id) as connection:
                    held = await extend(connection, call, self.lease)
            except (SQLAlchemyError, OSError) as error:
                log.warning("lease not extended", call=call.call_id, error=type(error).__name__)

    async def _outcome(self, call: OutsideCall) -> Outcome:
        handler = HANDLERS.get(call.kind)
        if handler is None:
            return Ended(done=False, error="no handler for this kind")
        try:
            return await handler(self.services, call)
        except (SQLAlchemyError, OSError) as error:
            return Later(error=f"database trouble: {type(error).__name__}", unknown=call.attempts > 1)
        except Exception as error:  # a bug must not end the worker, nor make the call be made again and again at once
            log.exception("call failed", kind=call.kind, program=call.program_id)
            return Later(error=f"failed: {type(error).__name__}", unknown=True)

    async def _write(self, call: OutsideCall, outcome: Outcome) -> None:
        crash_point("call-before-write")
        async with tenant_transaction(self.services.engine, call.program_id) as connection:
            if outcome.write is not None:
                await outcome.write(connection)
            if not await _end(connection, call, outcome):
                raise _LeaseLostError
            if isinstance(outcome, Ended) and outcome.then is not None:
                await outcome.then(connection)
            crash_point("call-before-commit")
        crash_point("call-after-commit")


async def _end(connection: AsyncConnection, call: OutsideCall, outcome: Outcome) -> bool:
    if isinstance(outcome, Ended):
        return await settle(connection, call, done=outcome.done, error=outcome.error)
    delay = outcome.delay or _backoff(call.attempts)
    return await postpone(connection, call, delay=delay, error=outcome.error, unknown=outcome.unknown)


def _backoff(attempts: int) -> timedelta:
    most = min(_FIRST_DELAY_SECONDS * 2.0 ** min(attempts - 1, 10), _LAST_DELAY_SECONDS)
    return timedelta(seconds=random.uniform(0.5, 1.0) * most)  # noqa: S311  # jitter
