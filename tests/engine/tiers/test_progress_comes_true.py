"""What members are told to be missing is exactly what it takes, and where they are said to end they end."""

from __future__ import annotations

from datetime import datetime

from hypothesis import assume, given, settings

from engine.rules.days import local_day
from engine.tiers.activities import Activity, Step
from engine.tiers.calendars import drops_on
from engine.tiers.definitions import TierProgram
from engine.tiers.facts import TierFacts
from engine.tiers.folding import fold
from engine.tiers.progress import Progress, progress
from engine.tiers.standing import TierStanding
from tests.support.searching import examples
from tests.support.tier_strategies import JOINED, facts_of, moments, orders, programs
from tests.support.tiers import NEW_YORK


def known(activities: list[Activity], now: datetime) -> list[Activity]:
    """What has happened: nothing more will."""
    return [one for one in activities if one.steps[-1].at <= now]


def told(facts: TierFacts, now: datetime) -> tuple[TierStanding, Progress]:
    standing = fold(facts, now)
    assert standing is not None
    return standing, progress(facts, standing, now)


def rank_with(program: TierProgram, activities: list[Activity], spent_minor: int, now: datetime, at: datetime) -> int:
    """The rank at a moment, had the member spent an amount now."""
    more = Activity(1, "order", "more", now, "USD", (Step(now, spent_minor),))
    standing = fold(facts_of(program, [*activities, more]), at)
    assert standing is not None
    return program.ranks[standing.tier.handle]


@settings(max_examples=examples(80), deadline=None)
@given(programs(), orders(), moments)
def test_spending_what_is_missing_reaches_the_next_tier_and_a_cent_less_does_not(
    program: TierProgram, activities: list[Activity], now: datetime
) -> None:
    done = known(activities, now)
    standing, ahead = told(facts_of(program, done), now)
    assume(ahead.next is not None and ahead.next.missing[0].missing > 0)
    assert ahead.next is not None
    missing, rank = int(ahead.next.missing[0].missing * 100), program.ranks[standing.tier.handle]
    assert rank_with(program, done, missing, now, now) > rank
    assert rank_with(program, done, missing - 1, now, now) != rank + 1


@settings(max_examples=examples(80), deadline=None)
@given(programs(), orders(), moments)
def test_spending_what_it_takes_to_stay_keeps_the_tier_and_a_cent_less_does_not(
    program: TierProgram, activities: list[Activity], now: datetime
) -> None:
    done = known(activities, now)
    standing, ahead = told(facts_of(program, done), now)
    assume(ahead.stay and standing.valid_until is not None and not standing.at_risk)
    assert standing.valid_until is not None
    joined, last_day = local_day(JOINED, NEW_YORK), local_day(standing.valid_until, NEW_YORK)
    assume(drops_on(program.window, local_day(now, NEW_YORK), joined) > last_day)
    missing, rank = int(ahead.stay[0].missing * 100), program.ranks[standing.tier.handle]
    assert rank_with(program, done, missing, now, standing.valid_until) >= rank
    if missing:
        later = fold(facts_of(program, done), standing.valid_until)
        assert later is not None
        assert later.at_risk or program.ranks[later.tier.handle] < rank


@settings(max_examples=examples(80), deadline=None)
@given(programs(), orders(), moments)
def test_the_projected_tier_is_the_one_that_comes_if_nothing_more_happens(
    program: TierProgram, activities: list[Activity], now: datetime
) -> None:
    facts = facts_of(program, known(activities, now))
    standing, ahead = told(facts, now)
    assert (ahead.projected is None) == (standing.valid_until is None)
    if ahead.projected is not None:
        later = fold(facts, ahead.projected.at)
        assert later is not None
        assert (later.tier, later.at_risk) == (ahead.projected.tier, False)
        assert sum(lost.spend_minor for _, lost in ahead.projected.dropping) <= standing.metrics.spend_minor
