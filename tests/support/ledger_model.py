"""A plain model of everybody's points, for a reader to check: lists and loops, no database, no cleverness.

A member is a number. Every method does what one fact must do at `now`. Lots are kept in the order they were made in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction

from tests.support.order_model import DAY, YEAR, Award, Earning, Hold, Lot, Order, Rules

BACKFILL, RESTORE, IDLE = 90 * DAY, 30 * DAY, 120 * DAY


@dataclass
class Model:
    """Everybody's points."""

    now: datetime
    lots: list[Lot] = field(default_factory=list)
    awards: list[Award] = field(default_factory=list)
    orders: dict[int, Order] = field(default_factory=dict)
    holds: dict[int, Hold] = field(default_factory=dict)
    debt: Counter[int] = field(default_factory=Counter)
    capped: Counter[tuple[int, str, object]] = field(default_factory=Counter)
    greeted: set[int] = field(default_factory=set)
    merges: list[tuple[int, int]] = field(default_factory=list)

    def root(self, member: int) -> int:
        """Whose wallet a member's points are in since they were merged."""
        into = dict(self.merges)
        while member in into:
            member = into[member]
        return member

    def numbers(self, member: int) -> tuple[int, int, int, int, int]:
        """(available, pending, reserved, debt, lifetime)."""
        awards = [award for award in self.awards if self.root(award.member) == member]
        holds = [one for one in self.holds.values() if one.state in ("pending", "ready")]
        return (
            sum(lot.remaining for lot in self.wallet(member) if lot.ends > self.now),
            sum(award.held for award in awards),
            sum(hold.points for hold in holds if self.root(hold.member) == member),
            self.debt[member],
            sum(award.posted for award in awards),
        )

    def wallet(self, member: int) -> list[Lot]:
        """A member's lots in the order in which they are spent."""
        own = [lot for lot in self.lots if lot.member == member]
        return sorted(own, key=lambda lot: (lot.ends, lot.start, self.lots.index(lot)))

    def sweep(self, *members: int) -> None:
        """What is due expires when somebody looks: at these members, or at all."""
        for lot in self.lots:
            if lot.ends <= self.now and (not members or lot.member in members):
                lot.expired += lot.take(lot.remaining)

    def deliver(self, *orders: Order) -> None:
        """Facts of these orders came: post what is due now for each."""
        new = [order for order in orders if order.start is None]
        for order in sorted(new, key=lambda order: order.paid_on):
            order.start = max(order.paid_on, self.now - BACKFILL)
            if not any(self.root(one) == self.root(order.member) for one in self.greeted):
                self.greeted.add(order.member)
                self.gift(order.member, 100, order.start)
        for order in sorted(orders, key=lambda order: order.number):
            wanted = order.wanted()
            for way in order.rules.earning:
                if wanted[way.handle] or way.handle in order.awards:
                    self.follow(order, way, wanted[way.handle])
        for member in {self.root(order.member) for order in new}:
            self.move_idle_ends(member, min(order.paid_on for order in new if self.root(order.member) == member))

    def move_idle_ends(self, member: int, since: datetime) -> None:
        """Each purchase, in turn, moves the end of what had not ended before it."""
        theirs = [order for order in self.orders.values() if order.start and self.root(order.customer) == member]
        for lot in [lot for lot in self.wallet(member) if lot.idle and lot.remaining]:
            for moment in sorted(order.paid_on for order in theirs if order.paid_on >= since):
                lot.ends = max(lot.ends, moment + IDLE) if moment < lot.ends else lot.ends

    def gift(self, member: int, points: int, start: datetime) -> None:
        self.awards.append(Award(member, points))
        self.earn(member, self.awards[-1], points, start, start + YEAR)

    def follow(self, order: Order, way: Earning, points: int) -> None:
        """Bring what was posted for an order by one way to what it is due now."""
        member, start = self.root(order.member), order.start or self.now
        if way.handle not in order.awards:
            self.awards.append(Award(order.member))
            order.awards[way.handle] = self.awards[-1]
        award = order.awards[way.handle]
        if way.day_cap:
            day = (member, way.handle, order.paid_on.date())
            more = min(max(0, points - award.granted), way.day_cap - self.capped[day])
            self.capped[day] += more
            award.granted += more
            points = min(points, award.granted)
        difference = points - order.taken_back(points) - award.posted
        award.posted += difference
        before = award.release
        if way.hold:
            award.release = start + way.hold
            if way.until_sent and order.sent_at:
                award.release = min(award.release, max(order.sent_at, start))
        if difference < 0:
            self.take_back(member, award, -difference, order.rules)
        elif difference and award.release and award.release > self.now:
            award.held += difference
        elif difference:
            began = max(start, award.release or start)
            self.earn(member, award, difference, began, began + way.lives, idle=way.idle)
        if difference or award.release != before:  # else the next round of `release_due` sees to it
            self.release(order, way)

    def release(self, order: Order, way: Earning) -> None:
        """Let held points whose time has come be spent from now on; they live from when that was."""
        award = order.awards[way.handle]
        if award.held and award.release and award.release <= self.now:
            ends = max(award.release, self.now - BACKFILL) + way.lives
            self.earn(self.root(order.member), award, award.held, self.now, ends, idle=way.idle)
            award.held = 0

    def release_due(self) -> None:
        held = [
            (order, way) for order in self.orders.values() for way in order.rules.earning if way.handle in order.awards
        ]
        for order, way in sorted(held, key=lambda pair: self.awards.index(pair[0].awards[pair[1].handle])):
            self.release(order, way)

    def earn(
        self, member: int, award: Award | None, points: int, start: datetime, ends: datetime, *, idle: bool = False
    ) -> None:
        """A new lot; what the member owes is paid from it first."""
        repaid = min(self.debt[member], points)
        self.debt[member] -= repaid
        self.lots.append(Lot(member, award, points - repaid, start, ends, idle))

    def take_back(self, member: int, award: Award, points: int, rules: Rules) -> None:
        """From what is held, from the award's own lots, from what expired of it, from other lots; the rest is owed."""
        self.sweep(member)
        held = min(award.held, points)
        award.held -= held
        points -= held
        for lot in self.wallet(member):
            points -= lot.take(points) if lot.award is award else 0
        for lot in self.lots:
            lost = min(lot.expired, points) if lot.award is award else 0
            lot.expired -= lost
            points -= lost
        others = self.wallet(member)
        for lot in reversed(others) if rules.latest_first else others:
            points -= lot.take(points)
        self.debt[member] += points if rules.owe else 0

    def spend(self, member: int, points: int) -> list[tuple[Lot, int]]:
        """Earliest end first; there may be fewer points than wanted."""
        self.sweep(member)
        takings = []
        for lot in self.wallet(member):
            takings.append((lot, lot.take(points)))
            points -= takings[-1][1]
        return takings

    def settle(self, hold: Hold, state: str, captured: int) -> None:
        """Spend a part of a hold and give the rest back."""
        hold.state, hold.captured = state, captured
        self.come_back(hold, 0, hold.points - captured)

    def use(self, hold: Hold, order: Order, owe: bool) -> None:
        """An order used a code: spend the points of what it took off, also where they had come back; only once."""
        hold.order, hold.discounted = order, order.off > 0
        points = max(1, round(Fraction(hold.points * order.off, hold.promised))) if order.off else 0
        if hold.state == "ready":
            self.settle(hold, "used", points)
        elif points:
            hold.takings = self.spend(self.root(hold.member), points)
            missing = points - sum(taken for _, taken in hold.takings)
            self.debt[self.root(hold.member)] += missing if owe else 0
            hold.points = hold.captured = points if owe else points - missing

    def restore(self, hold: Hold, order: Order) -> None:
        """Give back what refunds took of the code's discount, in all and once; first to the lots that end last.

        Points that were forfeit before come back by no order that the code took nothing off.
        """
        if hold.state == "expired" and not hold.discounted:
            return
        due = round(hold.captured * order.refunded_share())
        if due > hold.restored:
            self.come_back(hold, hold.points - hold.captured + hold.restored, due - hold.restored)
            hold.restored = due

    def come_back(self, hold: Hold, before: int, points: int) -> None:
        """Into the lots they are from, beyond what came back `before`; debt is paid first. No lot lives too short."""
        member, soonest = self.root(hold.member), self.now + RESTORE
        repaid = min(self.debt[member], points)
        self.debt[member] -= repaid
        points -= repaid
        origin = sorted(hold.takings, key=lambda pair: (pair[0].ends, self.lots.index(pair[0])), reverse=True)
        for lot, taken in origin:
            gone = min(taken, before)
            back = min(taken - gone, points)
            before, points = before - gone, points - back
            if lot.member == member and lot.ends >= soonest:
                lot.remaining += back
            elif back:
                self.lots.append(Lot(member, lot.award, back, self.now, max(lot.ends, soonest), lot.idle))
        if points:  # they were owed when they were spent, and that was paid since
            self.lots.append(Lot(member, None, points, self.now, soonest))

    def move(self, lots: Sequence[Lot], receiver: int) -> None:
        """Points change hands with their awards and ends."""
        for lot in [lot for lot in lots if lot.remaining]:
            self.earn(receiver, lot.award, lot.take(lot.remaining), self.now, lot.ends, idle=lot.idle)

    def merge(self, giver: int, receiver: int) -> None:
        """All that one member has and owes is the other's."""
        self.sweep(giver, receiver)
        self.move(self.wallet(giver), receiver)
        self.merges.append((giver, receiver))
        owed = self.debt.pop(giver, 0)
        for lot in reversed(self.wallet(receiver)):
            owed -= lot.take(owed)
        self.debt[receiver] += owed

    def unmerge(self, giver: int, receiver: int) -> None:
        """Who went takes what is left of their own awards; what both owe stays."""
        self.sweep(giver, receiver)
        self.merges.remove((giver, receiver))
        own = [lot for lot in self.wallet(receiver) if lot.award and self.root(lot.award.member) == giver]
        self.move(own, giver)
