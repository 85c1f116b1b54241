"""New versions of the tiers: who keeps what, who moves, and that nobody moves for nothing."""

from __future__ import annotations

from typing import Any

import pytest

from engine.tiers.activities import Activity
from engine.tiers.definitions import TierProgram
from engine.tiers.facts import TierFacts, TierVersion
from engine.tiers.periods import Lasts, Rolling
from tests.support.tiers import EARLY, SILVER_GOLD, history, ladder, local, order, standing, tier_at

CHANGED = "2026-06-01"


def changed(old: TierProgram, new: TierProgram, *activities: Activity) -> TierFacts:
    """A history in which the tiers change on the first of June at noon."""
    return history(old, *activities, versions=(TierVersion(1, EARLY, old), TierVersion(2, local(CHANGED), new)))


def moved(facts: TierFacts) -> tuple[str, str]:
    """The tier at the last moment of the old version and at the first one of the new."""
    return tier_at(facts, "2026-06-01 11:59:59"), tier_at(facts, CHANGED)


def test_complaint_11_changing_criteria_deletes_no_tier_and_costs_no_points() -> None:
    """Growave: to edit tiers one deletes them all, and members lose tier and points. Here both stay unless asked."""
    facts = changed(
        ladder(*SILVER_GOLD), ladder(("silver", 800), ("gold", 3_000)), order(1, "2026-01-10", "2500"),
    )  # fmt: skip
    before, after = standing(facts, "2026-05-31"), standing(facts, "2026-07-01")
    assert (before.tier.handle, after.tier.handle) == ("gold", "gold")
    assert (before.since, before.entries, before.metrics) == (after.since, after.entries, after.metrics)
    assert (before.version.version, after.version.version) == (1, 2)


@pytest.mark.parametrize(("when_changed", "tier"), [("keep", "gold"), ("recompute", "silver")])
def test_a_higher_threshold_moves_members_only_where_the_version_says_so(when_changed: str, tier: str) -> None:
    new = ladder(("silver", 500), ("gold", 3_000), when_changed=when_changed)
    assert moved(changed(ladder(*SILVER_GOLD), new, order(1, "2026-01-10", "2500"))) == ("gold", tier)


def test_a_lower_threshold_lifts_members_at_once_and_pays_for_entering() -> None:
    facts = changed(ladder(*SILVER_GOLD), ladder(("silver", 500), ("gold", 1_000)), order(1, "2026-01-10", "1200"))
    assert moved(facts) == ("silver", "gold")
    assert [(one.tier, one.at) for one in standing(facts, CHANGED).entries] == [
        ("silver", local("2026-01-10")), ("gold", local(CHANGED)),
    ]  # fmt: skip


@pytest.mark.parametrize("gold", [2_000, 1_500])
def test_a_version_that_asks_for_no_more_moves_nobody_down_though_their_amounts_dropped_out(gold: int) -> None:
    rules: dict[str, Any] = {"window": Rolling(days=30), "term": Lasts(months=12), "when_changed": "recompute"}
    new = ladder(("silver", 500), ("gold", gold), **rules)
    assert moved(changed(ladder(*SILVER_GOLD, **rules), new, order(1, "2026-01-10", "2500"))) == ("gold", "gold")


def test_an_archived_tier_sends_its_members_to_what_they_qualify_for() -> None:
    facts = changed(ladder(*SILVER_GOLD), ladder(("silver", 500)), order(1, "2026-01-10", "2500"))
    assert moved(facts) == ("gold", "silver")
    found = standing(facts, CHANGED)
    assert (found.changes[-1].reason, found.since, len(found.entries)) == ("version", local(CHANGED), 2)


def test_an_archived_tier_between_others_leaves_members_above_the_rest() -> None:
    rules: dict[str, Any] = {"window": Rolling(days=30), "term": Lasts(months=12)}
    old = ladder(("silver", 500), ("gold", 2_000), ("platinum", 5_000), **rules)
    for when_changed, tier in (("keep", "silver"), ("recompute", "base")):
        new = ladder(("silver", 500), ("platinum", 5_000), **rules, when_changed=when_changed)
        assert moved(changed(old, new, order(1, "2026-01-10", "2500"))) == ("gold", tier)


def test_a_tier_that_replaces_another_is_entered() -> None:
    new = ladder(("sterling", 500), ("gold", 2_000))
    facts = changed(ladder(*SILVER_GOLD), new, order(1, "2026-01-10", "600"))
    assert moved(facts) == ("silver", "sterling")
    assert [(one.tier, one.points) for one in standing(facts, CHANGED).entries] == [("silver", 100), ("sterling", 100)]


def test_a_tier_inserted_below_lets_those_above_keep_theirs() -> None:
    new = ladder(("bronze", 100), ("silver", 500), ("gold", 2_000))
    assert moved(changed(ladder(*SILVER_GOLD), new, order(1, "2026-01-10", "600"))) == ("silver", "silver")
    assert moved(changed(ladder(*SILVER_GOLD), new, order(1, "2026-01-10", "200"))) == ("base", "bronze")


def test_an_end_that_was_promised_stays_and_a_new_one_counts_from_the_change() -> None:
    paid = order(1, "2026-01-10", "600")
    endless, year, month = (
        ladder(*SILVER_GOLD, **more) for more in ({}, {"term": Lasts(months=12)}, {"term": Lasts(months=1)})
    )
    ends = [
        standing(changed(old, new, paid), CHANGED).valid_until
        for old, new in ((year, month), (endless, year), (year, endless), (year, year))
    ]
    assert ends == [local("2027-01-10"), local("2027-06-01"), None, local("2027-01-10")]


def test_after_a_promised_end_the_new_rules_hold() -> None:
    year, month = ladder(*SILVER_GOLD, term=Lasts(months=12)), ladder(*SILVER_GOLD, term=Lasts(months=1))
    facts = changed(year, month, order(1, "2026-01-10", "600"))
    assert standing(facts, "2027-01-10").valid_until == local("2027-02-10")


def test_other_currencies_are_counted_anew() -> None:
    euros = ladder(*SILVER_GOLD, when_changed="recompute").model_copy(update={"currency": "EUR"})
    facts = changed(
        ladder(*SILVER_GOLD), euros, order(1, "2026-01-10", "600"), order(2, "2026-01-11", "9", currency="EUR")
    )
    assert moved(facts) == ("silver", "base")
    assert standing(facts, CHANGED).metrics.spend_minor == 900


def test_of_two_versions_of_one_moment_the_newer_decides() -> None:
    old, new = ladder(*SILVER_GOLD), ladder(("silver", 50))
    facts = history(
        old, order(1, "2026-01-10", "60"), versions=(TierVersion(2, EARLY, new), TierVersion(1, EARLY, old))
    )
    assert tier_at(facts, "2026-02-01") == "silver"
