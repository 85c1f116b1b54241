"""What an amount of money would earn: the rules of a program, asked about a purchase that nobody made yet."""

from __future__ import annotations

from datetime import datetime

from engine.events import AmountPair, Order, OrderLine
from engine.money import POINTS_MAXIMUM
from engine.program import BEGINNING_OF_TIME, Definition
from engine.rules.deciding import decide_order
from engine.rules.facts import DecidedFrom
from engine.rules.order_state import OrderState
from engine.rules.rule import PerMoney

__all__ = ["OrderState", "points_for"]

_NOTHING = AmountPair(0, 0)


def points_for(definition: Definition, minor: int, currency: str, at: datetime = BEGINNING_OF_TIME) -> int | None:
    """What `minor` units of a currency would earn anybody by the rules for money, None where none has a rate for it.

    Rules that ask who buys, or what, give nothing here. `at` is the moment that windows are asked about; without one
    those that start some day are still closed.
    """
    rules = [rule for rule in definition.order_rules if isinstance(rule.formula, PerMoney)]
    if not any(currency in rule.formula.rates for rule in rules if isinstance(rule.formula, PerMoney)):
        return None
    decision = decide_order(definition, OrderState(_purchase(minor, currency, at), ()), DecidedFrom(at))
    points = sum(outcome.desired for outcome in decision.outcomes if outcome.rule in rules)
    return POINTS_MAXIMUM if decision.reason == "above_maximum" else points


def _purchase(minor: int, currency: str, at: datetime) -> Order:
    price = AmountPair(minor, minor)
    return Order(
        order_id=0,
        name="",
        updated_at=at,
        occurred_at=at,
        currency=currency,
        presentment_currency=currency,
        taxes_included=False,
        test=False,
        paid=True,
        cancelled=False,
        total=price,
        lines=(OrderLine(1, 1, None, price, _NOTHING, _NOTHING, gift_card=False),),
    )
