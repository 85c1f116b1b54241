"""What a member did, counted: six whole numbers, and whether they are as much as a requirement asks for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from decimal import Decimal

from engine.money import exponent
from engine.tiers.requirements import METRICS, AllOf, AnyOf, AtLeast, Metric, Node


@dataclass(frozen=True, slots=True)
class Metrics:
    """How much of each metric counts; spend in minor units of the tiers' currency."""

    spend_minor: int = 0
    points: int = 0
    orders: int = 0
    reviews: int = 0
    referrals: int = 0
    membership_months: int = 0

    @property
    def counts(self) -> tuple[int, ...]:
        """The same as a row, in the order of `METRICS`."""
        return astuple(self)

    def value(self, metric: Metric, currency: str) -> Decimal:
        """One of them as people read it: spend in main units of the currency."""
        count = Decimal(self.counts[METRICS.index(metric)])
        return count.scaleb(-exponent(currency)) if metric == "spend" else count


def fewest(leaf: AtLeast, currency: str) -> int:
    """The smallest count that is as much as a leaf asks for: for more than 100.00 USD that is 100.01, in cents."""
    asked = int(leaf.amount.scaleb(exponent(currency)) if leaf.metric == "spend" else leaf.amount)
    return asked + 1 if leaf.more_than else asked


Check = Callable[[Sequence[int]], bool]


def check_of(node: Node, currency: str) -> Check:
    """A function that says whether counts, in the order of `METRICS`, are as much as a requirement asks for."""
    if isinstance(node, AtLeast):
        return _leaf(METRICS.index(node.metric), fewest(node, currency))
    parts = [check_of(part, currency) for part in node.requirements]
    if isinstance(node, AllOf):
        return lambda counts: all(part(counts) for part in parts)
    return lambda counts: any(part(counts) for part in parts)


def _leaf(index: int, least: int) -> Check:
    return lambda counts: counts[index] >= least


@dataclass(frozen=True, slots=True)
class Missing:
    """One amount that is asked for, how much of it there is and what is missing, 0 where nothing is.

    In main units of the currency for spend. Of more than an amount, the one cent above it is missing, too.
    """

    metric: Metric
    target: Decimal
    value: Decimal
    missing: Decimal


def missing_of(node: Node, metrics: Metrics, currency: str) -> tuple[Missing, ...]:
    """Each amount of a requirement; of alternatives only those of the one that is met or, in parts, nearest."""
    if isinstance(node, AtLeast):
        counts = Metrics(**{_FIELDS[node.metric]: max(0, fewest(node, currency) - _count(metrics, node.metric))})
        value, missing = metrics.value(node.metric, currency), counts.value(node.metric, currency)
        return (Missing(node.metric, node.amount, value, missing),)
    parts = [missing_of(part, metrics, currency) for part in node.requirements]
    if isinstance(node, AnyOf):
        return min(parts, key=_distance)
    return tuple(one for part in parts for one in part)


_FIELDS: dict[Metric, str] = {metric: "spend_minor" if metric == "spend" else metric for metric in METRICS}


def _count(metrics: Metrics, metric: Metric) -> int:
    return metrics.counts[METRICS.index(metric)]


def _distance(amounts: tuple[Missing, ...]) -> Decimal:
    """The part that is missing of what is furthest away."""
    return max(one.missing / max(one.target, Decimal(1)) for one in amounts)
