"""The paid orders of a program as they were decided, a page at a time: what backtests run over."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.bulk import BulkStatement
from engine.decision_facts import Asker, member_facts, product_traits
from engine.known_orders import KnownOrder, OrderKey
from engine.order_facts import read_orders
from engine.rules.definitions import Needs
from engine.rules.facts import DecidedFrom, MemberFacts

PAGE_ORDERS = 100
"""Small enough that others are served between two pages."""


@dataclass(slots=True)
class PastAward:
    """What an order was really given by a rule."""

    award_id: int
    posted: int
    granted: int | None
    version: int


@dataclass(slots=True)
class PastOrder:
    """An order and what it was really given, by the rule's handle. `member_id` is who has its points today."""

    known: KnownOrder
    member_id: int
    awards: dict[str, PastAward] = field(default_factory=dict)

    @property
    def decided_as(self) -> int:
        """Its place in the order of decisions: ids are drawn one after another. 0 where it was given nothing."""
        return min((award.award_id for award in self.awards.values()), default=0)


_NEWEST = text("""
    SELECT program_id, shop_id, order_id FROM orders
    WHERE program_id = :program_id AND paid AND member_id IS NOT NULL AND snapshot IS NOT NULL
        AND occurred_at >= :since AND occurred_at < :until
    ORDER BY occurred_at DESC, shop_id DESC, order_id DESC LIMIT :most
""")
_ORDER = {"program_id": "bigint", "shop_id": "bigint", "source_id": "text"}
_AWARDS = BulkStatement(
    _ORDER,
    """SELECT a.shop_id, a.source_id, a.rule, a.award_id, a.posted, a.granted, a.program_version
    FROM given g JOIN awards a ON a.program_id = g.program_id AND a.shop_id = g.shop_id AND a.source = 'order'
        AND a.source_id = g.source_id""",
)
_ROOTS = BulkStatement(
    {"program_id": "bigint", "member_id": "bigint"},
    """SELECT m.member_id, COALESCE(m.merged_into, m.member_id) AS root
    FROM given g JOIN members m USING (program_id, member_id)""",
)
_TURNS = text("""
    SELECT shop_id, order_id, turn FROM (
        SELECT o.shop_id, o.order_id, o.occurred_at, row_number() OVER (
            PARTITION BY COALESCE(m.merged_into, m.member_id) ORDER BY o.occurred_at, o.shop_id, o.order_id) AS turn
        FROM orders o JOIN members m ON m.program_id = o.program_id AND m.member_id = o.member_id
        WHERE o.program_id = :program_id AND o.paid AND o.snapshot IS NOT NULL AND o.occurred_at <= :until) turns
    WHERE occurred_at >= :since
""")


async def newest_orders(
    connection: AsyncConnection, program_id: int, since: datetime, until: datetime, most: int
) -> AsyncIterator[list[PastOrder]]:
    """At most `most` paid orders of members that happened from `since` until before `until`, the newest first."""
    given = {"program_id": program_id, "since": since, "until": until, "most": most}
    keys = [OrderKey(*row) for row in await connection.execute(_NEWEST, given)]
    for start in range(0, len(keys), PAGE_ORDERS):
        yield await _page(connection, keys[start : start + PAGE_ORDERS])


async def past_order(connection: AsyncConnection, key: OrderKey) -> PastOrder | None:
    """One order, None where it is not known or nobody's."""
    found = await _page(connection, [key])
    return found[0] if found else None


async def _page(connection: AsyncConnection, keys: Sequence[OrderKey]) -> list[PastOrder]:
    read = await read_orders(connection, keys)
    known = {key: one for key, one in read.items() if one.member_id is not None and one.snapshot is not None}
    members = sorted({(one.key.program_id, one.member_id) for one in known.values()})
    roots = {row.member_id: row.root for row in await _ROOTS.run(connection, members)}
    orders = {key: PastOrder(known[key], roots[known[key].member_id]) for key in keys if key in known}
    by_source = {(key.shop_id, str(key.order_id)): one for key, one in orders.items()}
    sources = [(key.program_id, key.shop_id, str(key.order_id)) for key in orders]
    for shop_id, source_id, rule, *award in await _AWARDS.run(connection, sources):
        by_source[shop_id, source_id].awards[rule] = PastAward(*award)
    return list(orders.values())


async def order_turns(
    connection: AsyncConnection, program_id: int, since: datetime, until: datetime
) -> dict[tuple[int, int], int]:
    """Of every order of a time, by (shop, order id), which of its member's it is; 1 for the first of all times."""
    rows = await connection.execute(_TURNS, {"program_id": program_id, "since": since, "until": until})
    return {(row.shop_id, row.order_id): row.turn for row in rows}


async def facts_as_of_today(
    connection: AsyncConnection,
    orders: Sequence[PastOrder],
    lacking: Sequence[Needs],
    turns: Mapping[tuple[int, int], int],
) -> list[DecidedFrom]:
    """What each order is decided from; of what was not stored with it (`lacking`), as it is known today."""
    both = list(zip(orders, lacking, strict=True))
    askers = {one.known.key: _asker(one) for one, needs in both if needs.member}
    found = await member_facts(connection, dict.fromkeys(askers.values(), Needs())) if askers else {}
    keys = {
        (*one.known.key[:2], line.product_id)
        for one, needs in both
        if needs.products and one.known.snapshot is not None
        for line in one.known.snapshot.lines
        if line.product_id is not None
    }
    traits = await product_traits(connection, keys)
    facts = []
    for one, needs in both:
        assert one.known.snapshot is not None
        decided = one.known.decided_from or DecidedFrom(one.known.snapshot.occurred_at)
        if needs.member:
            member = found[askers[one.known.key]][0] if askers[one.known.key] in found else MemberFacts()
            turn = turns.get((one.known.key.shop_id, one.known.key.order_id), 0)
            decided = replace(decided, member=_merged(decided.member, member, needs, turn))
        if needs.products:
            here = {key[2]: value for key, value in traits.items() if key[:2] == one.known.key[:2]}
            decided = decided.with_products(here)
        facts.append(decided)
    return facts


def lacking_facts(needs: Needs, stored: Needs | None) -> Needs:
    """What is asked for and was not stored when an order was decided; `stored` are the needs of what decided it."""
    had = stored or Needs()
    return Needs(**{name: asks and not getattr(had, name) for name, asks in needs.model_dump().items()})


def _asker(one: PastOrder) -> Asker:
    return Asker(one.known.key.program_id, one.known.key.shop_id, one.member_id, one.known.customer_id or 0)


def _merged(stored: MemberFacts, today: MemberFacts, lacking: Needs, turn: int) -> MemberFacts:
    return replace(
        stored,
        tags=today.tags if lacking.tags else stored.tags,
        order_number=turn if lacking.order_number else stored.order_number,
        joined_at=today.joined_at if lacking.joined_at else stored.joined_at,
        subscribed=today.subscribed if lacking.subscribed else stored.subscribed,
    )
