"""What each fact does to the timeline of a membership."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from engine.memberships.facts import FactKind, MembershipFact
from engine.memberships.periods import DAY_SECONDS, SECOND
from engine.memberships.plan_facts import PlanFacts, parsed
from engine.memberships.timeline import Contract, Run, Timeline


def bring_forward(plan: PlanFacts, now: datetime) -> Timeline:
    """The timeline as of a moment, by what purchases are worth then; what had been otherwise before is not kept."""
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
