"""One round of the inbox.

Claim deliveries, translate them, apply them as one batch, settle them, all in one transaction.

A batch that fails is rolled back whole; its deliveries are then taken one by one, so that a single bad one costs only
itself its attempts and is parked in the end, where a person sees it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import psycopg
import structlog
from redis.asyncio import Redis
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from engine.applying import apply_events
from engine.crash import crash_point
from engine.database import tenant_transaction
from engine.events import Event
from engine.inbox import (
    Delivery,
    DeliveryState,
    Settlement,
    claim_deliveries,
    claim_delivery,
    postpone_delivery,
    settle_deliveries,
)
from plugin.handling import HandlerContext
from plugin.payloads import FACT_TOPICS, EmailKeys, Unreadable, decode, translate
from plugin.settings import Settings
from plugin.shop_topics import HANDLERS
from plugin.tenants import Tenants

BATCH_MAXIMUM = 500
BATCH_LOCK_MILLISECONDS = 2_000
SINGLE_LOCK_MILLISECONDS = 500
"""How long to wait for what another transaction holds: one member who is locked must not hold up everybody else."""

log = structlog.get_logger("laurel.inbox")


@dataclass(slots=True)
class _Round:
    deliveries: Sequence[Delivery]
    settlements: list[Settlement] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)


class Inbox:
    """Drains the deliveries of every tenant; any number of processes may do so at once."""

    def __init__(self, settings: Settings, engine: AsyncEngine, redis: Redis) -> None:
        self._settings = settings
        self._engine = engine
        self._redis = redis
        self._tenants = Tenants(engine)
        self._keys = EmailKeys(settings.encryption_key_bytes())

    async def drain(self) -> int:
        """Take one batch; returns how many deliveries it held (0: nothing is due)."""
        claimed: Sequence[Delivery] = ()
        try:
            async with tenant_transaction(self._engine, *await self._tenants.read()) as connection:
                await _wait_for_locks(connection, BATCH_LOCK_MILLISECONDS)
                claimed = await claim_deliveries(connection, BATCH_MAXIMUM)
                crash_point("inbox-after-claim")
                await self._process(connection, claimed)
                crash_point("inbox-before-commit")
        except Exception as error:  # whatever one delivery does must not stop the others
            if not claimed:  # it was none of them: the database is away
                raise
            log.warning("batch failed, taken one by one", size=len(claimed), error=type(error).__name__)
            for delivery in claimed:
                await self._alone(delivery)
        crash_point("inbox-after-commit")
        return len(claimed)

    async def _alone(self, delivery: Delivery) -> None:
        try:
            async with tenant_transaction(self._engine, delivery.program_id) as connection:
                await _wait_for_locks(connection, SINGLE_LOCK_MILLISECONDS)
                if await claim_delivery(connection, delivery):
                    await self._process(connection, [delivery])
        except OperationalError as error:
            # A lock, a deadlock, a server that restarts are not the delivery's fault; that it takes too long is.
            await self._postpone(delivery, error, counts=isinstance(error.orig, psycopg.errors.QueryCanceled))
        except Exception as error:
            log.exception("delivery failed", topic=delivery.topic, program=delivery.program_id)
            await self._postpone(delivery, error, counts=True)

    async def _postpone(self, delivery: Delivery, error: Exception, *, counts: bool) -> None:
        async with tenant_transaction(self._engine, delivery.program_id) as connection:
            await postpone_delivery(connection, delivery, f"failed: {type(error).__name__}", counts=counts)

    async def _process(self, connection: AsyncConnection, deliveries: Sequence[Delivery]) -> None:
        round_ = _Round(deliveries)
        for delivery in deliveries:
            await self._understand(connection, delivery, round_)
        if round_.events:
            await apply_events(connection, round_.events)
        await settle_deliveries(connection, round_.settlements)

    async def _understand(self, connection: AsyncConnection, delivery: Delivery, round_: _Round) -> None:
        customer_id = order_id = None
        try:
            if delivery.topic in FACT_TOPICS:
                translation = translate(delivery.topic, delivery.body, self._keys, delivery.received_at)
                customer_id, order_id = translation.customer_id, translation.order_id
                round_.events += [
                    Event(delivery.program_id, delivery.shop_id, delivery.received_at, fact)
                    for fact in translation.facts
                ]
            elif delivery.topic in HANDLERS:
                await self._handle(connection, delivery)
            else:
                round_.settlements.append(_settled(delivery, "ignored", "no handler for this topic"))
                return
        except Unreadable as refusal:
            log.warning("delivery parked", topic=delivery.topic, program=delivery.program_id, reason=str(refusal))
            round_.settlements.append(_settled(delivery, "parked", str(refusal)))
            return
        round_.settlements.append(_settled(delivery, "applied", None, customer_id, order_id))

    async def _handle(self, connection: AsyncConnection, delivery: Delivery) -> None:
        """A handler's own changes are undone when it parks the delivery."""
        context = HandlerContext(self._engine, connection, self._settings, self._redis)
        async with connection.begin_nested():
            await HANDLERS[delivery.topic](context, delivery, decode(delivery.body))


async def _wait_for_locks(connection: AsyncConnection, most_milliseconds: int) -> None:
    await connection.execute(text(f"SET LOCAL lock_timeout = {most_milliseconds}"))


def _settled(
    delivery: Delivery,
    state: DeliveryState,
    reason: str | None,
    customer_id: int | None = None,
    order_id: int | None = None,
) -> Settlement:
    return Settlement(
        delivery.program_id, delivery.delivery_id, delivery.received_at, state, reason, customer_id, order_id
    )
