"""What rules may ask of members and products, read once when an order or event is decided and stored with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.bulk import BulkStatement
from engine.rules.definitions import Needs
from engine.rules.facts import MemberFacts, ProductTraits, Status


@dataclass(frozen=True, slots=True)
class Asker:
    """Whose facts are asked for: a member through one of their customers. 0 where no customer is known."""

    program_id: int
    shop_id: int
    member_id: int
    customer_id: int


_ASKER = {"program_id": "bigint", "shop_id": "bigint", "member_id": "bigint", "customer_id": "bigint"}
# Orders are found by their customer, and by their member where a guest's were claimed: both are indexed.
_MEMBERS = BulkStatement(
    {**_ASKER, "count_orders": "boolean"},
    """SELECT g.program_id, g.shop_id, g.member_id, g.customer_id, c.tags, c.subscribed, m.joined_at,
        CASE WHEN g.count_orders THEN (
            SELECT count(*) FROM (
                SELECT o.shop_id, o.order_id FROM customers k JOIN orders o ON o.program_id = k.program_id
                    AND o.shop_id = k.shop_id AND o.customer_id = k.customer_id
                WHERE k.program_id = g.program_id AND k.member_id = g.member_id AND o.decided_version IS NOT NULL
                UNION SELECT o.shop_id, o.order_id FROM orders o WHERE o.program_id = g.program_id
                    AND o.member_id = g.member_id AND o.customer_id IS NULL AND o.decided_version IS NOT NULL
            ) decided) END
    FROM given g
    JOIN members m ON m.program_id = g.program_id AND m.member_id = g.member_id
    LEFT JOIN customers c ON c.program_id = g.program_id AND c.shop_id = g.shop_id AND c.customer_id = g.customer_id""",
)
_PRODUCTS = BulkStatement(
    {"program_id": "bigint", "shop_id": "bigint", "product_id": "bigint"},
    """SELECT p.program_id, p.shop_id, p.product_id, p.tags, p.collection_ids, p.product_type, p.vendor
    FROM given JOIN products p USING (program_id, shop_id, product_id) WHERE p.deleted_at IS NULL""",
)


async def member_facts(
    connection: AsyncConnection, asking: Mapping[Asker, Needs]
) -> dict[Asker, tuple[MemberFacts, int]]:
    """The facts of each member with how many of their orders were decided before; the members are locked."""
    rows = await _MEMBERS.run(
        connection,
        [
            (one.program_id, one.shop_id, one.member_id, one.customer_id, needs.order_number)
            for one, needs in asking.items()
        ],
    )
    found: dict[Asker, tuple[MemberFacts, int]] = {}
    for program_id, shop_id, member_id, customer_id, tags, subscribed, joined_at, orders in rows:
        facts = MemberFacts(tuple(tags or ()), None, 0, joined_at, subscribed)
        found[Asker(program_id, shop_id, member_id, customer_id)] = (facts, orders or 0)
    return found


def needed(facts: MemberFacts, needs: Needs, order_number: int, status: Status) -> MemberFacts:
    """Only what the definition asks about and the privilege, so that no more is stored than was decided from."""
    joined_at: datetime | None = facts.joined_at if needs.joined_at else None
    return MemberFacts(
        facts.tags if needs.tags else (),
        status.tier if needs.tier else None,
        order_number if needs.order_number else 0,
        joined_at,
        facts.subscribed if needs.subscribed else None,
        status.plans if needs.plans else (),
        status.privilege,
    )


async def product_traits(
    connection: AsyncConnection, keys: Iterable[tuple[int, int, int]]
) -> dict[tuple[int, int, int], ProductTraits]:
    """What is known of products, by (program, shop, product); nothing for those that are not known."""
    rows = await _PRODUCTS.run(connection, sorted(set(keys)))
    return {
        (row[0], row[1], row[2]): ProductTraits(tuple(row.tags), tuple(row.collection_ids), row[5], row[6])
        for row in rows
    }
