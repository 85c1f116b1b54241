"""Handlers look at their own shop and at nobody else's."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.shops import ShopReference
from plugin.background.handling import HandlerContext, own_shop
from plugin.payloads import Unreadable
from plugin.web.app import LaurelApp
from tests.support.deliveries import pending_delivery


async def test_the_own_shop_is_found_without_reading_the_directory_of_all(
    app: LaurelApp, engine: AsyncEngine, shop: ShopReference
) -> None:
    delivery = await pending_delivery(engine, shop, "shop/update", {})
    asked: list[str] = []

    def remember(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        asked.append(statement)

    async with tenant_transaction(engine, shop.program_id) as connection:
        context = HandlerContext(engine, connection, app.services.settings, app.services.redis)
        event.listen(engine.sync_engine, "before_cursor_execute", remember)
        found = await own_shop(context, delivery, shop.domain, required=True)
        with pytest.raises(Unreadable):
            await own_shop(context, delivery, "other.myshopify.com", required=False)

    assert found == shop
    assert len(asked) == 2
    assert not any("shop_directory" in statement for statement in asked)
