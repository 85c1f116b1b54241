"""All that is known of one order, and the amounts that rules count in it.

Amounts are whole minor units of one of the order's two moneys.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from engine.events import AmountPair, Fulfillment, Order, OrderEdit, Refund
from engine.money import half_even_ratio

Money = Literal["presentment", "shop"]
DELIVERY_LINE = 0
"""The line id that delivery has where it counts as a line."""


@dataclass(frozen=True, slots=True)
class OrderState:
    """An order's newest snapshot, its refunds and parcels by id, and edits that may be newer than the snapshot."""

    order: Order
    refunds: tuple[Refund, ...]
    edits: tuple[OrderEdit, ...] = ()
    fulfillments: tuple[Fulfillment, ...] = ()
    counted_until: datetime | None = None
    """Refunds that are newer take nothing back: the order as it was worth at that moment. None: all count."""

    @property
    def fulfilled_at(self) -> datetime | None:
        """When its last part was sent, None while something is still to be sent."""
        return self.order.fulfilled_at

    @property
    def delivered_at(self) -> datetime | None:
        """When its last parcel arrived, None while one is under way or nothing is known of one."""
        parcels = [parcel for parcel in self.fulfillments if not parcel.cancelled]
        arrived = [parcel.delivered_at for parcel in parcels if parcel.delivered_at is not None]
        complete = self.fulfilled_at is not None and parcels and len(arrived) == len(parcels)
        return max(arrived) if complete else None


@dataclass(frozen=True, slots=True)
class Counting:
    """In which money amounts are counted, and what counts: taxes, delivery, gift cards."""

    money: Money
    tax: bool
    delivery: bool
    gift_cards: bool


@dataclass(slots=True)
class Refunded:
    """What refunds gave back: by line, and what belongs to no line that is known."""

    by_line: dict[int, int] = field(default_factory=dict)
    elsewhere: int = 0


def units_left(state: OrderState) -> dict[int, int]:
    """Per line id the units ordered less those removed by edits, never less refunded ones.

    `current_quantity` falls with edits and with refunds alike, so what this snapshot's refunds took is added back: the
    refunds it carries itself, and others that are older than it. Edits newer than the snapshot come on top.
    """
    order = state.order
    refunded: dict[int, int] = {}
    if state.refunds:
        carried = {refund.refund_id for refund in order.refunds}
        for refund in state.refunds:
            if refund.refund_id in carried or refund.created_at < order.updated_at:
                for part in refund.lines:
                    refunded[part.line_id] = refunded.get(part.line_id, 0) + part.quantity
    removed: dict[int, int] = {}
    for edit in state.edits:
        if edit.committed_at > order.updated_at:
            for line_id, count in edit.removed_units:
                removed[line_id] = removed.get(line_id, 0) + count
    left = {}
    for line in order.lines:
        gone = removed.get(line.line_id, 0)
        if line.current_quantity is not None:
            gone += max(0, line.quantity - line.current_quantity - refunded.get(line.line_id, 0))
        left[line.line_id] = max(0, line.quantity - gone)
    return left


def counted_tax(tax: int, counting: Counting, taxes_included: bool) -> int:
    """What is added to a price for its tax: less than 0 where the price includes what does not count."""
    if taxes_included == counting.tax:
        return 0
    return tax if counting.tax else -tax


def delivery_value(order: Order, money: Money) -> int:
    """What delivery cost after the codes that made it cheaper."""
    off = sum(side(one.amount, money) for one in order.discounts if one.kind == "shipping")
    return max(0, side(order.shipping, money) - off)


def refunded_amounts(state: OrderState, counting: Counting) -> Refunded:
    """What refunds gave back; each counts once by its id.

    A refund without lines counts the money that moved, less refunded delivery where that does not count.
    """
    found = Refunded()
    order = state.order
    known = {line.line_id for line in order.lines}
    gift_cards = set() if counting.gift_cards else {line.line_id for line in order.lines if line.gift_card}
    for refund in {refund.refund_id: refund for refund in state.refunds}.values():
        if state.counted_until is not None and refund.created_at > state.counted_until:
            continue
        money = _side_of(refund, order, counting.money)
        if not refund.lines:
            moved = sum(_in_money(minor, currency, order, counting.money) for minor, currency in refund.moved)
            found.elsewhere += max(0, moved - (0 if counting.delivery else side(refund.shipping, money)))
            continue
        if counting.delivery:
            found.by_line[DELIVERY_LINE] = found.by_line.get(DELIVERY_LINE, 0) + side(refund.shipping, money)
        for line_id, value in _line_values(refund, gift_cards, money, counting, order.taxes_included):
            if line_id in known:
                found.by_line[line_id] = found.by_line.get(line_id, 0) + value
            else:
                found.elsewhere += value
    return found


def _line_values(
    refund: Refund, gift_cards: set[int], money: Money, counting: Counting, taxes_included: bool
) -> Iterator[tuple[int, int]]:
    for line in refund.lines:
        if not counting.gift_cards and (line.gift_card or line.line_id in gift_cards):
            continue
        tax = counted_tax(side(line.tax, money), counting, taxes_included)
        yield line.line_id, side(line.subtotal, money) + tax


_GOODS = Counting("shop", tax=False, delivery=False, gift_cards=False)


def goods_sold(state: OrderState) -> int:
    """What the goods of an order cost, in the shop's money: without tax, delivery and gift cards, before refunds."""
    units, order = units_left(state), state.order
    return sum(
        line.unit_price.shop * units[line.line_id]
        - line.discount.shop
        + counted_tax(line.tax.shop, _GOODS, order.taxes_included)
        for line in order.lines
        if not line.gift_card
    )


def net_sales(state: OrderState) -> int:
    """What the shop kept of the goods sold, in its own money: without tax, delivery, gift cards and refunds."""
    refunded = refunded_amounts(state, _GOODS)
    return max(0, goods_sold(state) - sum(refunded.by_line.values()) - refunded.elsewhere)


def _side_of(refund: Refund, order: Order, money: Money) -> Money:
    """Which of a refund's two amounts is in the money used; it comes by itself and names its currencies."""
    wanted = order.presentment_currency if money == "presentment" else order.currency
    named: dict[str | None, Money] = {refund.currency: "shop", refund.presentment_currency: "presentment"}
    return named.get(wanted, money)


def _in_money(minor: int, currency: str, order: Order, money: Money) -> int:
    """An amount of money that moved, in the money used: converted, where needed, at the order's own rate."""
    wanted = order.presentment_currency if money == "presentment" else order.currency
    if currency == wanted:
        return minor
    have, want = order.total.shop, order.total.presentment
    if money == "shop":
        have, want = want, have
    return half_even_ratio(minor, want, have) if have > 0 else 0


def side(pair: AmountPair, money: Money) -> int:
    """An amount in one of an order's two moneys."""
    return pair.presentment if money == "presentment" else pair.shop
