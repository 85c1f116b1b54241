"""Purchases at partners as anybody would work them out on paper: no ledger, no database, each rule in a line or two."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction


def rounded(value: Fraction) -> int:
    """Halves to the even neighbor."""
    return int((Decimal(value.numerator) / Decimal(value.denominator)).to_integral_value(ROUND_HALF_EVEN))


@dataclass(frozen=True)
class PaperOffer:
    """What a purchase gives: points for each dollar, and a share of it to the partner; `budget` in points or cents."""

    points_per_dollar: int
    percent: int
    budget: int
    counts: str


@dataclass
class PaperOrder:
    """An order as it happened, and how much of it was told; a refund is (its time, its cents or None for all)."""

    offer: PaperOffer
    cents: int
    bought_at: datetime
    hold: timedelta
    refunds: list[tuple[datetime, int | None]]
    told: set[int] = field(default_factory=set)
    """0 is the purchase, 1 the first refund."""
    state: str | None = None
    decided: bool = False

    @property
    def approves_at(self) -> datetime:
        return self.bought_at + self.hold

    def refunded(self, until: datetime | None = None) -> int:
        """What was told of refunds, of those until a moment where one is given."""
        given = [self.refunds[one - 1] for one in self.told if one > 0]
        cents = [self.cents if amount is None else amount for at, amount in given if until is None or at <= until]
        return min(self.cents, sum(cents))

    def share(self, full: int, refunded: int) -> int:
        """What refunds leave of something."""
        return full - rounded(Fraction(full * refunded, self.cents))

    def points(self, refunded: int) -> int:
        """Points after refunds."""
        return self.share(rounded(Fraction(self.offer.points_per_dollar * self.cents, 100)), refunded)

    def micros(self, refunded: int) -> int:
        """What the partner gets after refunds."""
        return self.share(self.offer.percent * self.cents * 10_000, refunded)

    def budget(self, refunded: int) -> int:
        """What it takes of the budget."""
        return self.points(refunded) if self.offer.counts == "points" else -(-self.micros(refunded) // 10**6)

    @property
    def counts(self) -> bool:
        return self.state in ("pending", "approved")

    @property
    def due(self) -> tuple[int, int, int]:
        """Points, micros and budget as it stands."""
        gone = self.refunded()
        return (self.points(gone), self.micros(gone), self.budget(gone)) if self.counts else (0, 0, 0)


@dataclass
class Paper:
    """All orders of a partner."""

    orders: list[PaperOrder]

    def free(self, offer: PaperOffer) -> int:
        """What is left of an offer's budget."""
        return offer.budget - sum(order.due[2] for order in self.orders if order.offer is offer)

    def tell(self, order: PaperOrder, which: int, now: datetime) -> None:
        """The purchase or a refund is reported, perhaps again."""
        if which in order.told:
            return
        order.told.add(which)
        if which == 0:
            self._begin(order, now)
        self._reverse_if_refunded(order)

    def _begin(self, order: PaperOrder, now: datetime) -> None:
        early = order.refunded(until=order.approves_at)
        if early == order.cents:
            order.state = "reversed"
        elif order.budget(early) > self.free(order.offer):
            order.state = "declined"
        else:
            order.state = "approved" if order.approves_at <= now else "pending"

    def _reverse_if_refunded(self, order: PaperOrder) -> None:
        if order.counts and order.refunded() == order.cents:
            order.state = "reversed"

    def round(self, now: datetime) -> None:
        """Time approves."""
        for order in self.orders:
            if order.state == "pending" and order.approves_at <= now:
                order.state = "approved"

    def decide(self, order: PaperOrder, before: str, after: str) -> bool:
        """The staff decide; False where it is not for them to decide any more."""
        if order.state != before:
            return False
        order.state, order.decided = after, True
        return True

    def appeal(self, order: PaperOrder) -> bool:
        """An appeal is approved; False where the budget does not cover it."""
        assert order.state == "declined"
        if order.refunded() == order.cents:
            order.state = "reversed"
            return True
        if order.budget(order.refunded()) > self.free(order.offer):
            return False
        order.state, order.decided = "approved", True
        return True
