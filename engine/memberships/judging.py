"""A timeline looked at from a moment: the state that it is in, what it may still use, what it is paid by.

A payment that fails takes nothing away before the days of grace are over; one that neither succeeded nor failed is
taken to be under way for a day.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from engine.memberships.definitions import MembershipState, PlanDefinition, Way
from engine.memberships.facts import MembershipFact
from engine.memberships.plan_facts import PlanFacts
from engine.memberships.timeline import Contract, Stretch, Timeline
from engine.rules.days import days_later

UNDER_WAY_DAYS = 1


@dataclass(slots=True)
class View:
    """A timeline looked at from a moment."""

    plan: PlanFacts
    line: Timeline
    now: datetime

    @property
    def current(self) -> Stretch | None:
        """The stretch that runs."""
        return next((one for one in self.line.stretches if one.start <= self.now < one.end), None)

    @property
    def known(self) -> list[Stretch]:
        """The stretches of the last run, or what there was of it."""
        held = self.line.pause.held if self.line.pause else []
        return [one for one in self.line.stretches if one.start >= self.line.runs[-1].started_at] + held

    @property
    def fact(self) -> MembershipFact:
        """What the membership goes back to: the newest purchase, grant or contract."""
        given = ("purchased", "granted", "contract_opened", "period_paid")
        facts = [fact for fact in self.plan.facts if fact.kind in given and fact.occurred_at <= self.now]
        kept = {id(one.fact) for one in self.known}
        return ([fact for fact in facts if id(fact) in kept] or facts)[-1]

    @property
    def version(self) -> int:
        """The version of the plan that it was sold by."""
        return self.fact.plan_version

    @property
    def definition(self) -> PlanDefinition:
        """What that version says."""
        return self.plan.versions[self.fact.plan_id, self.version]

    @property
    def way(self) -> Way:
        """How it is paid for: by a contract where one goes on or did, by what was bought, or not at all."""
        ways = {one.way for one in self.known}
        if self.line.open_contract is not None or "contract" in ways:
            return "contract"
        return "grant" if ways == {"grant"} or (not ways and self.fact.kind == "granted") else "purchase"

    @property
    def skipped_until(self) -> datetime | None:
        """Until when a contract's period was left out, where that is now."""
        contract = self.line.open_contract
        if contract is None or contract.skipped_until is None or self._end > self.now:
            return None
        return contract.skipped_until if contract.skipped_until > self.now else None

    @property
    def _end(self) -> datetime:
        run = self.line.runs[-1]
        return max(run.started_at, run.ended_at)

    def judged(self) -> tuple[MembershipState, datetime | None, datetime]:
        """The state, the end of what is paid for, and until when privileges hold."""
        pause, contract, end = self.line.pause, self.line.open_contract, self._end
        if pause is not None:
            return "paused", self._end_of_rest(), pause.since
        if contract is None or self.line.canceling:
            return self._ending(end)
        entitled_until = max(end, self._grace_end(contract))
        if end > self.now:
            return ("trialing" if self.current and self.current.trial else "active"), end, entitled_until
        if self.skipped_until is not None and contract.skipped_at is not None:
            return "paused", end, max(end, min(entitled_until, contract.skipped_at))
        return ("active" if self._under_way(contract) else "past_due"), end, entitled_until

    def _under_way(self, contract: Contract) -> bool:
        """Whether the payment that is due may still be on its way."""
        if contract.failing or contract.given_back:
            return False
        skipped = contract.skipped_until is not None and contract.skipped_until > self._paid_until
        return not skipped and self.now < days_later(self._paid_until, UNDER_WAY_DAYS, self.plan.zone)

    def _ending(self, end: datetime) -> tuple[MembershipState, datetime, datetime]:
        """Nothing is billed any more: it lasts as long as it is paid for."""
        contract = self.line.contract
        if end > self.now:
            last = self.line.stretches[-1]
            leaving = self.line.canceling or (last.way == "contract" and contract is not None)
            return ("cancel_scheduled" if leaving else "active"), end, end
        closed_at = contract.closed_at if contract else None
        if contract is None or closed_at is None or closed_at <= end or not self._went_unpaid(contract):
            return "ended", end, end
        return "ended", closed_at, max(end, min(closed_at, self._grace_end(contract)))

    def _went_unpaid(self, contract: Contract) -> bool:
        """Whether it went on beyond what was paid for, until it was given up or canceled."""
        last = self.known[-1].way if self.known else "contract"
        given_up = contract.failing or self.line.canceled_at == contract.closed_at
        return last == "contract" and given_up and not self.line.canceling

    def _grace_end(self, contract: Contract) -> datetime:
        """Privileges outlast a period by the days of grace; by one day at least while its payment is under way."""
        if contract.given_back:
            return self._paid_until
        grace = self.definition.grace_days
        days = grace if contract.failing else max(grace, UNDER_WAY_DAYS)
        return days_later(self._paid_until, days, self.plan.zone)

    @property
    def _paid_until(self) -> datetime:
        """Where the periods of contracts end, when the next payment is due."""
        return self.line.contract_end or self._end

    def renews_at(self, state: MembershipState) -> datetime | None:
        """When a contract is billed next, as far as that is still to come."""
        if self.line.open_contract is None or state not in ("trialing", "active", "paused"):
            return None
        return self.skipped_until if state == "paused" else self.line.contract_end

    def _end_of_rest(self) -> datetime | None:
        pause = self.line.pause
        if pause is None or pause.until is None:
            return None
        return pause.held[-1].end + (pause.until - pause.since) if pause.held else pause.until

    def moments(self) -> Iterator[datetime | None]:
        """When time alone may change something."""
        pause, contract = self.line.pause, self.line.contract
        yield pause.until if pause else None
        yield contract.skipped_until if contract else None
        yield days_later(self._paid_until, UNDER_WAY_DAYS, self.plan.zone) if contract else None
        yield from (one.end for one in self.line.stretches)
