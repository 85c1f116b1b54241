"""What a point is worth to a shop: the most that any of its rewards gives for one. What points cost is told by it."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from engine.money import Money
from engine.rewards.catalog import Reward
from engine.rewards.definitions import SliderCost
from engine.rewards.quoting import fixed_value

_PLACES = Decimal("0.000001")


def value_per_point(rewards: Iterable[Reward], currency: str) -> Decimal:
    """The largest value of one point in whole units of a currency, to six decimals; 0 where no reward gives money."""
    worths = [_worth(reward, currency) for reward in rewards if reward.archived_at is None]
    return max(worths, default=Decimal(0)).quantize(_PLACES)


def _worth(reward: Reward, currency: str) -> Decimal:
    cost = reward.definition.cost
    if isinstance(cost, SliderCost):
        minor, points = cost.value_per_step.get(currency, 0), cost.step
    else:
        minor, points = fixed_value(reward.definition, currency) or 0, cost.points
    return Money(minor, currency).decimal() / points
