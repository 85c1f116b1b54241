"""The two rules that nearly every program has, in the few words that lists of ways to earn need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from engine.rules.expiries import ExpiresAfter, Expiry


@dataclass(frozen=True, slots=True)
class PurchaseRule:
    """Points for each unit of money paid for goods, by currency."""

    handle: str
    rates: Mapping[str, Decimal]
    test_orders: bool
    expires_after_days: int | None


@dataclass(frozen=True, slots=True)
class SignUpRule:
    """A fixed number of points, once per customer, for joining."""

    handle: str
    points: int
    expires_after_days: int | None


def days_of(expiry: Expiry) -> int | None:
    """The days that points live, where it is simply a number of days."""
    return expiry.days if isinstance(expiry, ExpiresAfter) else None
