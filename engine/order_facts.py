"""Orders under their locks, read and written.

Whatever arrives about an order first makes or finds the order's row and locks it, in key order. Two batches that
bring two facts of one order therefore see each other's, whichever comes first.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.bulk import BulkStatement
from engine.events import Refund
from engine.fact_codec import (
    edits_from_json,
    edits_to_json,
    fulfillments_from_json,
    fulfillments_to_json,
    order_from_json,
    order_to_json,
    refund_from_json,
    refund_to_json,
)
from engine.known_orders import KnownOrder, OrderKey
from engine.rules.facts import DecidedFrom

_KEY = {"program_id": "bigint", "shop_id": "bigint", "order_id": "bigint"}
_PLACE = BulkStatement(
    _KEY,
    """INSERT INTO orders (program_id, shop_id, order_id)
    SELECT * FROM given ORDER BY program_id, shop_id, order_id ON CONFLICT DO NOTHING""",
)
_SELECT = """SELECT o.program_id, o.shop_id, o.order_id, o.name, o.updated_at, o.occurred_at, o.paid, o.customer_id,
        o.guest_email_key, o.member_id, o.snapshot, o.edits, o.decided_version, o.decided_from, o.fulfillments
    FROM orders o JOIN given g USING (program_id, shop_id, order_id)"""
_READ = BulkStatement(_KEY, _SELECT)
_LOCK = BulkStatement(_KEY, f"{_SELECT} ORDER BY o.program_id, o.shop_id, o.order_id FOR UPDATE OF o")
_REFUND = {**_KEY, "refund_id": "bigint", "created_at": "timestamptz", "fact": "jsonb"}
_STORE_REFUNDS = BulkStatement(
    _REFUND,
    """INSERT INTO refunds (program_id, shop_id, order_id, refund_id, created_at, fact) SELECT * FROM given
    ON CONFLICT (program_id, shop_id, order_id, refund_id) DO UPDATE
    SET fact = EXCLUDED.fact, created_at = EXCLUDED.created_at""",
)
_READ_REFUNDS = BulkStatement(
    _KEY,
    """SELECT r.program_id, r.shop_id, r.order_id, r.refund_id, r.created_at, r.fact
    FROM given JOIN refunds r USING (program_id, shop_id, order_id)""",
)
_STORE_ORDERS = BulkStatement(
    {
        **_KEY, "name": "text", "updated_at": "timestamptz", "occurred_at": "timestamptz", "paid": "boolean",
        "customer_id": "bigint", "guest_email_key": "bytea", "member_id": "bigint", "snapshot": "jsonb",
        "edits": "jsonb", "decided_version": "integer", "decided_from": "jsonb", "fulfillments": "jsonb",
    },
    """UPDATE orders o SET name = g.name, updated_at = g.updated_at, occurred_at = g.occurred_at, paid = g.paid,
        customer_id = g.customer_id, guest_email_key = g.guest_email_key, member_id = g.member_id,
        snapshot = g.snapshot, edits = g.edits, decided_version = g.decided_version, decided_from = g.decided_from,
        fulfillments = g.fulfillments
    FROM given g WHERE o.program_id = g.program_id AND o.shop_id = g.shop_id AND o.order_id = g.order_id""",
)  # fmt: skip
_GUEST_ORDERS = BulkStatement(
    {"program_id": "bigint", "email_key": "bytea"},
    """SELECT DISTINCT o.program_id, o.shop_id, o.order_id FROM given g
    JOIN orders o ON o.program_id = g.program_id AND o.guest_email_key = g.email_key""",
)
# Whoever brings a guest's order and whoever proves to own its address must meet, in whichever order they come.
_MEET = BulkStatement(
    {"program_id": "bigint", "email_key": "bytea"},
    """SELECT pg_advisory_xact_lock(key) FROM (
        SELECT DISTINCT hashtextextended(encode(email_key, 'hex'), program_id) AS key FROM given ORDER BY key) keys""",
)


async def meet_by_email(connection: AsyncConnection, addresses: set[tuple[int, bytes]]) -> set[OrderKey]:
    """Wait for others that work on these (program, e-mail key) pairs; returns the guests' orders among them."""
    await _MEET.run(connection, sorted(addresses))
    return {OrderKey(*row) for row in await _GUEST_ORDERS.run(connection, sorted(addresses))}


async def lock_orders(connection: AsyncConnection, keys: Iterable[OrderKey]) -> dict[OrderKey, KnownOrder]:
    """Make the rows that are missing, lock all in key order and read what is known."""
    ordered = sorted(set(keys))
    await _PLACE.run(connection, ordered)
    return await _read(connection, ordered, _LOCK)


async def read_order(connection: AsyncConnection, key: OrderKey) -> KnownOrder | None:
    """What is known of one order, without a lock."""
    return (await _read(connection, [key], _READ)).get(key)


async def read_orders(connection: AsyncConnection, keys: Iterable[OrderKey]) -> dict[OrderKey, KnownOrder]:
    """What is known of several orders, without a lock."""
    return await _read(connection, sorted(set(keys)), _READ)


async def _read(
    connection: AsyncConnection, ordered: list[OrderKey], statement: BulkStatement
) -> dict[OrderKey, KnownOrder]:
    rows = await statement.run(connection, ordered)
    refunds: dict[OrderKey, dict[int, Refund]] = {key: {} for key in ordered}
    for program_id, shop_id, order_id, refund_id, created_at, fact in await _READ_REFUNDS.run(connection, ordered):
        refunds[OrderKey(program_id, shop_id, order_id)][refund_id] = refund_from_json(
            fact, refund_id=refund_id, order_id=order_id, created_at=created_at
        )
    return {(key := OrderKey(*row[:3])): _known_order(key, row, refunds[key]) for row in rows}


def _known_order(key: OrderKey, row: Any, refunds: dict[int, Refund]) -> KnownOrder:
    snapshot = None
    if row.snapshot is not None:
        snapshot = order_from_json(
            row.snapshot, order_id=key.order_id, name=row.name, updated_at=row.updated_at,
            occurred_at=row.occurred_at, paid=row.paid, refunds=tuple(refunds.values()),
        )  # fmt: skip
    return KnownOrder(
        key, snapshot, row.paid, row.customer_id, row.guest_email_key and bytes(row.guest_email_key), row.member_id,
        edits_from_json(row.edits, key.order_id), refunds,
        fulfillments=fulfillments_from_json(row.fulfillments, key.order_id), decided_version=row.decided_version,
        decided_from=DecidedFrom.from_json(row.decided_from) if row.decided_from else None,
    )  # fmt: skip


_PAGE = text("""
    SELECT program_id, shop_id, order_id FROM orders
    WHERE program_id = :program_id AND (shop_id, order_id) > (:shop_id, :order_id) AND paid AND member_id IS NOT NULL
    ORDER BY shop_id, order_id LIMIT :most
""")


async def each_page_of_paid_orders(
    connection: AsyncConnection, program_id: int, most: int
) -> AsyncIterator[list[KnownOrder]]:
    """All paid orders of a program that have a member, `most` at a time, without a lock."""
    after = OrderKey(program_id, 0, 0)
    while True:
        rows = await connection.execute(_PAGE, {**after._asdict(), "most": most})
        keys = [OrderKey(*row) for row in rows]
        if not keys:
            return
        yield list((await _read(connection, keys, _READ)).values())
        after = keys[-1]


async def store_orders(connection: AsyncConnection, orders: Iterable[KnownOrder]) -> None:
    """Write what this batch learned of the orders that it locked."""
    orders = list(orders)
    await _STORE_REFUNDS.run(
        connection,
        [
            (*known.key, refund.refund_id, refund.created_at, refund_to_json(refund))
            for known in orders
            for refund in known.new_refunds.values()
        ],
    )
    await _STORE_ORDERS.run(connection, [_order_row(known) for known in orders if known.changed])


def _order_row(known: KnownOrder) -> tuple[Any, ...]:
    order = known.snapshot
    return (
        *known.key,
        order.name if order else None,
        order.updated_at if order else None,
        order.occurred_at if order else None,
        known.paid,
        known.customer_id,
        known.guest_email_key,
        known.member_id,
        order_to_json(order) if order else None,
        edits_to_json(known.edits) if known.edits else None,
        known.decided_version,
        known.decided_from.to_json() if known.decided_from else None,
        fulfillments_to_json(known.fulfillments) if known.fulfillments else None,
    )
