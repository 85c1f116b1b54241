"""What an order earns and what its refunds take back.

Pure arithmetic on facts, the same for live events, dry run and replay.

Formulas (public, shown to merchants and shoppers):
- base B = Σ over lines that are no gift cards of `price × units − discounts − tax (only where prices include it)`, at
  least 0, with units = ordered less removed by an edit, never less refunded ones; without shipping and tips;
- points P = half-even(B × rate), once per order;
- refunded R = Σ over refunds of the same lines' value; a refund without lines counts the money moved less refunded
  shipping;
- taken back in all T = half-even(P × min(R, B) / B).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from engine.events import AmountPair, Order, OrderLine, Refund
from engine.money import POINTS_MAXIMUM, exponent, half_even, half_even_ratio
from engine.program import Definition, PurchaseRule
from engine.rules.order_state import OrderState

__all__ = ["OrderState", "order_outcome", "points_for", "points_of"]

MoneyUsed = Literal["presentment", "shop"]
Reason = Literal["earned", "not_paid", "test_order", "no_rate", "no_rule", "nothing_eligible", "above_maximum"]


@dataclass(frozen=True, slots=True)
class OrderOutcome:
    """What an order is worth now, with every number that led there. Amounts are minor units of `currency`."""

    reason: Reason
    points: int = 0
    taken_back: int = 0
    base: int = 0
    refunded: int = 0
    currency: str = ""
    rate: Decimal = Decimal(0)

    @property
    def due(self) -> int:
        """The points that the member should have from this order now."""
        return self.points - self.taken_back


def order_outcome(rule: PurchaseRule | None, state: OrderState) -> OrderOutcome:
    """Work out what an order is worth under a rule."""
    order = state.order
    if not order.paid:
        return OrderOutcome("not_paid")
    if rule is None:
        return OrderOutcome("no_rule")
    money = money_used(rule, order)
    if money is None:
        return OrderOutcome("no_rate", currency=order.presentment_currency)
    currency = order.presentment_currency if money == "presentment" else order.currency
    rate = rule.rates[currency]
    base = order_base(state, money)
    refunded = refunded_amount(state, money)
    if order.test and not rule.test_orders:
        return OrderOutcome("test_order", base=base, refunded=refunded, currency=currency, rate=rate)
    points = points_of(base, currency, rate)
    if points > POINTS_MAXIMUM:
        return OrderOutcome("above_maximum", base=base, refunded=refunded, currency=currency, rate=rate)
    taken_back = half_even_ratio(points, min(refunded, base), base) if base > 0 else 0
    reason: Reason = "earned" if points > 0 else "nothing_eligible"
    return OrderOutcome(reason, points, taken_back, base, refunded, currency, rate)


def points_of(minor: int, currency: str, rate: Decimal) -> int:
    """half-even(amount × rate), for an amount in minor units and a rate per whole unit of the currency."""
    return half_even(Decimal(minor).scaleb(-exponent(currency)) * rate)


def points_for(definition: Definition, minor: int, currency: str) -> int | None:
    """What an amount would earn by the purchase rule, or None when its currency has no rate."""
    rule = definition.purchase
    if rule is None or currency not in rule.rates:
        return None
    return min(points_of(minor, currency, rule.rates[currency]), POINTS_MAXIMUM)


def money_used(rule: PurchaseRule, order: Order) -> MoneyUsed | None:
    """The shopper's money if its currency has a rate, else the shop's if that has one, else none."""
    if order.presentment_currency in rule.rates:
        return "presentment"
    return "shop" if order.currency in rule.rates else None


def order_base(state: OrderState, money: MoneyUsed) -> int:
    """B of the module's formulas, in minor units of the money used."""
    total = sum(line_base(line, state, money) for line in state.order.lines)
    return max(0, total)


def line_base(line: OrderLine, state: OrderState, money: MoneyUsed) -> int:
    """One line's part of the base; negative where an edit left less than its discounts."""
    if line.gift_card:
        return 0
    value = _amount(line.unit_price, money) * units(line, state) - _amount(line.discount, money)
    return value - _amount(line.tax, money) if state.order.taxes_included else value


def units(line: OrderLine, state: OrderState) -> int:
    """Units ordered less those removed by edits.

    `current_quantity` falls with edits and with refunds alike, so what this snapshot's refunds took is added back: the
    refunds it carries itself, and others that are older than it. Edits newer than the snapshot come on top.
    """
    order = state.order
    removed = 0
    if line.current_quantity is not None:
        carried = {refund.refund_id for refund in order.refunds}
        reflected = [
            refund for refund in state.refunds if refund.refund_id in carried or refund.created_at < order.updated_at
        ]
        removed = max(0, line.quantity - line.current_quantity - _refunded_units(line.line_id, reflected))
    newer = (edit for edit in state.edits if edit.committed_at > order.updated_at)
    removed += sum(count for edit in newer for line_id, count in edit.removed_units if line_id == line.line_id)
    return max(0, line.quantity - removed)


def _refunded_units(line_id: int, refunds: Iterable[Refund]) -> int:
    return sum(line.quantity for refund in refunds for line in refund.lines if line.line_id == line_id)


def refunded_amount(state: OrderState, money: MoneyUsed) -> int:
    """R of the module's formulas, in minor units of the money used; refunds count once by their id."""
    gift_cards = {line.line_id for line in state.order.lines if line.gift_card}
    distinct = {refund.refund_id: refund for refund in state.refunds}
    return sum(_refund_value(refund, state.order, gift_cards, money) for refund in distinct.values())


def _refund_value(refund: Refund, order: Order, gift_cards: set[int], money: MoneyUsed) -> int:
    money_of_refund = _side_of(refund, order, money)
    if not refund.lines:
        moved = sum(_in_money(minor, currency, order, money) for minor, currency in refund.moved)
        return max(0, moved - _amount(refund.shipping, money_of_refund))
    value = 0
    for line in refund.lines:
        if line.gift_card or line.line_id in gift_cards:
            continue
        value += _amount(line.subtotal, money_of_refund)
        if order.taxes_included:
            value -= _amount(line.tax, money_of_refund)
    return max(0, value)


def _side_of(refund: Refund, order: Order, money: MoneyUsed) -> MoneyUsed:
    """Which of a refund's two amounts is in the money used; it comes by itself and names its currencies."""
    wanted = order.presentment_currency if money == "presentment" else order.currency
    named: dict[str | None, MoneyUsed] = {refund.currency: "shop", refund.presentment_currency: "presentment"}
    return named.get(wanted, money)


def _in_money(minor: int, currency: str, order: Order, money: MoneyUsed) -> int:
    """An amount of money that moved, in the money used: converted, where needed, at the order's own rate."""
    wanted = order.presentment_currency if money == "presentment" else order.currency
    if currency == wanted:
        return minor
    have, want = (
        (order.total.shop, order.total.presentment)
        if money == "presentment"
        else (order.total.presentment, order.total.shop)
    )
    return half_even_ratio(minor, want, have) if have > 0 else 0


def _amount(pair: AmountPair, money: MoneyUsed) -> int:
    return pair.presentment if money == "presentment" else pair.shop
