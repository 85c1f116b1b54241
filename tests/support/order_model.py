"""What orders earn and what their refunds take back, in the plainest words, with the records that a model of it needs.

Money is whole cents, points are whole; fractions are exact in between.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from math import floor

DAY = timedelta(days=1)
YEAR = 365 * DAY


@dataclass(frozen=True)
class Earning:
    """One way to earn by orders: points for each cent, or flat ones, at most `day_cap` of them a day."""

    handle: str
    per_cent: Fraction = Fraction(0)
    flat: int = 0
    day_cap: int = 0
    lives: timedelta = YEAR
    idle: bool = False
    """Whether each purchase moves the end of its points."""
    hold: timedelta | None = None
    until_sent: bool = False
    """Whether the hold is over when the order is sent."""


@dataclass(frozen=True)
class Rules:
    """What one version of the program says; `owe`: what a refund finds no points for is owed, else written off."""

    earning: tuple[Earning, ...]
    latest_first: bool = True
    owe: bool = True


@dataclass(eq=False)
class Award:
    """What was given for one fact by one rule. `granted` is what a cap left of it."""

    member: int
    posted: int = 0
    held: int = 0
    release: datetime | None = None
    granted: int = 0


@dataclass(eq=False)
class Lot:
    """Points of one award with one end."""

    member: int
    award: Award | None
    remaining: int
    start: datetime
    ends: datetime
    idle: bool = False
    expired: int = 0

    def take(self, points: int) -> int:
        taken = min(self.remaining, points)
        self.remaining -= taken
        return taken


@dataclass(eq=False)
class Order:
    """Units at a price, less what a code took off. Refunds are (units, cents); those of money alone have no units."""

    number: int
    customer: int
    member: int
    """Whose it was when it came; the customer may be another member's since."""
    rules: Rules
    paid_on: datetime
    price: int
    units: int
    off: int = 0
    removed: int = 0
    sent_at: datetime | None = None
    start: datetime | None = None
    """From when its points live; None while it was not heard of."""
    refunds: list[tuple[int, int]] = field(default_factory=list)
    awards: dict[str, Award] = field(default_factory=dict)

    @property
    def base(self) -> int:
        return max(0, self.price * (self.units - self.removed) - self.off)

    def wanted(self) -> dict[str, int]:
        """Points by each way: those for money are rounded once for the order, then spread by largest remainder."""
        if not self.base:
            return {way.handle: 0 for way in self.rules.earning}
        exact = {way.handle: way.per_cent * self.base for way in self.rules.earning if way.per_cent}
        total = round(sum(exact.values()))  # halves to even
        shares = {handle: total * value / sum(exact.values()) for handle, value in exact.items()}
        points = {handle: floor(share) for handle, share in shares.items()}
        by_remainder = sorted(shares, key=lambda handle: (points[handle] - shares[handle], handle))
        for handle in by_remainder[: total - sum(points.values())]:
            points[handle] += 1
        return points | {way.handle: way.flat for way in self.rules.earning if not way.per_cent}

    def taken_back(self, points: int) -> int:
        """Of points that were given, what all refunds together take back."""
        refunded = min(sum(cents for _, cents in self.refunds), self.base)
        return round(Fraction(points * refunded, self.base)) if self.base else 0

    def refunded_share(self) -> Fraction:
        """Of what its code took off, the part that went with what was refunded."""
        goods = self.price * self.units - self.off
        money = sum(cents for units, cents in self.refunds if not units)
        by_units = Fraction(min(self.units, sum(units for units, _ in self.refunds)), self.units)
        return min(Fraction(1), by_units + (min(Fraction(1), Fraction(money, goods)) if goods else 0))


@dataclass(eq=False)
class Hold:
    """Points taken out of lots for a redemption, which `promised` so many cents; `order` used its code."""

    member: int
    points: int
    promised: int
    ends: datetime
    forfeit: bool
    takings: list[tuple[Lot, int]]
    state: str = "pending"
    captured: int = 0
    restored: int = 0
    order: Order | None = None
    discounted: bool = False
    """Whether the code took anything off that order."""
