"""Memberships that are bought in the store: lines of paid orders as facts, each with what is left of it.

A line's units give their terms from when the order was paid. Units that are refunded or edited out take theirs back. A
refund of money alone takes the same share of the days as it takes of the money that was kept for the order's lines.
Which version of which plan a line is, is decided once: by what was sold when the order was paid.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.billing.repairs import note_archived
from engine.bulk import BulkStatement
from engine.events import OrderLine, RefundLine
from engine.ledger import MemberKey
from engine.memberships.catalog import PlanVersion, plan_versions_of
from engine.memberships.facts import MembershipFact, replace_facts
from engine.money import half_even_ratio
from engine.order_awards import PaidOrder
from engine.rules.order_state import Counting, OrderState, counted_tax, refunded_amounts, units_left

SOURCE = "order"
_GROSS = Counting("shop", tax=True, delivery=False, gift_cards=True)


@dataclass(frozen=True, slots=True)
class _Known:
    owner: MemberKey
    plan_id: int
    plan_version: int
    occurred_at: datetime
    detail: dict[str, Any]


_KNOWN = BulkStatement(
    {"program_id": "bigint", "shop_id": "bigint", "source": "text", "source_id": "text"},
    """SELECT f.program_id, f.shop_id, f.source_id, f.member_id, f.plan_id, f.plan_version, f.occurred_at, f.detail
    FROM given g JOIN membership_facts f USING (program_id, shop_id, source, source_id)""",
)


async def follow_purchases(connection: AsyncConnection, orders: Iterable[PaidOrder]) -> set[MemberKey]:
    """Keep what these orders say of memberships, under their owners' locks; returns whose are to be worked out anew."""
    orders = list(orders)
    if not orders:
        return set()
    versions = await plan_versions_of(connection, {one.known.key.program_id for one in orders})
    products = {(one.program_id, number) for one in versions for number in one.definition.product_ids}
    lines = [
        (order, line)
        for order in orders
        for line in order.state.order.lines
        if line.product_id is not None and (order.known.key.program_id, line.product_id) in products
    ]
    known = await _known(connection, lines)
    facts = [(_fact(order, line, versions, known), known.get(_key(order, line))) for order, line in lines]
    for order, _ in (one for one, (fact, _) in zip(lines, facts, strict=True) if fact is None):
        if not order.state.order.test:  # it was paid for, and nothing sells it any more: a person has to look at it
            await note_archived(connection, *order.known.key, order.owner.member_id)
    changed = [(fact, before) for fact, before in facts if fact is not None and not _same(fact, before)]
    await replace_facts(connection, (fact for fact, _ in changed))
    return {fact.owner for fact, _ in changed} | {before.owner for _, before in changed if before is not None}


def _key(order: PaidOrder, line: OrderLine) -> tuple[int, int, str]:
    program_id, shop_id, order_id = order.known.key
    return program_id, shop_id, f"{order_id}:{line.line_id}"


async def _known(
    connection: AsyncConnection, lines: Sequence[tuple[PaidOrder, OrderLine]]
) -> dict[tuple[int, int, str], _Known]:
    asked = [
        (program_id, shop_id, SOURCE, source_id) for program_id, shop_id, source_id in (_key(*one) for one in lines)
    ]
    return {
        (row.program_id, row.shop_id, row.source_id): _Known(
            MemberKey(row.program_id, row.member_id), row.plan_id, row.plan_version, row.occurred_at, row.detail
        )
        for row in await _KNOWN.run(connection, asked)
    }


def _same(fact: MembershipFact, before: _Known | None) -> bool:
    return before is not None and (fact.owner, fact.occurred_at, dict(fact.detail)) == (
        before.owner, before.occurred_at, before.detail,
    )  # fmt: skip


def _fact(
    order: PaidOrder, line: OrderLine, versions: Sequence[PlanVersion], known: dict[tuple[int, int, str], _Known]
) -> MembershipFact | None:
    program_id, shop_id, source_id = _key(order, line)
    before = known.get((program_id, shop_id, source_id))
    placed = order.state.order
    if before is None:
        sold = plan_sold(versions, program_id, line.product_id, placed.occurred_at)
        if sold is None or (placed.test and not sold.definition.test_orders):
            return None
        plan_id, version = sold.plan_id, sold.version
    else:
        plan_id, version = before.plan_id, before.plan_version
    return MembershipFact(
        order.owner, plan_id, version, "purchased", shop_id, SOURCE, source_id, placed.occurred_at, "shop",
        purchase_detail(order.state, line),
    )  # fmt: skip


def plan_sold(
    versions: Iterable[PlanVersion], program_id: int, product_id: int | None, moment: datetime
) -> PlanVersion | None:
    """The version that sold a product at a moment.

    A plan's first one also covers what was bought before it was made, unless another plan sold that product then.
    Shops tell times in whole seconds, so a version counts from the second on in which it was made.
    """
    selling = [one for one in versions if one.program_id == program_id and not _archived(one, moment)]
    live: dict[int, PlanVersion] = {}
    for one in selling:
        if one.created_at.replace(microsecond=0) <= moment:
            live[one.plan_id] = one
    first = {one.plan_id: one for one in reversed(selling) if one.plan_id not in live}
    backdated = sorted(first.values(), key=lambda one: one.created_at)
    return next((one for one in [*live.values(), *backdated] if product_id in one.definition.product_ids), None)


def _archived(one: PlanVersion, moment: datetime) -> bool:
    return one.archived_at is not None and one.archived_at <= moment


def purchase_detail(state: OrderState, line: OrderLine) -> dict[str, Any]:
    """What a line was worth from when on, in units; and its money, in minor units of the shop's currency.

    A step [at, units, taken, value] says: from then on these units, less the share taken ÷ value of their term.
    """
    worth, began = _Worth(state), state.order.occurred_at
    moments = {refund.created_at for refund in worth.refunds} | {edit.committed_at for edit in state.edits}
    steps: list[list[Any]] = []
    for at in sorted({began} | {moment for moment in moments if moment > began}):
        step = worth.step(line, at)
        if not steps or steps[-1][1:] != step:
            steps.append([at.astimezone(UTC).isoformat(), *step])
    paid = worth.value(line, began)
    return {
        "steps": steps, "paid_minor": paid, "refunded_minor": min(paid, worth.refunded(line)),
        "currency": state.order.currency, "order_id": state.order.order_id, "order": state.order.name,
    }  # fmt: skip


class _Worth:
    """What an order's lines were worth, at any moment since it was paid, with tax and in the shop's money."""

    def __init__(self, state: OrderState) -> None:
        self.order = state.order
        self.refunds = list({refund.refund_id: refund for refund in state.refunds}.values())
        self._state = state
        self._left = units_left(state)
        self._edits = {edit.edit_id: edit for edit in state.edits}.values()

    def step(self, line: OrderLine, at: datetime) -> list[int]:
        """[units, taken, value] of a line at a moment."""
        mine = [part for part in self._refunded_parts(at) if part.line_id == line.line_id]
        ordered = self.units(line, at)
        units = max(0, ordered - sum(part.quantity for part in mine))
        taken, value = self._money_share(at)
        own = sum(part.subtotal.shop for part in mine if part.quantity == 0)
        if own and units:
            # Money of this very line, without a unit of it, comes off before what is taken of the whole order.
            rest = max(1, self.value(line, at) * units // ordered)
            own = min(own, rest)
            taken, value = (taken + half_even_ratio(own, value - taken, rest), value) if taken else (own, rest)
        return [units, taken, value] if units and taken else [units, 0, 0]

    def refunded(self, line: OrderLine) -> int:
        """What came back of a line in all."""
        at = max([self.order.occurred_at, *(refund.created_at for refund in self.refunds)])
        own = refunded_amounts(self._state, _GROSS).by_line.get(line.line_id, 0)
        taken, kept = self._money_share(at)
        rest = max(0, self.value(line, at) - own)
        return own + (half_even_ratio(rest, taken, kept) if kept else 0)

    def units(self, line: OrderLine, at: datetime) -> int:
        """The units of a line at a moment, by edits alone; what was gone without an edit that is known never was."""
        later = sum(
            count
            for edit in self._edits
            if edit.committed_at > max(at, self.order.occurred_at)
            for line_id, count in edit.removed_units
            if line_id == line.line_id
        )
        return min(line.quantity, self._left[line.line_id] + later)

    def value(self, line: OrderLine, at: datetime) -> int:
        """What was paid for the units that a line had at a moment."""
        return half_even_ratio(self._whole(line), self.units(line, at), line.quantity) if line.quantity else 0

    def _whole(self, line: OrderLine) -> int:
        tax = counted_tax(line.tax.shop, _GROSS, self.order.taxes_included)
        return max(0, line.unit_price.shop * line.quantity - line.discount.shop + tax)

    def _refunded_parts(self, at: datetime) -> Iterator[RefundLine]:
        for refund in self.refunds:
            if refund.created_at <= at:
                yield from refund.lines

    def _money_share(self, at: datetime) -> tuple[int, int]:
        """(taken, value): of the money kept for the order's lines, what was given back without a line.

        What was given back for units that an edit had taken out is no refund of those that are left.
        """
        known = replace(self._state, refunds=tuple(one for one in self.refunds if one.created_at <= at))
        refunded = refunded_amounts(known, _GROSS)
        kept = removed = 0
        for line in self.order.lines:
            value = self.value(line, at)
            removed += self._whole(line) - value
            kept += max(0, value - refunded.by_line.get(line.line_id, 0))
        return min(kept, max(0, refunded.elsewhere - removed)), kept
