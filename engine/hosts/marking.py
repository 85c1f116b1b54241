"""Marks orders that have to be reported, in the transaction that takes their facts in; the worker looks at them."""

from __future__ import annotations

import json
from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.bulk import BulkStatement
from engine.hosts.naming import named_hosts
from engine.hosts.store import naming_hosts
from engine.known_orders import KnownOrder

_KEY = {"program_id": "bigint", "shop_id": "bigint", "order_id": "bigint"}
# What was named first stays: a host attributes an order once.
_NAME = BulkStatement(
    {**_KEY, "host_id": "bigint", "named": "jsonb"},
    """INSERT INTO host_orders (program_id, shop_id, order_id, host_id, named)
    SELECT program_id, shop_id, order_id, host_id, named FROM given
    ORDER BY program_id, host_id, shop_id, order_id ON CONFLICT DO NOTHING""",
)
_AGAIN = BulkStatement(
    _KEY,
    """UPDATE host_orders o SET due = true FROM (
        SELECT known.program_id, known.host_id, known.shop_id, known.order_id
        FROM given JOIN host_orders known USING (program_id, shop_id, order_id)
        ORDER BY known.program_id, known.host_id, known.shop_id, known.order_id FOR UPDATE OF known) found
    WHERE o.program_id = found.program_id AND o.host_id = found.host_id AND o.shop_id = found.shop_id
        AND o.order_id = found.order_id""",
)


async def mark_orders(connection: AsyncConnection, orders: Collection[KnownOrder]) -> None:
    """Mark those that changed and name a host's member, click or code, now or before."""
    changed = [known for known in orders if known.snapshot is not None and (known.changed or known.new_refunds)]
    programs = sorted({known.key.program_id for known in changed})
    hosts = await naming_hosts(connection, programs) if programs else {}
    named = []
    for known in changed:
        if known.snapshot is None or known.key.program_id not in hosts:
            continue
        for host_id, one in named_hosts(known.snapshot, hosts[known.key.program_id]).items():
            named.append((*known.key, host_id, json.dumps(one.to_json())))
    await _NAME.run(connection, named)
    await _AGAIN.run(connection, [known.key for known in changed if known.key.program_id in hosts])
