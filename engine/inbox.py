"""Deliveries: one row for each signed delivery, stored before anything is understood, settled once, replayable.

States: `pending` → `applied` | `ignored` (no handler for its topic, or its person or shop was erased; counted, its body
is dropped at once) | `parked` (cannot be understood or keeps failing; a person sees it and can replay it; kept for 30
days like every body).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.bulk import BulkStatement

DeliveryState = Literal["pending", "applied", "parked", "ignored"]

ATTEMPTS_MAXIMUM = 5
"""How often a delivery that fails is tried before it is parked."""

CLAIM_BYTES_MAXIMUM = 32 * 1024 * 1024
"""How much is taken into memory at once: many large bodies would otherwise be gigabytes as Python's objects."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A stored delivery, claimed by this transaction."""

    program_id: int
    shop_id: int
    delivery_id: int
    topic: str
    webhook_id: str
    event_id: str | None
    api_version: str | None
    triggered_at: datetime | None
    received_at: datetime
    body: bytes
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Settlement:
    """How a delivery ended, and whose data its body holds, so that an erasure finds it."""

    program_id: int
    delivery_id: int
    received_at: datetime
    state: DeliveryState
    reason: str | None = None
    customer_id: int | None = None
    order_id: int | None = None
    keeps_body: bool = True
    """False when nobody will need the body again, or it may not be kept."""


@dataclass(frozen=True, slots=True)
class ParkedDelivery:
    """A delivery that waits for a person."""

    delivery_id: int
    topic: str
    received_at: datetime
    reason: str
    attempts: int


STORE = text("""
    WITH tenant AS MATERIALIZED (SELECT set_config('laurel.program_ids', :programs, true))
    INSERT INTO deliveries (program_id, shop_id, webhook_id, event_id, topic, api_version, triggered_at, body)
    SELECT :program_id, :shop_id, :webhook_id, :event_id, :topic, :api_version, :triggered_at, :body FROM tenant
    ON CONFLICT DO NOTHING
""")
_CLAIM = text("""
    WITH due AS MATERIALIZED (
        SELECT program_id, shop_id, delivery_id, topic, webhook_id, event_id, api_version, triggered_at, received_at,
            COALESCE(body, '') AS body, attempts
        FROM deliveries WHERE state = 'pending' AND next_attempt_at <= now() AND delivery_id > :after
        ORDER BY delivery_id LIMIT :first FOR UPDATE SKIP LOCKED
    ), measured AS (
        SELECT *, sum(octet_length(body)) OVER (ORDER BY delivery_id) AS size_so_far FROM due
    )
    SELECT program_id, shop_id, delivery_id, topic, webhook_id, event_id, api_version, triggered_at, received_at,
        body, attempts
    FROM measured WHERE size_so_far <= :most_bytes OR size_so_far = octet_length(body) ORDER BY delivery_id
""")
_SETTLE = BulkStatement(
    {
        "program_id": "bigint", "delivery_id": "bigint", "received_at": "timestamptz", "state": "text",
        "reason": "text", "customer_id": "bigint", "order_id": "bigint", "keeps_body": "boolean",
    },
    """UPDATE deliveries d SET state = g.state, reason = g.reason, customer_id = g.customer_id,
        order_id = g.order_id, settled_at = now(), attempts = d.attempts + 1,
        body = CASE WHEN g.keeps_body THEN d.body END
    FROM given g WHERE d.program_id = g.program_id AND d.delivery_id = g.delivery_id AND d.state = 'pending'
        AND d.received_on = (g.received_at AT TIME ZONE 'UTC')::date""",
)  # fmt: skip
_POSTPONE = text("""
    UPDATE deliveries SET attempts = attempts + :counts, reason = :reason,
        state = CASE WHEN attempts + :counts >= :most THEN 'parked' ELSE 'pending' END,
        customer_id = :customer_id, order_id = :order_id,
        settled_at = CASE WHEN attempts + :counts >= :most THEN now() END,
        next_attempt_at = now() + make_interval(
            secs => CASE WHEN :counts = 0 THEN 5 + 25 * random() ELSE power(2, attempts) END)
    WHERE program_id = :program_id AND delivery_id = :delivery_id AND state = 'pending'
""")


async def claim_deliveries(
    connection: AsyncConnection, first: int, after: int = 0, *, most_bytes: int = CLAIM_BYTES_MAXIMUM
) -> list[Delivery]:
    """Take up to `first` pending deliveries of the named tenants, oldest first; other workers pass over them.

    Their bodies have at most `most_bytes` together; a larger one comes by itself.
    """
    rows = await connection.execute(_CLAIM, {"first": first, "after": after, "most_bytes": most_bytes})
    return [Delivery(*row) for row in rows]


async def claim_delivery(connection: AsyncConnection, delivery: Delivery) -> bool:
    """Take one delivery that was claimed before. False when somebody else has taken or settled it since."""
    row = await connection.execute(
        text(
            "SELECT 1 FROM deliveries WHERE program_id = :program_id AND delivery_id = :delivery_id "
            "AND state = 'pending' FOR UPDATE SKIP LOCKED"
        ),
        {"program_id": delivery.program_id, "delivery_id": delivery.delivery_id},
    )
    return row.one_or_none() is not None


async def settle_deliveries(connection: AsyncConnection, settlements: Sequence[Settlement]) -> None:
    """Record how claimed deliveries ended, in the transaction that carries their effects."""
    await _SETTLE.run(
        connection,
        [
            (s.program_id, s.delivery_id, s.received_at, s.state, s.reason, s.customer_id, s.order_id, s.keeps_body)
            for s in settlements
        ],
    )


async def postpone_delivery(
    connection: AsyncConnection, delivery: Delivery, reason: str, *, counts: bool = True,
    customer_id: int | None = None, order_id: int | None = None,
) -> None:  # fmt: skip
    """A delivery failed: try it again later, twice as long each time, and park it after the last attempt.

    What is not the delivery's own fault, such as a lock that was not to be had, does not count as an attempt; it comes
    again after 5 to 30 seconds, at random, so that those who wait for one lock do not all come back together. The ids
    say whose data the body holds, so that an erasure finds it.
    """
    await connection.execute(
        _POSTPONE,
        {
            "program_id": delivery.program_id, "delivery_id": delivery.delivery_id, "reason": reason,
            "most": ATTEMPTS_MAXIMUM, "counts": int(counts), "customer_id": customer_id, "order_id": order_id,
        },
    )  # fmt: skip


async def parked_deliveries(
    connection: AsyncConnection, program_id: int, first: int, after: int | None = None
) -> list[ParkedDelivery]:
    """What waits for a person, newest first, from the one after `after` on."""
    rows = await connection.execute(
        text(
            "SELECT delivery_id, topic, received_at, COALESCE(reason, ''), attempts FROM deliveries "
            "WHERE program_id = :program_id AND state = 'parked' "
            "AND delivery_id < COALESCE(CAST(:after AS bigint), 9223372036854775807) "
            "ORDER BY delivery_id DESC LIMIT :first"
        ),
        {"program_id": program_id, "first": first, "after": after},
    )
    return [ParkedDelivery(*row) for row in rows]


async def replay_delivery(connection: AsyncConnection, program_id: int, delivery_id: int) -> bool:
    """Send a parked delivery through again, from the start. False when it is not parked (any more)."""
    result = await connection.execute(
        text(
            "UPDATE deliveries SET state = 'pending', attempts = 0, next_attempt_at = now(), reason = NULL, "
            "settled_at = NULL WHERE program_id = :program_id AND delivery_id = :delivery_id AND state = 'parked'"
        ),
        {"program_id": program_id, "delivery_id": delivery_id},
    )
    return result.rowcount == 1


async def topic_counts(connection: AsyncConnection, program_id: int) -> dict[str, dict[str, int]]:
    """How many deliveries of each topic are in each state, among those still kept."""
    rows = await connection.execute(
        text(
            "SELECT topic, state, count(*) FROM deliveries WHERE program_id = :program_id "
            "GROUP BY topic, state ORDER BY topic, state"
        ),
        {"program_id": program_id},
    )
    counts: dict[str, dict[str, int]] = {}
    for topic, state, count in rows:
        counts.setdefault(topic, {})[state] = count
    return counts


async def forget_body(connection: AsyncConnection, delivery: Delivery) -> None:
    """Drop the body of a delivery that must not be kept, and with it the chance to replay it."""
    await connection.execute(
        text(
            "UPDATE deliveries SET body = NULL WHERE program_id = :program_id AND delivery_id = :delivery_id "
            "AND received_on = (CAST(:received_at AS timestamptz) AT TIME ZONE 'UTC')::date"
        ),
        {
            "program_id": delivery.program_id, "delivery_id": delivery.delivery_id,
            "received_at": delivery.received_at,
        },
    )  # fmt: skip
