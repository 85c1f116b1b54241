"""The inbox by itself: what a claim takes, and that forgetting a body finds its own row only."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.inbox import claim_deliveries, forget_body
from engine.shops import ShopReference
from tests.support.deliveries import pending_delivery, store_delivery


async def test_a_body_is_forgotten_on_its_own_day_only(engine: AsyncEngine, shop: ShopReference) -> None:
    delivery = await pending_delivery(engine, shop, "customers/redact", {"id": 1})
    async with tenant_transaction(engine, shop.program_id) as connection:
        await connection.execute(
            text(
                "INSERT INTO deliveries (program_id, received_on, shop_id, webhook_id, delivery_id, topic, body) "
                "SELECT program_id, received_on - 1, shop_id, webhook_id, delivery_id, topic, body FROM deliveries"
            )
        )
        await forget_body(connection, delivery)
        rows = await connection.execute(text("SELECT body IS NULL FROM deliveries ORDER BY received_on"))

        assert [gone for (gone,) in rows] == [False, True]


async def test_a_claim_takes_no_more_bytes_than_it_may_and_always_one(engine: AsyncEngine, shop: ShopReference) -> None:
    for webhook_id, size in (("a", 100), ("b", 40), ("c", 60), ("d", 1), ("e", 0)):
        await store_delivery(engine, shop, "orders/paid", b"x" * size, webhook_id)
    taken = []
    async with tenant_transaction(engine, shop.program_id) as connection:
        after = 0
        for _ in range(3):
            claimed = await claim_deliveries(connection, 10, after, most_bytes=99)
            taken.append([delivery.webhook_id for delivery in claimed])
            after = claimed[-1].delivery_id

    assert taken == [["a"], ["b"], ["c", "d", "e"]]
