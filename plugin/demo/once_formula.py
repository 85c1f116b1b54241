"""The points of the scripted purchase, worked out from the price alone.

This is the contract's formula written down a second time, on purpose: it uses none of the engine's code, with which its
results are compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

SIGN_UP_BONUS = 100
_POINTS_PER_DOLLAR = 1


@dataclass(frozen=True)
class Expected:
    """What a purchase of `quantity` units and a refund of `refunded_quantity` of them must come to."""

    price: str
    quantity: int
    refunded_quantity: int

    @property
    def base(self) -> Fraction:
        """What was paid for the goods, in dollars: no discounts, no taxes, no gift cards here."""
        return Fraction(self.price) * self.quantity

    @property
    def refunded(self) -> Fraction:
        """What was given back for goods, in dollars."""
        return Fraction(self.price) * self.refunded_quantity

    @property
    def points(self) -> int:
        """Points for the purchase: rounded once, halves to the even neighbor (as Python's `round` does it)."""
        return round(self.base * _POINTS_PER_DOLLAR)

    @property
    def taken_back(self) -> int:
        """Points that the refund takes back, in all."""
        return round(self.points * min(self.refunded, self.base) / self.base)


def dollars(amount: Fraction) -> str:
    """An amount of whole cents as text, such as 55.50."""
    cents = amount * 100
    if cents.denominator != 1:
        raise ValueError(f"{amount} is no whole number of cents")
    return f"{cents.numerator // 100}.{cents.numerator % 100:02d}"
