"""Export and erasure. The ledger keeps its pseudonymous member and every amount.

Who it was goes.
"""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.customer_facts import customer_hash
from engine.enrollment import CustomerKey

Json = dict[str, object]


_EXPORT = {
    "customer": "SELECT customer_id, member_id, email_key IS NOT NULL AS has_proven_address, deleted_at "
    "FROM customers c WHERE c.program_id = :program_id AND c.shop_id = :shop_id AND c.customer_id = :customer_id",
    "member": "SELECT m.joined_at, m.available, m.pending, m.reserved, m.debt, m.lifetime FROM members m "
    "WHERE m.program_id = :program_id AND m.member_id = :member_id",
    "transactions": "SELECT transaction_id, kind, points, occurred_at, recorded_at, detail FROM transactions "
    "WHERE program_id = :program_id AND member_id = :member_id ORDER BY transaction_id",
    "lots": "SELECT quantity, remaining, available_at, expires_at FROM lots "
    "WHERE program_id = :program_id AND member_id = :member_id ORDER BY lot_id",
    "orders": "SELECT order_id, name, occurred_at, updated_at, paid, snapshot FROM orders "
    "WHERE program_id = :program_id AND shop_id = :shop_id AND customer_id = :customer_id ORDER BY order_id",
}


async def export_customer(connection: AsyncConnection, program_id: int, shop_id: int, customer_id: int) -> Json:
    """All that is held about a customer of a shop, as JSON values; empty when nothing is."""
    key: dict[str, object] = {"program_id": program_id, "shop_id": shop_id, "customer_id": customer_id}
    found = (await connection.execute(text(_EXPORT["customer"]), key)).mappings().one_or_none()
    if found is None:
        return {}
    key["member_id"] = found["member_id"]
    export: Json = {"customer": dict(found)}
    for part in ("member", "transactions", "lots", "orders"):
        export[part] = [dict(row) for row in (await connection.execute(text(_EXPORT[part]), key)).mappings()]
    return dict(json.loads(json.dumps(export, default=str)))


async def redact_customer(
    connection: AsyncConnection, program_id: int, shop_id: int, customer_id: int, order_ids: list[int], at: datetime
) -> dict[str, int]:
    """Erase who a customer is: the link to their member, the address key, their name on orders, bodies of deliveries.

    Doing it again, or for an unknown customer, changes nothing. Returns how many rows of each kind went.
    """
    key = {"program_id": program_id, "shop_id": shop_id, "customer_id": customer_id, "order_ids": order_ids, "at": at}
    of_customer = "program_id = :program_id AND shop_id = :shop_id AND customer_id = :customer_id"
    statements = {
        "members": "UPDATE members SET closed_at = COALESCE(closed_at, :at), version = version + 1 WHERE program_id = "
        f":program_id AND member_id IN (SELECT member_id FROM customers WHERE {of_customer})",
        "deliveries": "UPDATE deliveries SET body = NULL, customer_id = NULL WHERE program_id = :program_id "
        "AND shop_id = :shop_id AND (customer_id = :customer_id OR order_id = ANY(:order_ids)) AND state <> 'pending'",
        "orders": "UPDATE orders SET customer_id = NULL, guest_email_key = NULL WHERE program_id = :program_id "
        "AND shop_id = :shop_id AND (customer_id = :customer_id OR order_id = ANY(:order_ids))",
        "customers": f"DELETE FROM customers WHERE {of_customer}",
    }
    counts = {part: (await connection.execute(text(sql), key)).rowcount for part, sql in statements.items()}
    await connection.execute(
        text("INSERT INTO redactions VALUES (:program_id, :shop_id, :customer_hash, :at) ON CONFLICT DO NOTHING"),
        {**key, "customer_hash": customer_hash(CustomerKey(program_id, shop_id, customer_id))},
    )
    return counts


async def redact_shop(connection: AsyncConnection, program_id: int, shop_id: int) -> dict[str, int]:
    """Erase a shop that left: tokens, customers, addresses, bodies, its own names. Amounts stay, as nobody's."""
    key = {"program_id": program_id, "shop_id": shop_id}
    of_shop = "WHERE program_id = :program_id AND shop_id = :shop_id"
    statements = {
        "credentials": f"DELETE FROM shop_credentials {of_shop}",
        "deliveries": f"UPDATE deliveries SET body = NULL, customer_id = NULL {of_shop} AND state <> 'pending'",
        "orders": f"UPDATE orders SET customer_id = NULL, guest_email_key = NULL {of_shop}",
        "customers": f"DELETE FROM customers {of_shop}",
        "exports": f"UPDATE privacy_requests SET result = NULL {of_shop}",
        "shops": f"UPDATE shops SET name = '', external_id = NULL {of_shop}",
    }
    return {part: (await connection.execute(text(sql), key)).rowcount for part, sql in statements.items()}


_BY_ADDRESS = text("""
    SELECT customer_id FROM customers
    WHERE program_id = :program_id AND shop_id = :shop_id AND email_key = :email_key ORDER BY customer_id
""")
_GUEST_ORDERS = text("""
    SELECT order_id FROM orders
    WHERE program_id = :program_id AND shop_id = :shop_id AND guest_email_key = :email_key ORDER BY order_id
""")


async def customers_of_address(
    connection: AsyncConnection, program_id: int, shop_id: int, email_key: bytes
) -> list[int]:
    """The customers of a shop who proved to own an address."""
    values = {"program_id": program_id, "shop_id": shop_id, "email_key": email_key}
    return [customer_id for (customer_id,) in await connection.execute(_BY_ADDRESS, values)]


async def guest_orders_of_address(
    connection: AsyncConnection, program_id: int, shop_id: int, email_key: bytes
) -> list[int]:
    """The orders that guests placed in a shop with an address, as far as nobody claimed them."""
    values = {"program_id": program_id, "shop_id": shop_id, "email_key": email_key}
    return [order_id for (order_id,) in await connection.execute(_GUEST_ORDERS, values)]
