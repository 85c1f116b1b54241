"""Why an order earned what it did, or nothing: the stored facts run through the same pure function that decided."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.awards import read_awards
from engine.earning import Reason, line_base, money_used, order_outcome, units
from engine.known_orders import KnownOrder, OrderKey
from engine.order_awards import order_award_key
from engine.order_facts import read_order
from engine.program import version_at
from engine.publishing import versions

ExplainedReason = Reason | str


@dataclass(frozen=True, slots=True)
class ExplainedLine:
    """One line's part of the base, in minor units of the money used."""

    line_id: int
    units: int
    base: int
    gift_card: bool


@dataclass(frozen=True, slots=True)
class OrderExplanation:
    """The derivation of an order's points. `reason` is "earned" or the code of what kept it from earning."""

    order_id: int
    name: str
    reason: ExplainedReason
    version: int | None
    currency: str
    base: int
    refunded: int
    rate: Decimal
    points: int
    taken_back: int
    posted: int
    lines: list[ExplainedLine]


async def explain_order(
    connection: AsyncConnection, program_id: int, shop_id: int, order_id: int
) -> OrderExplanation | None:
    """Explain an order, or None when nothing is known of it."""
    known = await read_order(connection, OrderKey(program_id, shop_id, order_id))
    state = known.state() if known else None
    if known is None or state is None:
        return None
    key = order_award_key(known)
    award = (await read_awards(connection, [key])).get(key)
    published = await versions(connection, program_id)
    if award is not None:
        version = next(one for one in published if one.version == award.program_version)
    else:
        live = version_at(published, state.order.occurred_at)
        if live is None:
            return _nothing(known, "no_version")
        version = live
    rule = version.definition.purchase
    outcome = order_outcome(rule, state)
    money = money_used(rule, state.order) if rule else None
    lines = [
        ExplainedLine(line.line_id, units(line, state), line_base(line, state, money), line.gift_card)
        for line in state.order.lines
        if money is not None
    ]
    reason: ExplainedReason = outcome.reason
    if award is None and outcome.reason == "earned":
        reason = "unclaimed_guest" if known.member_id is None else "awaiting"
    return OrderExplanation(
        order_id, state.order.name, reason, version.version, outcome.currency, outcome.base, outcome.refunded,
        outcome.rate, outcome.points, outcome.taken_back, award.posted if award else 0, lines,
    )  # fmt: skip


def _nothing(known: KnownOrder, reason: str) -> OrderExplanation:
    name = known.snapshot.name if known.snapshot else ""
    return OrderExplanation(known.key.order_id, name, reason, None, "", 0, 0, Decimal(0), 0, 0, 0, [])


_ORDER_OF = text("""
    SELECT a.shop_id, a.source_id FROM transactions t
    JOIN awards a ON a.program_id = t.program_id AND a.award_id = t.award_id
    WHERE t.program_id = :program_id AND t.transaction_id = :transaction_id AND a.source = 'order'
""")


async def order_of_transaction(
    connection: AsyncConnection, program_id: int, transaction_id: int
) -> tuple[int, int] | None:
    """The (shop id, order id) that a transaction was posted for, or None when it was for something else."""
    row = (
        await connection.execute(_ORDER_OF, {"program_id": program_id, "transaction_id": transaction_id})
    ).one_or_none()
    return (row.shop_id, int(row.source_id)) if row else None
