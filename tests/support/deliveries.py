"""Deliveries in the inbox, without the way through HTTP."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.inbox import STORE, Delivery, claim_deliveries
from engine.shops import ShopReference


async def store_delivery(
    engine: AsyncEngine, shop: ShopReference, topic: str, body: bytes, webhook_id: str | None = None
) -> str:
    """Store one delivery as the intake does; returns its webhook id."""
    webhook_id = webhook_id or uuid.uuid4().hex
    values = {
        "programs": f"{{{shop.program_id}}}", "program_id": shop.program_id, "shop_id": shop.shop_id, "topic": topic,
        "webhook_id": webhook_id, "event_id": None, "api_version": "2026-10", "triggered_at": None, "body": body,
    }  # fmt: skip
    async with engine.begin() as connection:
        await connection.execute(STORE, values)
    return webhook_id


async def pending_delivery(
    engine: AsyncEngine, shop: ShopReference, topic: str, payload: Mapping[str, Any]
) -> Delivery:
    """Store one delivery and give it back as the worker would claim it."""
    webhook_id = await store_delivery(engine, shop, topic, json.dumps(payload).encode())
    async with tenant_transaction(engine, shop.program_id) as connection:
        claimed = await claim_deliveries(connection, 100)
    return next(delivery for delivery in claimed if delivery.webhook_id == webhook_id)
