"""The tags of a shop's customer as they are known: news of them tells only what was added or taken away."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_TAGS = text(
    "SELECT tags, tags_seen_at FROM customers "
    "WHERE program_id = :program_id AND shop_id = :shop_id AND customer_id = :customer_id FOR UPDATE"
)


async def known_tags(
    connection: AsyncConnection, program_id: int, shop_id: int, customer_id: int
) -> tuple[tuple[str, ...], datetime | None]:
    """All known tags of a customer and as of when; nobody else changes them until this transaction ends."""
    key = {"program_id": program_id, "shop_id": shop_id, "customer_id": customer_id}
    row = (await connection.execute(_TAGS, key)).one_or_none()
    return ((), None) if row is None else (tuple(row.tags), row.tags_seen_at)
