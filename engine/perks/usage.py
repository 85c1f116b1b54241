"""What orders did with the codes of perks: when each was used, and its worth as a benefit, less what was refunded.

Formula (public): worth = applied − half-even(applied × the share of the code's discount that was refunded). It is
worked out anew from the order's state whenever the order is told, so that any order of arrival ends the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.bulk import BulkStatement
from engine.known_orders import KnownOrder
from engine.memberships.benefits import Benefit, record_benefits
from engine.money import half_even_ratio
from engine.perks.codes import may_be_perk_code
from engine.rewards.refunded import refunded_share

SOURCE = "perk-code"
_CODES_MAXIMUM = 25
"""How many codes of one order are looked at: Shopify takes at most a handful."""

_FIND = BulkStatement(
    {"program_id": "bigint", "code": "text", "shop_id": "bigint", "place": "integer", "position": "integer"},
    """SELECT g.place, g.position, d.program_id, d.delivery_id, d.member_id, d.shop_id, d.grantor, d.perk,
        d.used_order_id
    FROM given g JOIN perk_deliveries d ON d.program_id = g.program_id AND d.code = g.code
    WHERE d.shop_id = g.shop_id ORDER BY d.program_id, d.delivery_id, g.place FOR UPDATE OF d""",
)
# A code whose call was never answered, or that was taken for unused: an order that carries it knows better.
_USED = BulkStatement(
    {"program_id": "bigint", "delivery_id": "bigint", "used_at": "timestamptz", "used_order_id": "bigint"},
    """UPDATE perk_deliveries d SET used_at = g.used_at, used_order_id = g.used_order_id, state = 'delivered',
        revoked_at = NULL, delivered_at = CASE WHEN d.delivered_at IS NULL THEN d.created_at ELSE d.delivered_at END
    FROM given g WHERE d.program_id = g.program_id AND d.delivery_id = g.delivery_id""",
)


@dataclass(frozen=True, slots=True)
class _Use:
    """An order that carries a perk's code, `position`-th among its discounts."""

    known: KnownOrder
    position: int
    program_id: int
    delivery_id: int
    member_id: int
    shop_id: int
    grantor: str
    perk: str
    used_order_id: int | None


async def follow_perk_codes(connection: AsyncConnection, orders: Iterable[KnownOrder]) -> None:
    """Note which codes of perks these orders used, and what they were worth. Told again it changes nothing.

    An order that was canceled before it was paid has used none. A code is one order's: the first that was paid with it.
    """
    uses = [use for use in await _find(connection, orders) if use.known.paid and _is_its_order(use)]
    new = {(use.program_id, use.delivery_id): use for use in reversed(uses) if use.used_order_id is None}
    await _USED.run(
        connection,
        [(*key, _occurred(use), use.known.key.order_id) for key, use in sorted(new.items(), key=lambda one: one[0])],
    )
    first = [use for use in uses if use.used_order_id is not None or new[use.program_id, use.delivery_id] is use]
    await record_benefits(connection, [_benefit(use) for use in first])


async def _find(connection: AsyncConnection, orders: Iterable[KnownOrder]) -> list[_Use]:
    found = list(orders)
    asked = [
        (known.key.program_id, discount.code.upper(), known.key.shop_id, place, position)
        for place, known in enumerate(found)
        if known.snapshot is not None
        for position, discount in enumerate(known.snapshot.discounts[:_CODES_MAXIMUM])
        if may_be_perk_code(discount.code)
    ]
    return [_Use(found[place], position, *row) for place, position, *row in await _FIND.run(connection, asked)]


def _is_its_order(use: _Use) -> bool:
    return use.used_order_id is None or use.used_order_id == use.known.key.order_id


def _occurred(use: _Use) -> str:
    assert use.known.snapshot is not None, "orders that carry codes are known"
    return use.known.snapshot.occurred_at.isoformat()


def _benefit(use: _Use) -> Benefit:
    state = use.known.state()
    assert state is not None, "orders that carry codes are known"
    applied, share = state.order.discounts[use.position].amount.shop, refunded_share(state, use.position)
    worth = applied - half_even_ratio(applied, share.numerator, share.denominator)
    return Benefit(
        use.program_id, use.member_id, use.grantor, use.perk, use.shop_id, SOURCE, str(use.delivery_id),
        state.order.occurred_at, worth, state.order.currency,
    )  # fmt: skip
