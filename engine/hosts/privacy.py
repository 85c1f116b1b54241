"""What was told to hosts about a person's orders is told to them, and whose number, click or code it was is forgotten.

Amounts stay, as both sides settle by them, and so does what a host signed: it names a person to nobody here.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_PERSON = """(SELECT f.member_id FROM members f WHERE f.program_id = :program_id
    AND (f.member_id = :member_id OR f.merged_into = :member_id))"""
HOSTS_EXPORT = {
    "reported_purchases": "WITH bought AS MATERIALIZED (SELECT CAST(order_id AS text) AS reference FROM orders "
    "WHERE program_id = :program_id AND shop_id = :shop_id "
    f"AND (customer_id = :customer_id OR member_id IN {_PERSON})) "
    "SELECT h.name AS host, r.kind, r.reference, r.amount_minor, r.currency, r.body, r.state, r.created_at "
    "FROM host_reports r JOIN partner_hosts h ON h.program_id = r.program_id AND h.host_id = r.host_id "
    "WHERE r.program_id = :program_id AND r.reference IN (SELECT reference FROM bought) "
    "ORDER BY r.created_at, r.report_id",
}
# What was not reported yet is reported for nobody; what was bought can still be returned.
_FORGET = {
    "order_notes": "UPDATE orders SET snapshot = snapshot - 'notes' "
    "WHERE program_id = :program_id AND shop_id = :shop_id AND order_id = ANY(:order_ids) AND snapshot ? 'notes'",
    "host_orders": "UPDATE host_orders SET named = '{}', "
    "due = CASE WHEN bought_minor IS NULL THEN false ELSE due END "
    "WHERE program_id = :program_id AND shop_id = :shop_id AND order_id = ANY(:order_ids) AND named <> '{}'",
    "host_reports": "UPDATE host_reports SET body = body - 'member' - 'click' - 'code', "
    "state = CASE state WHEN 'waiting' THEN 'refused' ELSE state END, "
    "answer = CASE state WHEN 'waiting' THEN '{\"code\": \"ERASED\"}' ELSE answer END "
    "WHERE program_id = :program_id AND kind = 'purchase' AND reference = ANY(:references) "
    "AND body ?| ARRAY['member', 'click', 'code']",
}
_OF_SHOP = text("SELECT order_id FROM host_orders WHERE program_id = :program_id AND shop_id = :shop_id")


async def forget_reported(
    connection: AsyncConnection, program_id: int, shop_id: int, order_ids: Sequence[int] | None
) -> dict[str, int]:
    """Forget whom orders named at hosts, of all orders of a shop where none are listed. The orders are locked."""
    key = {"program_id": program_id, "shop_id": shop_id}
    if order_ids is None:
        order_ids = [order_id for (order_id,) in await connection.execute(_OF_SHOP, key)]
    values = {**key, "order_ids": list(order_ids), "references": [str(order_id) for order_id in order_ids]}
    return {part: (await connection.execute(text(sql), values)).rowcount for part, sql in _FORGET.items()}
