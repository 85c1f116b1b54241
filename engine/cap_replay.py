"""Caps taken again in the order in which orders were decided: what a backtest does instead of the ledger's counters.

Caps are decided once and stored with the award. Where the very definition that is tried did decide an order, what it
was granted stands; everything else asks the caps again, for what those orders and all other facts have left of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from engine.caps import PROGRAM, CounterKey
from engine.money import half_even_ratio
from engine.past_orders import PastOrder
from engine.rules.caps import Cap, period_of, within_caps
from engine.rules.days import local_day
from engine.rules.definitions import Definition
from engine.rules.outcomes import RuleOutcome


@dataclass(slots=True)
class Claim:
    """What one rule wants for one order, and what caps granted of it; `granted` is None until they were asked."""

    order: tuple[int, int]
    member_id: int
    rule: str
    desired: int
    taken: tuple[int, int]
    award_id: int | None = None
    keys: tuple[tuple[Cap, CounterKey], ...] = ()
    granted: int | None = None

    @property
    def due(self) -> int:
        """The points of it after caps and refunds."""
        points = self.desired if self.granted is None else min(self.desired, self.granted)
        return points - half_even_ratio(points, *self.taken)


def claim_of(past: PastOrder, outcome: RuleOutcome, definition: Definition, *, as_it_was: bool) -> Claim:
    """What an outcome claims. `as_it_was` says that the same definition really decided it."""
    key, rule = past.known.key, outcome.rule.handle
    award = past.awards.get(rule)
    claim = Claim(
        (key.shop_id, key.order_id), past.member_id, rule, outcome.desired, outcome.taken,
        award.award_id if award else None, tuple(counters_of(past, rule, definition)),
    )  # fmt: skip
    if claim.keys and as_it_was:
        claim.granted = (award.granted or 0) if award else 0
    return claim


def counters_of(past: PastOrder, rule: str, definition: Definition) -> list[tuple[Cap, CounterKey]]:
    """The caps of a rule with the counters that an order counts against."""
    found = definition.rule(rule)
    if found is None or past.known.snapshot is None or not found.caps:
        return []
    order, program_id = past.known.snapshot, past.known.key.program_id
    moment = (order.fulfilled_at if found.trigger == "order_fulfilled" else None) or order.occurred_at
    day = local_day(moment, definition.zone)
    return [
        (cap, CounterKey(program_id, cap.handle, _whose(cap, past.member_id), period_of(cap.period, day)))
        for cap in found.caps
    ]


def _whose(cap: Cap, member_id: int) -> int:
    return member_id if cap.per == "member" else PROGRAM


@dataclass(slots=True)
class Counters:
    """What is used of each cap: at first what others than the replayed orders took of it."""

    used: dict[CounterKey, int] = field(default_factory=dict)

    def give_back(self, key: CounterKey, points: int) -> None:
        """Leave out what a replayed order really took."""
        self.used[key] = max(0, self.used.get(key, 0) - points)

    def replay(self, claims: Iterable[Claim]) -> None:
        """Grant what claims want of their caps, which come in the order in which they were decided."""
        for claim in claims:
            if claim.keys and claim.granted is None:
                used = {cap.handle: self.used.get(key, 0) for cap, key in claim.keys}
                claim.granted = within_caps([cap for cap, _ in claim.keys], claim.desired, used).points
                for _, key in claim.keys:
                    self.used[key] = self.used.get(key, 0) + claim.granted
