"""A member's memberships as they follow from their facts, at any moment: the one state machine of both ways to pay.

States: trialing, active, past_due, paused, cancel_scheduled, ended. What a member may use is another question, which
`entitled_until` answers: a payment that fails takes nothing away before its days of grace are over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from engine.memberships.definitions import MembershipState, Way
from engine.memberships.facts import MembershipFact
from engine.memberships.judging import View
from engine.memberships.plan_facts import PlanFacts, PlanVersions, by_plan, steps_of
from engine.memberships.replaying import replay
from engine.memberships.terms import MembershipTerm, term_of
from engine.memberships.timeline import Run
from engine.rules.days import months_later


@dataclass(frozen=True, slots=True)
class MembershipFacts:
    """All that a member's memberships follow from."""

    facts: Sequence[MembershipFact]
    versions: PlanVersions
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class MembershipStanding:
    """A membership at a moment.

    `ends_at`: where what is paid for ends, or ended; None while a pause without an end holds the rest of it.
    `entitled_until`: the first moment at which its privileges no longer hold; not later than now where they do not.
    `renews_at`: when a contract is billed next. `billed`: a contract goes on; `cycles` of it were paid. `pausing`: by
    wish, not because a period was left out. `canceling`: by wish, which may be taken back while it lasts.
    `months`: the moments at which a full month of membership was over. `review_at`: the earliest moment at which any
    of this changes without news, but for which of several bought units is the `term` that runs.
    """

    plan_id: int
    plan_version: int
    state: MembershipState
    way: Way
    started_at: datetime
    ends_at: datetime | None
    entitled_until: datetime
    paused_until: datetime | None
    trial_ends_at: datetime | None
    renews_at: datetime | None
    shop_id: int | None
    contract_id: int | None
    billed: bool
    cycles: int
    pausing: bool
    canceling: bool
    term: MembershipTerm | None
    months: tuple[datetime, ...]
    review_at: datetime | None

    def entitled(self, moment: datetime) -> bool:
        """Whether its privileges hold at a moment, as far as is known now."""
        return self.started_at <= moment < self.entitled_until


def fold(facts: MembershipFacts, now: datetime) -> tuple[MembershipStanding, ...]:
    """The memberships at a moment of business time, by plan; those that never began are left out."""
    plans = by_plan(facts.facts, facts.versions, facts.zone)
    found = (_standing(plan_id, plan, now) for plan_id, plan in plans)
    return tuple(one for one in found if one is not None)


def next_news(facts: Sequence[MembershipFact], now: datetime) -> datetime | None:
    """The earliest moment after now of which something is known already."""
    moments = [fact.occurred_at for fact in facts]
    moments += [one.at for fact in facts if fact.kind == "purchased" for one in steps_of(fact)]
    return min((at for at in moments if at > now), default=None)


def _standing(plan_id: int, plan: PlanFacts, now: datetime) -> MembershipStanding | None:
    line = replay(plan, now)
    if not line.runs:
        return None
    view = View(plan, line, now)
    state, ends_at, entitled_until = view.judged()
    months, next_month = _months(line.runs, plan.zone, now)
    pause, contract = line.pause, line.contract
    moments = [*view.moments(), entitled_until, next_month, next_news(plan.known, now)]
    return MembershipStanding(
        plan_id,
        view.version,
        state,
        view.way,
        line.runs[-1].started_at,
        ends_at,
        entitled_until,
        pause.until if pause else view.skipped_until,
        view.current.end if state == "trialing" and view.current else None,
        view.renews_at(state),
        contract.shop_id if contract else None,
        contract.contract_id if contract else None,
        line.open_contract is not None,
        len(contract.paid_cycles) if contract else 0,
        pause is not None,
        line.canceling and state != "ended",
        term_of(plan, line, now),
        months,
        min((at for at in moments if at is not None and at > now), default=None),
    )


def _months(runs: Sequence[Run], zone: ZoneInfo, now: datetime) -> tuple[tuple[datetime, ...], datetime | None]:
    """The months completed by now, and when the next one is; gaps move them."""
    done: list[datetime] = []
    upcoming = None
    for run in runs:
        for number in count(1):
            at = months_later(run.started_at, number, zone)
            for start, end in run.gaps:
                at += end - start if start < at else timedelta()
            if at > run.ended_at:
                break
            if at > now:
                upcoming = at if upcoming is None else min(at, upcoming)
                break
            done.append(at)
    return tuple(done), upcoming
