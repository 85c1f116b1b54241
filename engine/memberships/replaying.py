"""Facts brought onto a timeline, in business time: their order of arrival has no say.

What came back of a purchase counts as if it had never been bought, for what is still to come. What was, was: a refund
ends a membership at its own moment at the earliest, and lengthens none that was over.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from engine.memberships.definitions import PlanDefinition
from engine.memberships.facts import FactKind, MembershipFact
from engine.memberships.periods import DAY_SECONDS, SECOND
from engine.memberships.timeline import Contract, Run, Timeline

PlanVersions = Mapping[tuple[int, int], PlanDefinition]
"""Definitions by (plan_id, version)."""

_RANKS: dict[FactKind, int] = {
    "contract_opened": 0, "purchased": 1, "granted": 2, "period_paid": 3, "payment_failed": 4, "period_skipped": 5,
    "paused": 6, "resumed": 7, "cancel_scheduled": 8, "cancel_withdrawn": 9, "plan_changed": 10, "contract_ended": 11,
    "canceled": 12,
}  # fmt: skip
_TICK = timedelta(microseconds=1)


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
        yield plan_id, PlanFacts(zone, versions, ordered(found), paid_by)


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


def replay(plan: PlanFacts, now: datetime) -> Timeline:
    """The timeline at a moment of business time: later facts are not known yet."""
    before, since = None, now
    for moment in plan.moments(now):
        line = _forward(plan, moment - _TICK)
        if before is not None:
            _keep_what_was(line, before, since)
        before, since = line, moment
    line = _forward(plan, now)
    if before is not None:
        _keep_what_was(line, before, since)
    return line


def _keep_what_was(line: Timeline, before: Timeline, moment: datetime) -> None:
    """Until a refund, all had been as it was known before it: when it began, its months, and that it lasted."""
    before.forward(moment)
    going = before.running(moment)
    before.cut(moment)
    current = next((run for run in line.runs if run.started_at <= moment < run.ended_at), None)
    later = [run for run in line.runs if run.started_at > moment]
    kept = before.runs
    if current is not None and going and kept:
        gaps = [gap for gap in kept[-1].gaps if gap[1] <= moment] + [gap for gap in current.gaps if gap[1] > moment]
        kept = [*kept[:-1], Run(kept[-1].started_at, current.ended_at, gaps)]
    elif current is not None:
        kept = [*kept, current]
    elif not later and line.pause is None:
        line.stretches = before.stretches
    line.runs = [*kept, *later]


def _forward(plan: PlanFacts, now: datetime) -> Timeline:
    line = Timeline(plan.zone)
    for fact in plan.facts:
        if fact.occurred_at > now:
            break
        line.forward(fact.occurred_at)
        _EFFECTS[fact.kind](_Effect(plan, line, fact, now))
    line.forward(now)
    return line


@dataclass(slots=True)
class _Effect:
    """One fact's effect on a timeline, as of `now`."""

    plan: PlanFacts
    line: Timeline
    fact: MembershipFact
    now: datetime

    @property
    def _at(self) -> datetime:
        return self.fact.occurred_at

    @property
    def _detail(self) -> Mapping[str, Any]:
        return self.fact.detail

    def purchased(self) -> None:
        kept = self.plan.kept_at(self.fact, self.now)
        definition = self.plan.versions[self.fact.plan_id, self.fact.plan_version]
        days = definition.days_per_unit
        self.line.add_bought(
            self._at, self.fact, "purchase", None if days else definition.interval, kept.units,
            kept.units * (days or 0) * DAY_SECONDS, (kept.taken, kept.value),
        )  # fmt: skip
        self._joined()

    def granted(self) -> None:
        self.line.add_bought(
            self._at, self.fact, "grant", None, 0, self._detail["days"] * DAY_SECONDS, (0, 1)
        )  # fmt: skip

    def contract_opened(self) -> None:
        contract = self._contract()
        contract.opened_at = min(contract.opened_at, self._at)
        trial_ends_at = self._detail.get("trial_ends_at")
        ends_at = trial_ends_at or self._detail.get("period_ends_at")
        if ends_at and (trial_ends_at or not self._paid_for(parsed(ends_at))):
            self._period(self._at, parsed(ends_at), trial=bool(trial_ends_at))
        self._joined()

    def period_paid(self) -> None:
        contract = self._contract()
        contract.paid_cycles.add(self._detail["cycle"])
        contract.settled_cycle = max(contract.settled_cycle, self._detail["cycle"])
        self._period(parsed(self._detail["starts_at"]), parsed(self._detail["ends_at"]), trial=False)

    def _paid_for(self, ends_at: datetime) -> bool:
        """Whether the payment of the period that it opened with is known: then that says what was paid."""
        return any(
            fact.kind == "period_paid"
            and fact.contract_id == self.fact.contract_id
            and fact.occurred_at <= self.now
            and parsed(fact.detail["starts_at"]) <= self._at
            and parsed(fact.detail["ends_at"]) >= ends_at
            for fact in self.plan.facts
        )

    def _period(self, start: datetime, end: datetime, *, trial: bool) -> None:
        order_id = self._detail.get("order_id", self._detail.get("origin_order_id"))
        sold = self.plan.paid_by.get((self.fact.shop_id, int(order_id)), []) if order_id is not None else []
        whole = sum((self.plan.steps(one)[0].share for one in sold), Fraction(0))
        kept = sum((self.plan.kept_at(one, self.now).share for one in sold if one.occurred_at <= self.now), Fraction(0))
        if whole and kept < whole:
            end -= round((end - start) // SECOND * (1 - kept / whole)) * SECOND
        self._contract().given_back = kept < whole
        self.line.add_period(self._at, self.fact, start, end, trial)
        self._joined()

    def _joined(self) -> None:
        """Who was given everything back had joined nevertheless."""
        if not self.line.runs:
            self.line.runs.append(Run(self._at, self._at))

    def payment_failed(self) -> None:
        contract = self._contract()
        contract.failed_cycle = max(contract.failed_cycle, self._detail["cycle"])

    def period_skipped(self) -> None:
        contract = self._contract()
        contract.settled_cycle = max(contract.settled_cycle, self._detail["cycle"])
        contract.skipped_at, contract.skipped_until = self._at, parsed(self._detail["ends_at"])

    def paused(self) -> None:
        until = self._detail.get("until")
        self.line.start_pause(self._at, parsed(until) if until else None)

    def resumed(self) -> None:
        self.line.resume(self._at)

    def cancel_scheduled(self) -> None:
        self.line.canceling = self.line.canceling or self.line.running(self._at)

    def cancel_withdrawn(self) -> None:
        self.line.canceling = False

    def plan_changed(self) -> None:
        self.contract_ended()
        self.line.leave_contract(self._at)

    def contract_ended(self) -> None:
        contract = self.line.contracts.get(self.fact.contract_id or 0)
        if contract is not None and contract.closed_at is None:
            contract.closed_at = self._at

    def canceled(self) -> None:
        self.line.stop(self._at)

    def _contract(self) -> Contract:
        """The contract that the fact is about."""
        contract_id = self.fact.contract_id or 0
        known = self.line.contracts.get(contract_id)
        if known is None:
            if self.line.open_contract is None:
                self.line.canceling = False
            known = self.line.contracts[contract_id] = Contract(contract_id, self.fact.shop_id, self._at)
        return known


_EFFECTS: dict[FactKind, Callable[[_Effect], None]] = {
    "purchased": _Effect.purchased, "granted": _Effect.granted, "contract_opened": _Effect.contract_opened,
    "period_paid": _Effect.period_paid, "payment_failed": _Effect.payment_failed,
    "period_skipped": _Effect.period_skipped, "paused": _Effect.paused, "resumed": _Effect.resumed,
    "cancel_scheduled": _Effect.cancel_scheduled, "cancel_withdrawn": _Effect.cancel_withdrawn,
    "plan_changed": _Effect.plan_changed, "contract_ended": _Effect.contract_ended, "canceled": _Effect.canceled,
}  # fmt: skip
