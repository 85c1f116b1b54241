"""A plain model of one member's points, for a reader to check: lists and loops, no database, no cleverness.

Days are whole numbers from now; a lot with 0 or fewer days left can no longer be spent.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal

RESTORE_MINIMUM_DAYS = 30
LOT_DAYS = 363.999
"""They were earned yesterday, some moments more than a day ago."""


@dataclass
class ModelLot:
    """Points of one award."""

    number: int
    award: str
    remaining: int
    days_left: float
    expired: int = 0


@dataclass
class ModelOrder:
    """An order in cents and its refunds; P and the claw-back follow from them alone."""

    cents: int
    refunds: list[int] = field(default_factory=list)
    posted: int = 0

    def due(self) -> int:
        base, refunded = Decimal(self.cents), Decimal(min(sum(self.refunds), self.cents))
        points = (base / 100).to_integral_value(ROUND_HALF_EVEN)
        taken = (points * refunded / base).to_integral_value(ROUND_HALF_EVEN)
        return int(points - taken)


@dataclass
class ModelHold:
    """Held points and the lots that they came from."""

    points: int
    takings: list[tuple[ModelLot, int]]


@dataclass
class Model:
    """What a member has, owes and ever earned."""

    lots: list[ModelLot] = field(default_factory=list)
    orders: dict[int, ModelOrder] = field(default_factory=dict)
    holds: dict[int, ModelHold] = field(default_factory=dict)
    debt: int = 0
    lifetime: int = 0
    has_bonus: bool = False

    @property
    def available(self) -> int:
        return sum(lot.remaining for lot in self.lots if lot.days_left > 0)

    @property
    def reserved(self) -> int:
        return sum(hold.points for hold in self.holds.values())

    def earn(self, award: str, points: int) -> None:
        if points == 0:
            return
        repaid = min(self.debt, points)
        self.debt -= repaid
        self.lifetime += points
        self.lots.append(ModelLot(len(self.lots), award, points - repaid, LOT_DAYS))

    def pay(self, order_id: int, cents: int) -> None:
        if not self.has_bonus:
            self.earn("bonus", 100)
            self.has_bonus = True
        self.orders[order_id] = ModelOrder(cents)
        self.follow(order_id)

    def refund(self, order_id: int, cents: int) -> None:
        self.orders[order_id].refunds.append(cents)
        self.follow(order_id)

    def follow(self, order_id: int) -> None:
        """Post the difference between what an order is due and what was posted."""
        order = self.orders[order_id]
        difference = order.due() - order.posted
        order.posted += difference
        if difference > 0:
            self.earn(f"order {order_id}", difference)
        elif difference < 0:
            self.take_back(f"order {order_id}", -difference)

    def take_back(self, award: str, points: int) -> None:
        self.sweep()
        self.lifetime -= points
        own = [lot for lot in self.lots if lot.award == award]
        for lot in self.spending_order(own):
            points -= self.take(lot, points)
        for lot in self.spending_order(own):
            lost = min(lot.expired, points)
            lot.expired -= lost
            points -= lost
        for lot in reversed(self.spending_order([lot for lot in self.lots if lot.award != award])):
            points -= self.take(lot, points)
        self.debt += points

    def hold(self, hold_id: int, points: int) -> None:
        self.sweep()
        takings = []
        left = points
        for lot in self.spending_order(self.lots):
            taken = self.take(lot, left)
            left -= taken
            if taken:
                takings.append((lot, taken))
        assert left == 0
        self.holds[hold_id] = ModelHold(points, takings)

    def settle(self, hold_id: int, capture: int) -> None:
        self.sweep()
        hold = self.holds.pop(hold_id)
        back = hold.points - capture
        repaid = min(self.debt, back)
        self.debt -= repaid
        back -= repaid
        for lot, taken in sorted(hold.takings, key=lambda pair: (pair[0].days_left, pair[0].number), reverse=True):
            returned = min(taken, back)
            back -= returned
            if returned and lot.days_left >= RESTORE_MINIMUM_DAYS:
                lot.remaining += returned
            elif returned:
                self.lots.append(ModelLot(len(self.lots), lot.award, returned, RESTORE_MINIMUM_DAYS))

    def pass_days(self, days: int) -> None:
        for lot in self.lots:
            lot.days_left -= days

    def sweep(self) -> None:
        for lot in self.lots:
            if lot.days_left <= 0:
                lot.expired += lot.remaining
                lot.remaining = 0

    @staticmethod
    def take(lot: ModelLot, points: int) -> int:
        taken = min(lot.remaining, points)
        lot.remaining -= taken
        return taken

    @staticmethod
    def spending_order(lots: list[ModelLot]) -> list[ModelLot]:
        return sorted(lots, key=lambda lot: (lot.days_left, lot.number))
