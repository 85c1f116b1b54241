"""Deliveries in the inbox, without the way through HTTP."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.inbox import Delivery, claim_deliveries, store_delivery
from engine.shops import ShopReference


async def pending_delivery(
    engine: AsyncEngine, shop: ShopReference, topic: str, payload: Mapping[str, Any]
) -> Delivery:
    """Store one delivery and give it back as the worker would claim it."""
    webhook_id = uuid.uuid4().hex
    await store_delivery(
        engine,
        program_id=shop.program_id,
        shop_id=shop.shop_id,
        topic=topic,
        webhook_id=webhook_id,
        event_id=None,
        api_version="2026-10",
        triggered_at=None,
        body=json.dumps(payload).encode(),
    )
    async with tenant_transaction(engine, shop.program_id) as connection:
        claimed = await claim_deliveries(connection, 100)
    return next(delivery for delivery in claimed if delivery.webhook_id == webhook_id)
