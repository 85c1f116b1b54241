"""Definitions, orders and members of every kind that rules can meet, for property tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from engine.events import (
    AmountPair,
    FieldValue,
    MemberEvent,
    Order,
    OrderDiscount,
    OrderEdit,
    OrderLine,
    Refund,
    RefundLine,
    Tender,
)
from engine.rules.definitions import Definition
from engine.rules.facts import DecidedFrom, MemberFacts, ProductTraits
from engine.rules.order_state import OrderState

AT = datetime(2026, 3, 10, 15, 30, tzinfo=UTC)
CURRENCIES = ("USD", "EUR", "JPY", "KWD")
PRODUCT_TAGS = ("Sale", "new", "heavy")

_factors = st.sampled_from(["0", "0.5", "1", "1.5", "2", "3.3333"])
_fields: dict[str, list[dict[str, Any]]] = {
    "member": [
        {"field": "member.tags", "operator": "contains", "value": "VIP"},
        {"field": "member.tier", "operator": "in", "value": ["gold", "silver"]},
        {"field": "member.order_number", "operator": "eq", "value": 1},
        {"field": "member.days_since_joining", "operator": "ge", "value": 10},
        {"field": "member.subscribed", "operator": "eq", "value": True},
    ],
    "event": [
        {"field": "event.weekday", "operator": "le", "value": 5},
        {"field": "event.date", "operator": "ge", "value": "2026-03-01"},
    ],
    "order": [
        {"field": "order.base", "operator": "ge", "amounts": {"USD": "20", "EUR": "18", "JPY": "3000"}},
        {"field": "order.base", "operator": "gt", "value": "25.50"},
        {"field": "order.tags", "operator": "not_in", "value": ["wholesale"]},
        {"field": "order.discount_codes", "operator": "exists"},
        {"field": "order.product_tags", "operator": "contains", "value": "sale"},
    ],
    "line": [
        {"field": "line.price", "operator": "lt", "value": 40},
        {"field": "line.discounted", "operator": "eq", "value": False},
        {"field": "product.tags", "operator": "contains", "value": "sale"},
        {"field": "product.collection_ids", "operator": "in", "value": ["7", "8"]},
    ],
}


def conditions(*prefixes: str) -> st.SearchStrategy[dict[str, Any]]:
    """Condition trees, as plain data, over the fields of these prefixes."""
    leaves = st.sampled_from([leaf for prefix in prefixes for leaf in _fields[prefix]]).map(
        lambda leaf: {"kind": "compare", **leaf}
    )
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.builds(lambda parts: {"kind": "all", "conditions": parts}, st.lists(inner, min_size=1, max_size=3)),
            st.builds(lambda parts: {"kind": "any", "conditions": parts}, st.lists(inner, min_size=1, max_size=3)),
            st.builds(lambda part: {"kind": "not", "condition": part}, inner),
        ),
        max_leaves=4,
    )


@st.composite
def order_rules(draw: st.DrawFn, handle: str, groups: dict[str, str]) -> dict[str, Any]:
    """A rule for orders, as plain data."""
    group = draw(st.sampled_from([None, *groups]))
    kinds = ["per_money"] * 3 + ["fixed", "per_unit"] + (["multiply"] if group and groups[group] == "multiply" else [])
    kind = draw(st.sampled_from(kinds))
    scope = draw(st.sampled_from(["order", "line"]))
    asked = ("member", "event", "order", "line") if scope == "line" else ("member", "event", "order")
    by_line = asked if scope == "line" or kind == "fixed" else (*asked, "line")
    formula: dict[str, Any] = {"kind": kind}
    if kind == "per_money":
        rates = st.dictionaries(st.sampled_from(CURRENCIES), st.sampled_from(["0", "0.1", "1", "2.5", "0.333333"]))
        formula["rates"] = draw(rates)
    elif kind == "multiply":
        formula["factor"] = draw(_factors)
    else:
        formula["points"] = draw(st.integers(1, 50))
    multiplier = st.fixed_dictionaries({"factor": _factors, "condition": st.none() | conditions(*by_line)})
    return {
        "handle": handle,
        "title": handle,
        "trigger": "order_paid",
        "scope": scope,
        "formula": formula,
        "audience": draw(st.none() | conditions("member")),
        "condition": draw(st.none() | conditions(*asked)),
        "multipliers": [] if kind == "multiply" else draw(st.lists(multiplier, max_size=2)),
        "multipliers_stack": draw(st.sampled_from(["multiply", "best_of"])),
        "exclude": draw(_exclusions),
        "rounding": draw(st.sampled_from(["half_even", "half_even", "down", "up", "half_up"])),
        "group": group,
        "priority": draw(st.integers(0, 3)),
    }


_exclusions = st.fixed_dictionaries(
    {
        "tax": st.booleans(),
        "shipping": st.booleans(),
        "gift_cards": st.booleans(),
        "gift_card_paid": st.booleans(),
        "store_credit_paid": st.booleans(),
        "product_tags": st.sampled_from([[], ["new"]]),
        "product_ids": st.sampled_from([[], [12]]),
        "collection_ids": st.sampled_from([[], [9]]),
        "customer_tags": st.sampled_from([[], ["staff"]]),
    }
)


@st.composite
def definitions(draw: st.DrawFn) -> Definition:
    """A definition with up to four rules for orders."""
    modes = st.sampled_from(["best_of", "first_match", "sum", "multiply"])
    groups = draw(st.dictionaries(st.sampled_from(["a", "b"]), modes, max_size=2))
    rules = [draw(order_rules(f"rule-{number}", groups)) for number in range(draw(st.integers(1, 4)))]
    return Definition.model_validate(
        {
            "name": "Fuzzed",
            "time_zone": draw(st.sampled_from(["UTC", "America/New_York", "Asia/Shanghai"])),
            "rules": rules,
            "groups": [{"handle": handle, "mode": mode} for handle, mode in groups.items()],
            "multiplier_ceiling": draw(st.sampled_from([None, "2", "4"])),
        }
    )


def _pairs(most: int) -> st.SearchStrategy[AmountPair]:
    return st.builds(AmountPair, st.integers(0, most), st.integers(0, most))


@st.composite
def lines(draw: st.DrawFn, line_id: int) -> OrderLine:
    """A line whose discount and tax are not more than its price."""
    quantity = draw(st.integers(1, 4))
    price = draw(_pairs(9_000))
    return OrderLine(
        line_id=line_id,
        quantity=quantity,
        current_quantity=draw(st.sampled_from([None, quantity, quantity - 1])),
        unit_price=price,
        discount=AmountPair(price.shop // draw(st.integers(1, 9)), price.presentment // 5),
        tax=AmountPair(price.shop // 6, price.presentment // 6),
        gift_card=draw(st.sampled_from([False, False, False, True])),
        product_id=draw(st.sampled_from([None, 11, 12, 13])),
    )


@st.composite
def orders(draw: st.DrawFn) -> OrderState:
    """A paid order, perhaps edited and refunded."""
    found = tuple(draw(lines(number)) for number in range(1, draw(st.integers(1, 4)) + 1))
    total = AmountPair(*(sum(getattr(one.unit_price, side) * one.quantity for one in found) for side in _SIDES))
    refunds = tuple(draw(_refunds(number)) for number in range(draw(st.integers(0, 3))))
    paid_with = st.builds(Tender, st.sampled_from(["gift_card", "store_credit", "other"]), _pairs(20_000))
    order = Order(
        order_id=1,
        name="#1",
        updated_at=AT,
        occurred_at=AT,
        currency=draw(st.sampled_from(CURRENCIES)),
        presentment_currency=draw(st.sampled_from(CURRENCIES)),
        taxes_included=draw(st.booleans()),
        test=draw(st.sampled_from([False] * 9 + [True])),
        paid=True,
        cancelled=False,
        total=total,
        lines=found,
        refunds=refunds[:1],
        tags=draw(st.sampled_from([(), ("wholesale",), ("pos", "gift")])),
        shipping=draw(_pairs(1_500)),
        discounts=draw(st.sampled_from([(), (OrderDiscount("TEN", "shipping", AmountPair(300, 300)),)])),
        tenders=draw(st.none() | st.lists(paid_with, max_size=2).map(tuple)),
    )
    edits = draw(st.sampled_from([(), (OrderEdit(1, 1, AT + timedelta(minutes=1), ((1, 1),)),)]))
    return OrderState(order, refunds, edits)


_SIDES = ("shop", "presentment")


@st.composite
def _refunds(draw: st.DrawFn, refund_id: int) -> Refund:
    part = st.builds(
        RefundLine, st.integers(1, 5), st.integers(0, 2), _pairs(9_000), st.just(AmountPair(0, 0)), st.none()
    )
    moved = st.lists(st.tuples(st.integers(0, 9_000), st.sampled_from(CURRENCIES)), max_size=2).map(tuple)
    return Refund(refund_id, 1, AT, tuple(draw(st.lists(part, max_size=2))), draw(moved), draw(_pairs(1_000)))


@st.composite
def facts(draw: st.DrawFn) -> DecidedFrom:
    """What was known of the member and the products."""
    member = MemberFacts(
        tags=draw(st.sampled_from([(), ("vip",), ("staff",), ("VIP", "b2b")])),
        tier=draw(st.sampled_from([None, "gold", "bronze"])),
        order_number=draw(st.integers(0, 3)),
        joined_at=draw(st.sampled_from([None, AT, AT - timedelta(days=30)])),
        subscribed=draw(st.sampled_from([None, True, False])),
    )
    traits = st.builds(
        ProductTraits,
        st.lists(st.sampled_from(PRODUCT_TAGS), max_size=2).map(tuple),
        st.lists(st.sampled_from([7, 8, 9]), max_size=2).map(tuple),
    )
    return DecidedFrom(AT, member, draw(st.dictionaries(st.sampled_from([11, 12, 13]), traits)))


def member_events(source: str) -> st.SearchStrategy[MemberEvent]:
    """Events with a rating and a photo, or without."""
    values: list[dict[str, FieldValue]] = [{}, {"rating": Decimal(5)}, {"rating": Decimal("3.5"), "photo": True}]
    return st.sampled_from(values).map(lambda fields: MemberEvent(1, source, "1", AT, fields))
