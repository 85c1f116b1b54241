"""One round of the inbox.

Claim deliveries, translate them, apply them as one batch, settle them, all in one transaction.

A batch that fails is rolled back whole; its deliveries are then taken one by one, so that a single bad one costs only
itself its attempts and is parked in the end, where a person sees it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import psycopg
import structlog
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
from engine.leaderboards.keys import BoardRedis
from engine.redactions import Erasure, Subject, anonymous, find_erased, subject_of
from engine.shops import shop_is_erased
from plugin.background.compliance import COMPLIANCE_TOPICS
from plugin.background.contracts import CONTRACT_HANDLERS
from plugin.background.deferring import Reading, defer
from plugin.background.handling import HandlerContext
from plugin.background.shop_topics import HANDLERS
from plugin.background.subjects import CUSTOMER_TOPICS, events_of, subject_of_delivery
from plugin.background.tenants import Tenants
from plugin.payloads import FACT_TOPICS, EmailKeys, Unreadable, decode
from plugin.settings import Settings

BATCH_MAXIMUM = 500
BATCH_LOCK_MILLISECONDS = 2_000
SINGLE_LOCK_MILLISECONDS = 500
"""How long to wait for what another transaction holds: one member who is locked must not hold up everybody else."""

log = structlog.get_logger("laurel.inbox")


@dataclass(frozen=True, slots=True)
class _Understood:
    """What one delivery says and how it ends, unless whom it is about was erased."""

    delivery: Delivery
    state: DeliveryState
    reason: str | None
    subject: Subject | None = None
    events: Sequence[Event] = ()
    readings: Sequence[Reading] = ()

    def events_left(self, erased: Erasure | None) -> list[Event]:
        """What is applied of it."""
        if erased == "shop":
            return []
        if erased is None:
            return list(self.events)
        return [left for event in self.events if (left := anonymous(event)) is not None]

    def settlement(self, erased: Erasure | None) -> Settlement:
        """How it ends. What is ignored is never asked for again, and nothing of the erased is kept."""
        ends = "ignored" if erased == "shop" or (erased and self.state == "parked") else self.state
        reason = "erased" if ends != self.state else self.reason
        keeps = erased is None and ends != "ignored"
        one, subject = self.delivery, self.subject if keeps else None
        return Settlement(
            one.program_id, one.delivery_id, one.received_at, ends, reason,
            subject.customer_id if subject else None, subject.order_id if subject else None, keeps,
        )  # fmt: skip


class Inbox:
    """Drains the deliveries of every tenant; any number of processes may do so at once."""

    def __init__(self, settings: Settings, engine: AsyncEngine, redis: BoardRedis) -> None:
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
                await self._process(connection, [one for one in claimed if one.topic not in CONTRACT_HANDLERS])
                crash_point("inbox-before-commit")
        except Exception as error:  # whatever one delivery does must not stop the others
            if not claimed:  # it was none of them: the database is away
                raise
            log.warning("batch failed, taken one by one", size=len(claimed), error=type(error).__name__)
            alone = claimed
        else:
            # Each in a transaction of its own: these lock members first, the batch's facts orders before members.
            alone = [one for one in claimed if one.topic in CONTRACT_HANDLERS]
            crash_point("inbox-after-commit")
        for delivery in alone:
            await self._alone(delivery)
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
        reason = f"failed: {type(error).__name__}"
        subject = subject_of_delivery(delivery, self._keys)
        async with tenant_transaction(self._engine, delivery.program_id) as connection:
            if await find_erased(connection, [subject]):
                await settle_deliveries(connection, [_Understood(delivery, "ignored", "erased").settlement("person")])
                return
            await postpone_delivery(
                connection, delivery, reason, counts=counts,
                customer_id=subject.customer_id, order_id=subject.order_id,
            )  # fmt: skip

    async def _process(self, connection: AsyncConnection, deliveries: Sequence[Delivery]) -> None:
        understood = [await self._understand(connection, delivery) for delivery in deliveries]
        # After the handlers: an erasure among these deliveries counts for the others, too.
        about = [one for one in understood if one.subject is not None]
        erased = await find_erased(connection, [one.subject for one in about if one.subject is not None])
        fates = {about[position].delivery.delivery_id: fate for position, fate in erased.items()}
        events = [event for one in understood for event in one.events_left(fates.get(one.delivery.delivery_id))]
        if events:
            await apply_events(connection, events)
        await defer(
            connection, [one for each in about if each.delivery.delivery_id not in fates for one in each.readings]
        )
        await settle_deliveries(connection, [one.settlement(fates.get(one.delivery.delivery_id)) for one in understood])

    async def _understand(self, connection: AsyncConnection, delivery: Delivery) -> _Understood:
        try:
            if delivery.topic in FACT_TOPICS:
                events, readings = events_of(delivery, self._keys)
                about = subject_of(events[0]) if events else subject_of_delivery(delivery, self._keys)
                return _Understood(delivery, "applied", None, about, events, readings)
            if delivery.topic not in HANDLERS:
                return _Understood(delivery, "ignored", "no handler for this topic")
            if delivery.topic not in COMPLIANCE_TOPICS and await shop_is_erased(
                connection, delivery.program_id, delivery.shop_id
            ):
                return _Understood(delivery, "ignored", "erased")
            await self._handle(connection, delivery)
        except Unreadable as refusal:
            log.warning("delivery parked", topic=delivery.topic, program=delivery.program_id, reason=str(refusal))
            return _Understood(delivery, "parked", str(refusal), subject_of_delivery(delivery, self._keys))
        subject = subject_of_delivery(delivery, self._keys) if delivery.topic in CUSTOMER_TOPICS else None
        return _Understood(delivery, "applied", None, subject)

    async def _handle(self, connection: AsyncConnection, delivery: Delivery) -> None:
        """A handler's own changes are undone when it parks the delivery."""
        context = HandlerContext(self._engine, connection, self._settings, self._redis)
        async with connection.begin_nested():
            await HANDLERS[delivery.topic](context, delivery, decode(delivery.body))


async def _wait_for_locks(connection: AsyncConnection, most_milliseconds: int) -> None:
    await connection.execute(text(f"SET LOCAL lock_timeout = {most_milliseconds}"))
