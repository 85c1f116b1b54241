"""Quotes worked out by hand: the slider, its caps and their names, and everything that can be in the way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from engine.rewards.definitions import FixedCost, MemberLimit, PercentOff, RewardDefinition, SliderCost
from engine.rewards.quoting import Offer, Quote, Standing, quote_offer
from engine.rewards.reasons import Cap, ReasonCode
from tests.support.rewards import five_off

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def slider(**changes: Any) -> RewardDefinition:
    """1.50 USD for each 100 points, from 200 points on, with whatever is given besides."""
    given: dict[str, Any] = {"step": 100, "value_per_step": {"USD": 150}, "minimum_points": 200} | changes
    return five_off(cost=SliderCost(**given), value={"kind": "amount_off"})


def quoted(
    definition: RewardDefinition, balance: int | None, points: int | None = None, subtotal: int | None = None,
    **offer: Any,
) -> Quote:  # fmt: skip
    standing = None if balance is None else Standing(balance)
    return quote_offer(
        Offer(definition, offer.pop("stock_left", None), **offer), standing, "USD", NOW, points=points,
        subtotal_minor=subtotal,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("cost", "balance", "asked", "subtotal", "points", "money", "cap"),
    [
        ({}, 1234, None, None, 1200, 1800, Cap.BALANCE),
        ({}, 1234, 700, None, 700, 1050, None),
        ({}, 1234, 5000, None, 1200, 1800, Cap.BALANCE),
        ({"maximum_points": 900}, 1234, None, None, 900, 1350, Cap.MAXIMUM_POINTS),
        ({"maximum_money": {"USD": 1000}}, 1234, None, None, 600, 900, Cap.MAXIMUM_MONEY),  # floor(1000/150) = 6 steps
        ({"maximum_money": {"USD": 1050}}, 1234, None, None, 700, 1050, Cap.MAXIMUM_MONEY),
        ({}, 9999, None, 1499, 900, 1350, Cap.SUBTOTAL),  # floor(1499/150) = 9
        ({"minimum_payable": {"USD": 500}}, 9999, None, 1499, 600, 900, Cap.SUBTOTAL),  # floor(999/150) = 6
        ({"maximum_subtotal_percent": 50}, 9999, None, 1499, 400, 600, Cap.SUBTOTAL_SHARE),  # floor(749/150) = 4
        ({"maximum_subtotal_percent": 100}, 9999, None, 1500, 1000, 1500, Cap.SUBTOTAL_SHARE),
        ({"maximum_points": 1000, "maximum_money": {"USD": 450}}, 5000, 800, None, 300, 450, Cap.MAXIMUM_MONEY),
        ({}, 200, None, None, 200, 300, Cap.BALANCE),
    ],
)
def test_the_slider_gives_the_most_that_every_cap_lets_through(
    cost: dict[str, Any], balance: int, asked: int | None, subtotal: int | None, points: int, money: int, cap: Cap
) -> None:
    quote = quoted(slider(**cost), balance, asked, subtotal)
    assert (quote.points, quote.value_minor, quote.binding_cap, quote.allowed) == (points, money, cap, True)


@pytest.mark.parametrize(
    ("balance", "subtotal", "code", "details"),
    [
        (199, None, ReasonCode.NOT_ENOUGH_POINTS, {"needed": 200, "available": 199, "missing": 1}),
        (0, None, ReasonCode.NOT_ENOUGH_POINTS, {"needed": 200, "available": 0, "missing": 200}),
        (5000, 299, ReasonCode.BELOW_MINIMUM_SUBTOTAL, {"minimum_minor": 300, "currency": "USD"}),
        (5000, 0, ReasonCode.BELOW_MINIMUM_SUBTOTAL, {"minimum_minor": 300, "currency": "USD"}),
    ],
)
def test_fewer_than_the_fewest_points_are_refused_with_the_numbers(
    balance: int, subtotal: int | None, code: ReasonCode, details: dict[str, Any]
) -> None:
    quote = quoted(slider(), balance, None, subtotal)
    assert [(reason.code, dict(reason.details)) for reason in quote.reasons] == [(code, details)]
    assert (quote.points, quote.value_minor, quote.maximum_points < quote.minimum_points) == (200, 300, True)


def test_a_share_of_the_subtotal_names_the_subtotal_that_is_needed() -> None:
    quote = quoted(slider(maximum_subtotal_percent=30), 5000, None, 999)
    assert [dict(reason.details) for reason in quote.reasons] == [{"minimum_minor": 1000, "currency": "USD"}]
    assert quoted(slider(maximum_subtotal_percent=30), 5000, None, 1000).allowed


@pytest.mark.parametrize("asked", [-100, 0, 1, 100, 150, 250])
def test_points_that_are_no_step_are_refused(asked: int) -> None:
    quote = quoted(slider(maximum_points=900), 5000, asked)
    assert [(reason.code, dict(reason.details)) for reason in quote.reasons] == [
        (ReasonCode.INVALID_POINTS, {"minimum": 200, "step": 100, "maximum": 900})
    ]
    assert quote.points % 100 == 0
    assert quote.points >= 0


def test_nobody_is_told_the_smallest_price_and_to_sign_in() -> None:
    quote = quoted(slider(), None)
    assert (quote.points, quote.value_minor, [reason.code for reason in quote.reasons]) == (200, 300, ["SIGNED_OUT"])
    assert [reason.code for reason in quoted(five_off(), None).reasons] == ["SIGNED_OUT"]


@pytest.mark.parametrize(
    ("balance", "asked", "codes"),
    [(500, None, []), (500, 500, []), (499, None, ["NOT_ENOUGH_POINTS"]), (900, 600, ["INVALID_POINTS"])],
)
def test_a_fixed_price_is_paid_exactly(balance: int, asked: int | None, codes: list[str]) -> None:
    quote = quoted(five_off(), balance, asked)
    assert (quote.points, quote.value_minor, [reason.code for reason in quote.reasons]) == (500, 500, codes)


def test_a_percentage_is_no_amount() -> None:
    quote = quoted(five_off(value=PercentOff(percentage=Decimal("15"))), 500)
    assert (quote.value_minor, quote.allowed) == (None, True)


@pytest.mark.parametrize(
    ("definition", "offer", "code"),
    [
        (five_off(), {"archived": True}, "ARCHIVED"),
        (five_off(starts_at=NOW + timedelta(microseconds=1)), {}, "NOT_STARTED"),
        (five_off(starts_at=NOW), {}, None),
        (five_off(ends_at=NOW), {}, "ENDED"),
        (five_off(ends_at=NOW + timedelta(microseconds=1)), {}, None),
        (five_off(value={"kind": "amount_off", "amounts": {"EUR": 500}}), {}, "CURRENCY_NOT_OFFERED"),
        (slider(value_per_step={"EUR": 500}), {}, "CURRENCY_NOT_OFFERED"),
        (five_off(tiers=("gold",)), {}, "TIER_LOCKED"),
        (five_off(plans=("plus", "pro")), {}, "PLAN_LOCKED"),
        (five_off(customer_tags=("vip",)), {}, "SEGMENT_LOCKED"),
        (five_off(limit=MemberLimit(count=2)), {"had": 2}, "LIMIT_REACHED"),
        (five_off(limit=MemberLimit(count=2)), {"had": 1}, None),
        (five_off(), {"stock_left": 0}, "OUT_OF_STOCK"),
        (five_off(), {"stock_left": 1}, None),
    ],
)
def test_each_lock_is_named(definition: RewardDefinition, offer: dict[str, Any], code: str | None) -> None:
    quote = quoted(definition, 5000, **offer)
    assert [reason.code for reason in quote.reasons] == ([] if code is None else [code])


def test_given_a_reward_of_plans_when_one_of_them_holds_then_it_can_be_had() -> None:
    locked = five_off(plans=("plus", "pro"))
    offer = Offer(locked, None)

    assert quote_offer(offer, Standing(5000, plans=frozenset({"pro"})), "USD", NOW).allowed
    assert not quote_offer(offer, Standing(5000, plans=frozenset({"basic"})), "USD", NOW).allowed


def test_everything_that_is_in_the_way_is_told_at_once() -> None:
    definition = five_off(tiers=("gold",), ends_at=NOW, minimum_subtotal={"USD": 2000})
    quote = quoted(definition, 100, None, 1999, stock_left=0)
    assert [reason.code for reason in quote.reasons] == [
        "ENDED", "TIER_LOCKED", "OUT_OF_STOCK", "NOT_ENOUGH_POINTS", "BELOW_MINIMUM_SUBTOTAL",
    ]  # fmt: skip
    assert not quote.allowed


@pytest.mark.parametrize(
    "changes",
    [
        {"cost": {"kind": "fixed", "points": 0}},
        {"cost": {"kind": "fixed", "points": 2**53}},
        {"cost": {"kind": "slider", "step": 100, "value_per_step": {"USD": 1}, "minimum_points": 150}},
        {"cost": {"kind": "slider", "step": 100, "value_per_step": {"USD": 1}, "minimum_points": 200,
                  "maximum_points": 100}},
        {"cost": {"kind": "slider", "step": 100, "value_per_step": {}, "minimum_points": 200}},
        {"value": {"kind": "amount_off"}},
        {"value": {"kind": "amount_off", "amounts": {"USD": 0}}},
        {"value": {"kind": "amount_off", "amounts": {"XXQ": 1}}},
        {"value": {"kind": "percent_off", "percentage": "0"}},
        {"value": {"kind": "percent_off", "percentage": "100.01"}},
        {"value": {"kind": "free_product", "variant_ids": []}},
        {"value": {"kind": "store_credit", "amounts": {"USD": 1}}, "minimum_subtotal": {"USD": 1}},
        {"value": {"kind": "lottery"}},
        {"title": " "},
        {"title": "x" * 81},
        {"title": "a\x00b"},
        {"stock": -1},
        {"code_days": 0},
        {"starts_at": NOW, "ends_at": NOW},
        {"starts_at": datetime(2026, 1, 1)},  # noqa: DTZ001  # a moment without a zone is refused
        {"surprise": 1},
    ],
)  # fmt: skip
def test_a_definition_that_makes_no_sense_is_refused(changes: dict[str, Any]) -> None:
    sensible: dict[str, Any] = {"title": "x", "cost": FixedCost(points=1), "value": PercentOff(percentage=Decimal(5))}
    with pytest.raises(ValidationError):
        RewardDefinition(**(sensible | changes))
