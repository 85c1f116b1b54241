"""Which share of a discount code's value an order's refunds took back, from 0 to 1, whichever came first."""

from __future__ import annotations

from fractions import Fraction

from engine.earning import OrderState
from engine.events import Order
from engine.rules.order_state import units_left


def refunded_share(state: OrderState, position: int) -> Fraction:
    """The share of the order's `position`-th discount that went with what was refunded.

    A discount on goods goes with the units that an edit left it spread over; what the edit took off the discount itself
    is no refund and is counted where points are spent. A refund without lines counts by its money; a discount on
    delivery goes with the last unit that is left. An order without a price that is canceled gives all of it back.
    """
    order, units, left = state.order, _refunded_units(state), units_left(state)
    if order.cancelled and order.total.shop == 0:
        return Fraction(1)
    bought = [line for line in order.lines if line.quantity and line.unit_price.shop]
    if bought and all(units.get(line.line_id, 0) >= left[line.line_id] for line in bought):
        return Fraction(1)
    if order.discounts[position].kind == "shipping":
        return Fraction(1) if _money_share(state) >= 1 else Fraction(0)
    weights = _weights(order, position)
    total = sum(weights.values())
    with_lines = sum(
        (
            Fraction(
                weights[line.line_id] * min(units.get(line.line_id, 0), left[line.line_id]), left[line.line_id] * total
            )
            for line in order.lines
            if left[line.line_id] and total
        ),
        Fraction(0),
    )
    return min(Fraction(1), with_lines + _money_share(state))


def _refunded_units(state: OrderState) -> dict[int, int]:
    units: dict[int, int] = {}
    for refund in {refund.refund_id: refund for refund in state.refunds}.values():
        for line in refund.lines:
            units[line.line_id] = units.get(line.line_id, 0) + line.quantity
    return units


def _weights(order: Order, position: int) -> dict[int, int]:
    """What of the discount fell on each line; by their prices where the order does not tell."""
    told = {
        line.line_id: sum(amount.shop for index, amount in line.code_discounts if index == position)
        for line in order.lines
    }
    return told if any(told.values()) else {line.line_id: line.unit_price.shop * line.quantity for line in order.lines}


def _money_share(state: OrderState) -> Fraction:
    """The part of what the goods cost that was given back by refunds that name no lines."""
    order = state.order
    goods = sum(line.unit_price.shop * line.quantity - line.discount.shop for line in order.lines)
    given = sum(
        max(0, sum(_shop_money(minor, currency, order) for minor, currency in refund.moved) - refund.shipping.shop)
        for refund in {one.refund_id: one for one in state.refunds}.values()
        if not refund.lines
    )
    return min(Fraction(1), Fraction(given) / goods) if goods > 0 else Fraction(0)


def _shop_money(minor: int, currency: str, order: Order) -> Fraction:
    """Money that moved, in the shop's currency; converted, where needed, at the order's own rate."""
    if currency == order.currency or order.total.presentment <= 0:
        return Fraction(minor)
    return Fraction(minor * order.total.shop, order.total.presentment)
