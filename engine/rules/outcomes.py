"""What was decided about an order or event, with everything that led there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from engine.money import half_even_ratio
from engine.rules.rule import Rule

if TYPE_CHECKING:
    from engine.rules.assessments import Assessment

Reason = Literal[
    "earned",
    "not_paid",
    "test_order",
    "no_rate",
    "no_rule",
    "nothing_eligible",
    "above_maximum",
    "not_fulfilled",
    "excluded_customer",
    "audience",
    "window",
    "condition",
    "not_best",
    "not_first",
    "multiplies",
]
"""Why a rule gave points or gave none; `not_best`, `not_first` and `multiplies` say what its group made of it."""

NEAREST: tuple[Reason, ...] = (
    "earned", "above_maximum", "nothing_eligible", "not_fulfilled", "condition", "window", "audience",
    "excluded_customer", "test_order", "no_rate",
)  # fmt: skip
"""What an order is told when no rule gives points for it: the reason of the rule that came nearest."""


@dataclass(frozen=True)
class RuleOutcome:
    """What one rule gives for one order or event.

    `desired` is before caps and before refunds; `base` and `refunded` are minor units of `currency`; `factor` is None
    where lines have different ones.
    """

    rule: Rule
    reason: Reason
    assessment: Assessment
    """Every step that led to the exact value."""
    desired: int = 0
    base: int = 0
    refunded: int = 0
    currency: str = ""
    rate: Decimal = Decimal(0)
    factor: Decimal | None = Decimal(1)
    taken: tuple[int, int] = (0, 1)
    """The part of its points that refunds take back, as a fraction from 0 to 1."""

    pool: tuple[Assessment, ...] = ()
    """The rules that were rounded together with this one, itself among them."""

    group_mode: str = ""
    group: tuple[tuple[Assessment, bool], ...] = ()
    """The rules of its group in their turn, each with whether it had something to give before the group chose."""

    ceiling: Decimal | None = None

    @property
    def occurred_at(self) -> datetime:
        """When the order was paid, or sent where the rule waits for that; when the event happened."""
        return self.assessment.occurred_at

    def due(self, granted: int | None = None) -> int:
        """The points that the member should have by this rule now: P − half-even(P × refunded part)."""
        points = self.desired if granted is None else min(self.desired, granted)
        return points - half_even_ratio(points, *self.taken)


@dataclass(frozen=True)
class OrderDecision:
    """What an order is worth by every rule that looks at orders; the reason is `earned` or the nearest miss."""

    reason: Reason
    outcomes: tuple[RuleOutcome, ...] = ()


@dataclass(frozen=True)
class EventDecision:
    """What an event is worth by every rule that looks at events of its source."""

    reason: Reason
    outcomes: tuple[RuleOutcome, ...] = ()
