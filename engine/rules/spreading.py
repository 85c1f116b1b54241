"""Rounding an exact value once, and spreading a whole number over parts so that they add up to it."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import ceil, floor

from engine.rules.rule import Rounding


def rounded(value: Fraction, mode: Rounding) -> int:
    """A value of 0 or more as a whole number."""
    if mode == "half_even":
        return round(value)
    if mode == "half_up":
        return floor(value + Fraction(1, 2))
    return floor(value) if mode == "down" else ceil(value)


def spread(total: int, weights: Sequence[Fraction | int]) -> list[int]:
    """Parts of `total` in proportion to weights of 0 or more, by largest remainder; of two equal ones the first.

    The parts add up to the total exactly; all are 0 where no weight is above 0.
    """
    whole = sum(weights)
    if whole <= 0:
        return [0] * len(weights)
    quotas = [Fraction(total) * weight / whole for weight in weights]
    parts = [floor(quota) for quota in quotas]
    missing = total - sum(parts)
    by_remainder = sorted(range(len(parts)), key=lambda place: (parts[place] - quotas[place], place))
    for place in by_remainder[:missing]:
        parts[place] += 1
    return parts
