"""What rules may ask about products, kept as the shop last told it."""

from __future__ import annotations

from collections.abc import Sequence

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.bulk import BulkStatement
from engine.events import Event, ProductChanged

# News of a product does not always tell its collections; then those that are known stay.
_STORE = BulkStatement(
    {
        "program_id": "bigint", "shop_id": "bigint", "product_id": "bigint", "updated_at": "timestamptz",
        "tags": "jsonb", "collection_ids": "jsonb", "product_type": "text", "vendor": "text", "deleted": "boolean",
    },
    """INSERT INTO products AS p (program_id, shop_id, product_id, updated_at, tags, collection_ids, product_type,
        vendor, deleted_at)
    SELECT program_id, shop_id, product_id, updated_at, ARRAY(SELECT jsonb_array_elements_text(tags)),
        ARRAY(SELECT jsonb_array_elements_text(COALESCE(collection_ids, '[]'))::bigint), product_type, vendor,
        CASE WHEN deleted THEN updated_at END
    FROM given ORDER BY program_id, shop_id, product_id
    ON CONFLICT (program_id, shop_id, product_id) DO UPDATE SET updated_at = EXCLUDED.updated_at,
        tags = CASE WHEN EXCLUDED.deleted_at IS NULL THEN EXCLUDED.tags ELSE p.tags END,
        collection_ids = CASE WHEN (SELECT g.collection_ids FROM given g WHERE g.program_id = p.program_id
            AND g.shop_id = p.shop_id AND g.product_id = p.product_id) IS NULL THEN p.collection_ids
            ELSE EXCLUDED.collection_ids END,
        product_type = CASE WHEN EXCLUDED.deleted_at IS NULL THEN EXCLUDED.product_type ELSE p.product_type END,
        vendor = CASE WHEN EXCLUDED.deleted_at IS NULL THEN EXCLUDED.vendor ELSE p.vendor END,
        deleted_at = EXCLUDED.deleted_at
    WHERE p.updated_at <= EXCLUDED.updated_at""",
)  # fmt: skip


async def learn_products(connection: AsyncConnection, events: Sequence[Event]) -> None:
    """Keep the newest word on each product that these events tell of."""
    newest: dict[tuple[int, int, int], ProductChanged] = {}
    for event in events:
        if isinstance(event.fact, ProductChanged):
            key = (event.program_id, event.shop_id, event.fact.product_id)
            known = newest.get(key)
            if known is None or (known.updated_at, known.deleted) <= (event.fact.updated_at, event.fact.deleted):
                newest[key] = _with_collections(event.fact, known)
    await _STORE.run(
        connection,
        [
            (
                *key, fact.updated_at, orjson.dumps(fact.tags).decode(),
                None if fact.collection_ids is None else orjson.dumps(fact.collection_ids).decode(),
                fact.product_type, fact.vendor, fact.deleted,
            )
            for key, fact in sorted(newest.items())
        ],
    )  # fmt: skip


def _with_collections(fact: ProductChanged, known: ProductChanged | None) -> ProductChanged:
    """The newer news, with the collections that only the older one told."""
    if fact.collection_ids is not None or known is None or known.collection_ids is None:
        return fact
    return ProductChanged(
        fact.product_id, fact.updated_at, fact.tags, fact.product_type, fact.vendor, known.collection_ids, fact.deleted
    )
