"""How far a member is: what the next tier lacks, what it takes to stay, and where they end if nothing comes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from engine.rules.days import local_day
from engine.tiers.calendars import drops_on
from engine.tiers.climbing import Climb
from engine.tiers.definitions import Tier
from engine.tiers.facts import TierFacts
from engine.tiers.folding import climb_to
from engine.tiers.frames import LAST_INSTANT
from engine.tiers.metrics import Metrics, Missing, missing_of
from engine.tiers.overriding import override_at
from engine.tiers.requirements import Node
from engine.tiers.standing import TierStanding
from engine.tiers.timelines import NOTHING, Counts, plus, sum_of

DROPS_MAXIMUM = 366
"""No more days on which something drops out are told, the soonest first."""


@dataclass(frozen=True, slots=True)
class NextTier:
    """The tier above, what it asks of this member (to come back, of those who lost it), and what is missing of that."""

    tier: Tier
    requirement: Node
    missing: tuple[Missing, ...]


@dataclass(frozen=True, slots=True)
class Projection:
    """The tier from `at` on if nothing more happens; what counts now and no longer will by then, by day of dropping."""

    tier: Tier
    at: datetime
    dropping: tuple[tuple[date, Metrics], ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """What lies ahead. `stay` is what the running term is judged by at its end, reckoned as it will be then."""

    next: NextTier | None
    stay: tuple[Missing, ...]
    projected: Projection | None


def progress(facts: TierFacts, standing: TierStanding, now: datetime) -> Progress:
    """What lies ahead of a member whose standing at the moment is known."""
    climb = climb_to(facts, now, now)
    if climb is None:
        return Progress(None, (), None)
    return Progress(_next(climb, standing), _stay(climb, standing), _projected(facts, climb, standing, now))


def _next(climb: Climb, standing: TierStanding) -> NextTier | None:
    program = standing.version.definition
    above = program.tiers[program.ranks[standing.tier.handle] + 1 :]
    if not above or above[0].enter is None:
        return None
    tier = above[0]
    requirement = (tier.reenter if tier.handle in climb.lost else None) or above[0].enter
    return NextTier(tier, requirement, missing_of(requirement, standing.metrics, program.currency))


def _stay(climb: Climb, standing: TierStanding) -> tuple[Missing, ...]:
    program, tier = standing.version.definition, standing.tier
    requirement = tier.retain or tier.enter
    if requirement is None or climb.due is None or standing.overridden is not None:
        return ()
    metrics = standing.metrics
    if climb.place.grace_until is None:
        last = climb.due - LAST_INSTANT
        metrics = Metrics(*sum_of(climb.frame.actual.deltas, last, climb.frame.first(last)))
    return missing_of(requirement, metrics, program.currency)


def _projected(facts: TierFacts, climb: Climb, standing: TierStanding, now: datetime) -> Projection | None:
    at = climb.due if standing.overridden is None else standing.valid_until
    later = climb_to(facts, now, at) if at is not None else None
    if at is None or later is None:
        return None
    if standing.overridden is None and later.place.grace_until is not None and later.due is not None:
        at = later.due
        later.go(at)
    program, held = later.frame.program, override_at(facts, at, now)  # another one may go on below the one that ends
    rank = program.ranks[held.tier] if held is not None else later.place.rank
    today, last_day = local_day(now, facts.zone), local_day(at - LAST_INSTANT, facts.zone)
    return Projection(program.tiers[rank], at, _dropping(facts, climb, today, last_day))


def _dropping(facts: TierFacts, climb: Climb, today: date, last_day: date) -> tuple[tuple[date, Metrics], ...]:
    """What drops out of the window after today, up to and on a day."""
    found: dict[date, Counts] = {}
    for _, day, counts in climb.frame.actual.deltas:
        drop = drops_on(climb.frame.program.window, date.fromordinal(day), climb.frame.joined)
        if today < drop <= last_day:
            found[drop] = plus(found.get(drop, NOTHING), counts)
    drops = [(day, Metrics(*found[day])) for day in sorted(found) if found[day] != NOTHING]
    return tuple(drops[:DROPS_MAXIMUM])
