"""Customers become members: one member for each customer of a shop, made once however many processes want to.

Keys are always taken in the same order (program, shop, customer), so that two batches never wait for each other in a
ring.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.bulk import BulkStatement


class CustomerKey(NamedTuple):
    """A customer as one shop of one program knows them."""

    program_id: int
    shop_id: int
    customer_id: int


_KEY = {"program_id": "bigint", "shop_id": "bigint", "customer_id": "bigint"}

_FIND = BulkStatement(
    _KEY, "SELECT c.program_id, c.shop_id, c.customer_id, c.member_id FROM given JOIN customers c "
    "USING (program_id, shop_id, customer_id)",
)  # fmt: skip

# The member's id is drawn first and stored with the customer; only the one whose row went in makes the member.
_ENROLL = BulkStatement(
    {**_KEY, "joined_at": "timestamptz"},
    """, added AS (
        INSERT INTO customers (program_id, shop_id, customer_id, member_id)
        SELECT program_id, shop_id, customer_id, nextval(pg_get_serial_sequence('members', 'member_id'))
        FROM (SELECT * FROM given ORDER BY program_id, shop_id, customer_id) ordered
        ON CONFLICT DO NOTHING RETURNING program_id, shop_id, customer_id, member_id
    )
    INSERT INTO members (program_id, member_id, joined_at)
    SELECT a.program_id, a.member_id, g.joined_at FROM added a JOIN given g USING (program_id, shop_id, customer_id)
    """,
)


async def find_members(connection: AsyncConnection, keys: Iterable[CustomerKey]) -> dict[CustomerKey, int]:
    """The member ids of those customers that are members."""
    rows = await _FIND.run(connection, sorted(set(keys)))
    return {CustomerKey(*row[:3]): row[3] for row in rows}


async def enroll(connection: AsyncConnection, joining: Mapping[CustomerKey, datetime]) -> dict[CustomerKey, int]:
    """The member ids of these customers, making members of those who are none; the value is when they join."""
    found = await find_members(connection, joining)
    missing = sorted(key for key in joining if key not in found)
    if missing:
        await _ENROLL.run(connection, [(*key, joining[key]) for key in missing])
        found |= await find_members(connection, missing)
    return found
