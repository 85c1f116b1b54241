"""The facts of one member's membership of one plan: in business time, whatever their order of arrival."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from engine.memberships.definitions import PlanDefinition
from engine.memberships.facts import FactKind, MembershipFact

PlanVersions = Mapping[tuple[int, int], PlanDefinition]
"""Definitions by (plan_id, version)."""

_RANKS: dict[FactKind, int] = {
    "contract_opened": 0, "purchased": 1, "granted": 2, "period_paid": 3, "payment_failed": 4, "period_skipped": 5,
    "paused": 6, "resumed": 7, "cancel_scheduled": 8, "cancel_withdrawn": 9, "plan_changed": 10, "contract_ended": 11,
    "canceled": 12,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kept:
    """What a purchase is worth from a moment on: `units` of which the share taken ÷ value was given back as money."""

    at: datetime
    units: int
    taken: int
    value: int

    @property
    def share(self) -> Fraction:
        """Units that are kept."""
        return self.units * (1 - Fraction(self.taken, self.value)) if self.value else Fraction(self.units)


@dataclass(slots=True)
class PlanFacts:
    """The facts of one member's membership of one plan, oldest first, and the orders that paid for its periods."""

    zone: ZoneInfo
    versions: PlanVersions
    facts: list[MembershipFact]
    paid_by: Mapping[tuple[int, int], list[MembershipFact]] = field(default_factory=dict)
    """By (shop, order id) the purchases that a contract's period stands for."""
    _steps: dict[int, list[Kept]] = field(default_factory=dict)

    @property
    def known(self) -> list[MembershipFact]:
        """All facts that have a say, those that a period stands for among them."""
        return [*self.facts, *(fact for facts in self.paid_by.values() for fact in facts)]

    def moments(self, until: datetime) -> list[datetime]:
        """The moments up to `until` at which something was given back."""
        sold = (fact for fact in self.known if fact.kind == "purchased")
        return sorted({one.at for fact in sold for one in self.steps(fact)[1:] if one.at <= until})

    def steps(self, fact: MembershipFact) -> list[Kept]:
        """What a purchase was worth from when on, read once."""
        known = self._steps.get(id(fact))
        if known is None:
            known = self._steps[id(fact)] = steps_of(fact)
        return known

    def kept_at(self, fact: MembershipFact, moment: datetime) -> Kept:
        """What a purchase is worth at a moment."""
        steps = self.steps(fact)
        return steps[max(0, bisect_right(steps, moment, key=lambda one: one.at) - 1)]


def parsed(at: str) -> datetime:
    """A moment of a fact's detail."""
    return datetime.fromisoformat(at)


def steps_of(fact: MembershipFact) -> list[Kept]:
    """What a purchase was worth from when on."""
    return [Kept(parsed(at), units, taken, value) for at, units, taken, value in fact.detail["steps"]]


def ordered(facts: Sequence[MembershipFact]) -> list[MembershipFact]:
    """Facts in business time; of one instant by their kind, then by their source."""
    return sorted(facts, key=lambda one: (one.occurred_at, _RANKS[one.kind], one.shop_id, one.source, one.source_id))


def by_plan(facts: Sequence[MembershipFact], versions: PlanVersions, zone: ZoneInfo) -> Iterator[tuple[int, PlanFacts]]:
    """The facts of each plan. A purchase that a contract's period stands for counts once, as that period."""
    orders = set(_orders_of_contracts(facts))
    paid_by: dict[tuple[int, int], list[MembershipFact]] = {}
    plans: dict[int, list[MembershipFact]] = {}
    for fact in facts:
        key = _order_key(fact)
        if key is not None and key in orders:
            paid_by.setdefault(key, []).append(fact)
            continue
        plans.setdefault(fact.plan_id, []).append(fact)
        if fact.kind == "plan_changed":
            plans.setdefault(fact.detail["to_plan_id"], []).append(_joined(fact))
    for plan_id, found in sorted(plans.items()):
        yield plan_id, PlanFacts(zone, versions, _as_meant(ordered(found)), paid_by)


def given_up(facts: Sequence[MembershipFact], plan_id: int) -> list[str]:
    """What a cancellation now gives up: all that is known by then to have been bought or granted of a plan."""
    return sorted(_name(fact) for fact in facts if fact.plan_id == plan_id and fact.kind in _GIVEN)


_GIVEN = frozenset({"purchased", "granted"})


def _name(fact: MembershipFact) -> str:
    return f"{fact.shop_id}:{fact.source}:{fact.source_id}"


def _as_meant(facts: Sequence[MembershipFact]) -> list[MembershipFact]:
    """What a cancellation did not know of begins after it: a purchase told late, or of the same second."""
    facts = list(facts)
    for wish in [fact for fact in facts if fact.kind == "canceled" and "gives_up" in fact.detail]:
        known, after = set(wish.detail["gives_up"]), wish.occurred_at + timedelta(microseconds=1)
        facts = [
            replace(fact, occurred_at=after)
            if fact.kind in _GIVEN and fact.occurred_at <= wish.occurred_at and _name(fact) not in known
            else fact
            for fact in facts
        ]
    return ordered(facts)


def _joined(fact: MembershipFact) -> MembershipFact:
    """The plan that a contract was changed to sees it open."""
    detail = {**fact.detail, "from_plan_id": fact.plan_id}
    return replace(
        fact, plan_id=fact.detail["to_plan_id"], plan_version=fact.detail["to_plan_version"], kind="contract_opened",
        detail=detail,
    )  # fmt: skip


def _order_key(fact: MembershipFact) -> tuple[int, int] | None:
    if fact.kind != "purchased":
        return None
    return fact.shop_id, int(fact.source_id.partition(":")[0])


def _orders_of_contracts(facts: Sequence[MembershipFact]) -> Iterator[tuple[int, int]]:
    for fact in facts:
        for name in ("origin_order_id", "order_id"):
            if fact.kind in ("contract_opened", "period_paid") and fact.detail.get(name) is not None:
                yield fact.shop_id, int(fact.detail[name])
