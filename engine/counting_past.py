"""Orders that were decided by a release that kept no activities are counted afterwards, page by page, once."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.awards import read_awards
from engine.known_orders import OrderKey
from engine.order_awards import paid_order
from engine.order_facts import lock_orders
from engine.publishing import versions
from engine.qualifying import order_activity
from engine.standings import review_members, with_standings
from engine.tiers.activities import store_activities

PAGE_ORDERS = 200

_BEHIND = text("""
    SELECT program_id, counted_shop_id, counted_order_id FROM programs
    WHERE counted_shop_id IS NOT NULL ORDER BY program_id LIMIT 1 FOR UPDATE SKIP LOCKED
""")
_PAGE = text("""
    SELECT program_id, shop_id, order_id FROM orders
    WHERE program_id = :program_id AND (shop_id, order_id) > (:shop_id, :order_id) AND decided_version IS NOT NULL
    ORDER BY shop_id, order_id LIMIT :most
""")
_REACHED = text("""
    UPDATE programs SET counted_shop_id = :shop_id, counted_order_id = :order_id WHERE program_id = :program_id
""")


async def count_past(connection: AsyncConnection, most: int = PAGE_ORDERS) -> int:
    """Count the next page of one of the named tenants; returns how many orders that were."""
    behind = (await connection.execute(_BEHIND)).one_or_none()
    if behind is None:
        return 0
    program_id, shop_id, order_id = behind
    rows = await connection.execute(
        _PAGE, {"program_id": program_id, "shop_id": shop_id, "order_id": order_id, "most": most}
    )
    keys = [OrderKey(*row) for row in rows]
    published = await versions(connection, program_id)
    # Under their locks: what an order is worth must not change between reading and writing it.
    known = [one for one in (await lock_orders(connection, keys)).values() if one.snapshot is not None]
    orders = [paid_order(one, published, one.snapshot.occurred_at) for one in known if one.snapshot is not None]
    found = [one for one in orders if one is not None]
    awards = await read_awards(connection, [key for one in found for key in one.award_keys])
    counted = []
    for one in found:
        work = one.work()
        work.awards = {key.rule: awards[key] for key in one.award_keys if key in awards}
        counted.append((one.owner, order_activity(one, work)))
    await store_activities(connection, counted)
    if await with_standings(connection, [program_id]):
        await review_members(connection, {owner for owner, _ in counted})
    reached = {"shop_id": keys[-1].shop_id, "order_id": keys[-1].order_id} if keys else {"shop_id": None, "order_id": 0}
    await connection.execute(_REACHED, {"program_id": program_id, **reached})
    return len(keys)
