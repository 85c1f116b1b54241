"""The inbox by itself: what a claim takes, and that forgetting a body finds its own row only."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.inbox import forget_body
from engine.shops import ShopReference
from tests.support.deliveries import pending_delivery


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
