"""What a point is worth: the most that any reward gives for one, in the shop's currency."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from engine.rewards.catalog import Reward
from engine.rewards.definitions import RewardDefinition
from engine.rewards.worth import value_per_point


def reward(*, archived: bool = False, **given: Any) -> Reward:
    """A reward of 5.00 USD for 500 points, unless told otherwise."""
    fields = {
        "title": "One", "cost": {"kind": "fixed", "points": 500},
        "value": {"kind": "amount_off", "amounts": {"USD": 500, "JPY": 500}},
    } | given  # fmt: skip
    archived_at = datetime(2026, 11, 1, tzinfo=UTC) if archived else None
    return Reward(1, 1, "one", 1, RewardDefinition.model_validate(fields), None, archived_at, 0)


def test_the_best_reward_says_what_a_point_is_worth() -> None:
    slider = reward(
        cost={"kind": "slider", "step": 100, "value_per_step": {"USD": 150}, "minimum_points": 100},
        value={"kind": "store_credit"},
    )

    assert value_per_point([reward(), slider], "USD") == Decimal("0.015")
    assert value_per_point([reward()], "USD") == Decimal("0.01")
    assert value_per_point([reward()], "JPY") == Decimal(1)


def test_what_gives_no_money_and_what_is_archived_says_nothing() -> None:
    free = reward(value={"kind": "free_shipping"})

    assert value_per_point([free, reward(archived=True)], "USD") == 0
    assert value_per_point([reward()], "EUR") == 0
    assert value_per_point([], "USD") == 0
