"""What one rule made of an order or event before rounding and caps: an exact value, and every step that led to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from engine.events import OrderLine
from engine.rules.order_state import Money
from engine.rules.outcomes import Reason
from engine.rules.rule import Rule
from engine.rules.verdicts import Verdict

ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Asked:
    """A multiplier that was looked at: of the rule itself, or of a rule of its group, named by its handle."""

    factor: Decimal
    met: bool
    in_window: bool = True
    condition: Verdict | None = None
    audience: Verdict | None = None
    rule: str | None = None


@dataclass(slots=True)
class LineCount:
    """What a line counts under a rule: `value` is its price, `base` that less what a gift card or credit paid of it."""

    line_id: int
    line: OrderLine | None
    units: int
    price: int
    discount: int
    tax: int
    """What was added to the price for tax, below 0 where it was taken out."""

    value: int
    base: int
    tender: int = 0
    refunded: int = 0
    left_out: str | None = None
    verdict: Verdict | None = None
    multipliers: tuple[Asked, ...] = ()
    factor: Decimal = ONE
    worth: Fraction = Fraction(0)


@dataclass(slots=True)
class Assessment:
    """One rule's view. `reason` is None where it gives something, `matched` says whether its conditions are met."""

    rule: Rule
    occurred_at: datetime
    reason: Reason | None = None
    matched: bool = False
    in_window: bool = True
    audience: Verdict | None = None
    condition: Verdict | None = None
    money: Money = "presentment"
    currency: str = ""
    rate: Decimal = Decimal(0)
    whole: int = 0
    base: int = 0
    refunded: int = 0
    refunded_elsewhere: int = 0
    lines: list[LineCount] = field(default_factory=list)
    multipliers: tuple[Asked, ...] = ()
    event_factor: Decimal = ONE
    exact: Fraction = Fraction(0)
    taken: tuple[int, int] = (0, 1)

    @property
    def factor(self) -> Decimal | None:
        """The one factor of all lines that count, None where they have different ones."""
        factors = {line.factor for line in self.lines if line.left_out is None} or {self.event_factor}
        return factors.pop() if len(factors) == 1 else None
