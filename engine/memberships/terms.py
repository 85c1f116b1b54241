"""The term that runs, and what was paid for it: what a refund of an unused term and a change of plan go by.

Of several units bought at once each is a term; those that are still to come belong to the one that runs, those that are
over do not. What a pause or a contract's period parted is one term still.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from engine.memberships.facts import MembershipFact
from engine.memberships.periods import DAY_SECONDS, Period, advance, seconds_later
from engine.memberships.plan_facts import PlanFacts
from engine.memberships.timeline import Stretch, Timeline
from engine.money import half_even_ratio

_UNITS_MAXIMUM = 10_000
"""Units beyond these are one term: nobody lives to see them."""


@dataclass(frozen=True, slots=True)
class MembershipTerm:
    """What was paid for what runs and is still to come of it, in minor units; 0 for a trial or a grant.

    `seconds`: how long it is, without what parted it. `changed`: it began with a change from another plan, of whose
    price a part was paid for it.
    """

    starts_at: datetime
    ends_at: datetime
    seconds: int
    fact: MembershipFact
    paid_minor: int
    currency: str | None
    changed: bool


def term_of(plan: PlanFacts, line: Timeline, now: datetime) -> MembershipTerm | None:
    """The term that runs at a moment, or that a pause holds; None where nothing does."""
    pause = line.pause
    held = pause.held if pause is not None else []
    at = pause.since if pause is not None else now
    current = next((one for one in [*line.stretches, *held] if one.start <= at < one.end), None)
    if current is None:
        return None
    fact, detail = current.fact, current.fact.detail
    mine = [one for one in [*line.stretches, *held] if one.fact is fact]
    starts_at, paid = mine[0].start, 0 if current.trial else int(detail.get("amount_minor", 0))
    if fact.kind == "purchased":
        starts_at, paid = _unit(plan, mine, at, now)
    changed = any(
        one.detail.get("from_plan_id") is not None and mine[0].start <= one.occurred_at <= now for one in plan.facts
    )
    seconds = sum(Period(max(one.start, starts_at), one.end).seconds for one in mine if one.end > starts_at)
    return MembershipTerm(starts_at, mine[-1].end, seconds, fact, paid, detail.get("currency"), changed)


def _unit(plan: PlanFacts, mine: Sequence[Stretch], at: datetime, now: datetime) -> tuple[datetime, int]:
    """When the unit that runs began, and what was paid for it and those after it, less what came back."""
    fact = mine[0].fact
    definition, units = plan.versions[fact.plan_id, fact.plan_version], plan.kept_at(fact, now).units
    began, over = mine[0].start, 0
    for number in range(1, min(units, _UNITS_MAXIMUM)):
        if definition.days_per_unit is None:
            ends_at = advance(mine[0].start, definition.interval, number, plan.zone)
        else:
            ends_at = seconds_later(mine[0].start, number * definition.days_per_unit * DAY_SECONDS)
        for one, following in pairwise(mine):
            if one.end <= ends_at:
                ends_at += following.start - one.end
        if ends_at > at:
            break
        began, over = ends_at, number
    paid = max(0, int(fact.detail.get("paid_minor", 0)) - int(fact.detail.get("refunded_minor", 0)))
    return began, half_even_ratio(paid, units - over, units) if units else 0
