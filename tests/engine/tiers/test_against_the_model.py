"""A year of generated orders and refunds under generated rules: the fold finds what the slow model finds."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.tiers.activities import Activity
from engine.tiers.definitions import Tier, TierProgram
from engine.tiers.facts import Override, TierVersion
from engine.tiers.folding import fold
from engine.tiers.requirements import AtLeast
from tests.support.searching import examples
from tests.support.tier_model import SlowMember
from tests.support.tier_strategies import JOINED, facts_of, moments, orders, programs
from tests.support.tiers import NEW_YORK


@settings(max_examples=examples(250), deadline=None)
@given(programs(), orders(), moments)
def test_the_fold_finds_what_the_slow_model_finds(
    program: TierProgram, activities: list[Activity], now: datetime
) -> None:
    slow = SlowMember(program, NEW_YORK, JOINED, activities, now)
    slow.live()
    found = fold(facts_of(program, activities), now)
    assert found is not None
    assert (found.tier.handle, found.valid_until, found.grace_until) == (
        f"t{slow.tier}", slow.valid_until, slow.grace_until,
    )  # fmt: skip
    assert [(JOINED, "t0"), *((one.at, one.to) for one in found.changes)] == [
        (at, f"t{rank}") for at, rank in slow.history
    ]
    assert found.metrics.spend_minor == slow.spend(now, 0)


@settings(max_examples=60, deadline=None)
@given(programs(), orders(), moments, st.randoms())
def test_no_order_in_which_facts_come_changes_a_standing(
    program: TierProgram, activities: list[Activity], now: datetime, random: Any
) -> None:
    expected = fold(facts_of(program, activities), now)
    random.shuffle(activities)
    turned = [replace(one, steps=tuple(reversed(one.steps))) for one in activities if _apart(one)]
    turned += [one for one in activities if not _apart(one)]
    assert fold(facts_of(program, turned), now) == expected


def _apart(activity: Activity) -> bool:
    """Whether no two steps are of one moment: of those the later in the row is the newer."""
    return len({step.at for step in activity.steps}) == len(activity.steps)


@settings(max_examples=60, deadline=None)
@given(programs(), orders(), moments, st.sampled_from(["keep", "recompute"]))
def test_what_is_not_known_yet_changes_nothing(
    program: TierProgram, activities: list[Activity], now: datetime, after_hold: str
) -> None:
    """Replayed with time passing: the standing at each moment is that of the facts up to it, folded at once."""
    program = program.model_copy(update={"after_hold": after_hold})
    known = [
        replace(one, steps=steps)
        for one in activities
        if (steps := tuple(step for step in one.steps if step.at <= now))
    ]
    with_future, without = fold(facts_of(program, activities), now), fold(facts_of(program, known), now)
    assert with_future is not None
    assert without is not None
    for name in ("tier", "since", "term_from", "valid_until", "grace_until", "metrics", "entries", "changes"):
        assert getattr(with_future, name) == getattr(without, name), name


@settings(max_examples=80, deadline=None)
@given(programs(), orders(), moments, st.floats(0, 1), st.sampled_from(["keep", "recompute"]))
def test_nothing_changes_before_the_next_review_and_something_does_then(
    program: TierProgram, activities: list[Activity], now: datetime, part: float, after_hold: str
) -> None:
    facts = facts_of(program.model_copy(update={"after_hold": after_hold}), activities)
    found = fold(facts, now)
    assert found is not None
    if found.review_at is not None:
        assert found.review_at > now
        between = now + (found.review_at - now - timedelta(microseconds=1)) * part
        assert fold(facts, between) == found
    else:
        assert fold(facts, now + timedelta(days=4_000)) == found


@settings(max_examples=80, deadline=None)
@given(orders(), moments, st.sampled_from([0, 1, 30]))
def test_lifetime_tiers_that_recompute_are_always_those_of_the_sum_net_of_refunds(
    activities: list[Activity], now: datetime, hold_days: int
) -> None:
    tiers = [Tier(handle=str(at), name="T", enter=AtLeast(metric="spend", amount=Decimal(at))) for at in (1, 3, 4)]
    base = Tier(handle="0", name="T")
    program = TierProgram(currency="USD", tiers=(base, *tiers), hold_days=hold_days, after_hold="recompute")
    found = fold(facts_of(program, activities), now)
    assert found is not None
    total = sum(
        [step.spend_minor for step in one.steps if step.at <= now][-1] for one in activities if one.occurred_at <= now
    )
    assert found.tier.handle == max(at for at in ("0", "1", "3", "4") if total >= int(at) * 100)
    assert found.metrics.spend_minor == total


@settings(max_examples=80, deadline=None)
@given(programs(), orders(), moments, moments, st.sampled_from(["keep", "recompute"]))
def test_a_version_that_changes_only_names_moves_nobody(
    program: TierProgram, activities: list[Activity], now: datetime, changed_at: datetime, when_changed: str
) -> None:
    tiers = tuple(tier.model_copy(update={"name": f"New {tier.name}"}) for tier in program.tiers)
    renamed = program.model_copy(update={"tiers": tiers, "when_changed": when_changed})
    facts = facts_of(program, activities)
    expected = fold(facts, now)
    found = fold(replace(facts, versions=(*facts.versions, TierVersion(2, changed_at, renamed))), now)
    assert expected is not None
    assert found is not None
    assert found.tier.handle == expected.tier.handle
    for name in ("since", "term_from", "valid_until", "grace_until", "metrics", "changes"):
        assert getattr(found, name) == getattr(expected, name), name


@settings(max_examples=60, deadline=None)
@given(programs(), orders(), moments, st.lists(st.tuples(moments, st.integers(1, 90), st.integers(0, 4)), max_size=3))
def test_overrides_change_nothing_but_while_they_hold(
    program: TierProgram, activities: list[Activity], now: datetime, given_by_hand: list[tuple[datetime, int, int]]
) -> None:
    plain = fold(facts_of(program, activities), now)
    overrides = tuple(
        Override(number, f"t{rank}", at, at + timedelta(days=days), "why not", "staff")
        for number, (at, days, rank) in enumerate(given_by_hand)
    )
    found = fold(replace(facts_of(program, activities), overrides=overrides), now)
    holding = [one for one in overrides if one.starts_at <= now and one.ends_at is not None and now < one.ends_at
               and one.tier in program.ranks]  # fmt: skip
    assert plain is not None
    assert found is not None
    assert found.entries == plain.entries
    assert (found.overridden is not None) == bool(holding)
    if holding:
        assert found.tier.handle == max(holding, key=lambda one: (one.starts_at, one.override_id)).tier
    else:
        assert (found.tier, found.valid_until, found.at_risk) == (plain.tier, plain.valid_until, plain.at_risk)
    assert [one.to for one in found.changes][-1:] in ([], [found.tier.handle])
