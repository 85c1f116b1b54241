"""The amounts of an order that count under a rule, and those that refunds took out of them again."""

from __future__ import annotations

from fractions import Fraction

from engine.money import half_even_ratio
from engine.rules.assessments import Assessment, LineCount
from engine.rules.order_state import DELIVERY_LINE, Counting, Money, counted_tax, delivery_value, side
from engine.rules.reading import OrderReading
from engine.rules.rule import Exclusions, PerMoney
from engine.rules.spreading import spread


def count_lines(reading: OrderReading, found: Assessment, money: Money) -> None:
    """Put down what each line of an order counts under a rule, in one of the order's moneys."""
    rule, order = found.rule, reading.state.order
    exclude = rule.exclude
    counting = _counting(exclude, money)
    found.money = money
    found.currency = order.presentment_currency if money == "presentment" else order.currency
    if isinstance(rule.formula, PerMoney):
        found.rate = rule.formula.rates[found.currency]
    for line in order.lines:
        left_out = reading.left_out(exclude, line)
        units, price, discount = reading.units[line.line_id], side(line.unit_price, money), side(line.discount, money)
        tax = counted_tax(side(line.tax, money), counting, order.taxes_included)
        value = 0 if left_out == "gift_card" else price * units - discount + tax
        found.lines.append(LineCount(line.line_id, line, units, price, discount, tax, value, value, left_out=left_out))
    if not exclude.shipping:
        cost = delivery_value(order, money)
        found.lines.append(LineCount(DELIVERY_LINE, None, 1, cost, 0, 0, cost, cost))
    if exclude.gift_card_paid or exclude.store_credit_paid:
        _take_tenders_out(reading, found)
    found.whole = max(0, sum(line.base for line in found.lines if line.left_out is None))


def _counting(exclude: Exclusions, money: Money) -> Counting:
    return Counting(money, not exclude.tax, not exclude.shipping, not exclude.gift_cards)


def _take_tenders_out(reading: OrderReading, found: Assessment) -> None:
    """Take the share that was paid by gift card or store credit out of every line, by largest remainder."""
    order, exclude = reading.state.order, found.rule.exclude
    kinds = {"gift_card": exclude.gift_card_paid, "store_credit": exclude.store_credit_paid}
    paid = sum(side(one.amount, found.money) for one in order.tenders or () if kinds.get(one.kind))
    total = side(order.total, found.money)
    counted = [line for line in found.lines if line.left_out is None and line.value > 0]
    goods = sum(line.value for line in counted)
    if paid <= 0 or total <= 0 or goods <= 0:
        return
    taken_out = half_even_ratio(goods, min(paid, total), total)
    for line, part in zip(counted, spread(taken_out, [line.value for line in counted]), strict=True):
        line.tender, line.base = part, line.value - part


def count_refunds(reading: OrderReading, found: Assessment) -> None:
    """Which part of the rule's points refunds take back: the refunded lines' part of the exact value."""
    if not reading.state.refunds:
        return
    exclude = found.rule.exclude
    refunded = reading.refunded(_counting(exclude, found.money))
    for line in found.lines:
        value = refunded.by_line.get(line.line_id, 0)
        line.refunded = half_even_ratio(max(0, value), line.base, line.value) if line.tender else value
    everything = max(0, sum(line.value for line in found.lines if line.left_out != "gift_card"))
    elsewhere = refunded.elsewhere
    if everything not in (0, found.base):
        elsewhere = half_even_ratio(max(0, elsewhere), found.base, everything)
    counted = [line for line in found.lines if line.left_out is None]
    found.refunded_elsewhere = elsewhere
    found.refunded = max(0, sum(line.refunded for line in counted) + elsewhere)
    found.taken = _part(found, counted)


def _part(found: Assessment, counted: list[LineCount]) -> tuple[int, int]:
    if found.base <= 0:
        return (0, 1)
    one_factor = isinstance(found.rule.formula, PerMoney) and found.factor is not None
    if one_factor or not any(line.worth for line in counted):
        return (min(found.refunded, found.base), found.base)
    worth = found.exact * found.refunded_elsewhere / found.base
    for line in counted:
        if line.base > 0:
            worth += line.worth * line.refunded / line.base
    part = min(max(worth, Fraction(0)), found.exact) / found.exact if found.exact else Fraction(0)
    return (part.numerator, part.denominator)
