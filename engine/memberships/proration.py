"""What a part of a period costs, and what comes back of one: whole minor units, halves to the even neighbor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.memberships.definitions import UnusedRefund
from engine.memberships.periods import Period
from engine.money import half_even_ratio


@dataclass(frozen=True, slots=True)
class Proration:
    """A change of plan at once, in minor units: what is given back, what is charged for the rest of the period.

    `due_minor` is what is to be paid; where more comes back than is charged, the remainder is `store_credit_minor`.
    """

    credit_minor: int
    charge_minor: int

    @property
    def due_minor(self) -> int:
        """What is to be paid now, never less than 0."""
        return max(0, self.charge_minor - self.credit_minor)

    @property
    def store_credit_minor(self) -> int:
        """What is left of the credit."""
        return max(0, self.credit_minor - self.charge_minor)


def share_of_price(price_minor: int, period: Period, moment: datetime) -> int:
    """price × remaining seconds ÷ seconds of the period."""
    if period.seconds <= 0:
        return 0
    return half_even_ratio(price_minor, min(period.remaining_seconds(moment), period.seconds), period.seconds)


def changed_now(paid_minor: int, price_minor: int, period: Period, moment: datetime) -> Proration:
    """A change from what was paid for a period to another price, at a moment of it."""
    return Proration(share_of_price(paid_minor, period, moment), share_of_price(price_minor, period, moment))


def refund_due(rule: UnusedRefund, paid_minor: int, benefits_minor: int) -> int:
    """What comes back of a term that is given up: all of it where no benefit was used, by any rule but `none`.

    Where some were, nothing by the rule `full`; by `less_benefits` what was paid less their worth, never less than 0.
    """
    if rule == "none":
        return 0
    if benefits_minor <= 0:
        return paid_minor
    return max(0, paid_minor - benefits_minor) if rule == "less_benefits" else 0
