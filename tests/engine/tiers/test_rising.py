"""Up at once: thresholds to the cent, skipped tiers, what counts and what does not."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from engine.tiers.activities import Activity, Step
from engine.tiers.definitions import Tier, TierProgram, default_tiers, value_bands
from engine.tiers.folding import fold
from engine.tiers.requirements import AllOf, AnyOf, Requirement
from tests.support.tiers import EARLY, SILVER_GOLD, history, ladder, least, local, order, standing, tier_at


@pytest.mark.parametrize(
    ("spend", "tier"),
    [("0", "bronze"), ("499.99", "bronze"), ("500", "silver"), ("1999.99", "silver"), ("2000.00", "gold")],
)
def test_the_default_tiers_are_reached_by_exactly_their_amounts(spend: str, tier: str) -> None:
    facts = history(default_tiers("USD"), order(1, "2026-02-01", spend))
    assert tier_at(facts, "2026-02-01") == tier


@pytest.mark.parametrize(
    ("spend", "tier"),
    [
        ("999.99", "general"), ("1000", "bronze"), ("4999.99", "bronze"), ("5000", "silver"), ("10000.00", "silver"),
        ("10000.01", "gold"),
    ],
)  # fmt: skip
def test_value_bands_end_at_least_and_more_than(spend: str, tier: str) -> None:
    assert tier_at(history(value_bands("USD"), order(1, "2026-02-01", spend)), "2026-02-02") == tier


def test_a_tier_is_reached_at_the_moment_of_the_order_that_crosses() -> None:
    facts = history(
        ladder(*SILVER_GOLD),
        order(1, "2026-02-01 09:00", "300"),
        order(2, "2026-02-01 10:30", "200"),
    )
    assert tier_at(facts, "2026-02-01 10:29") == "base"
    found = standing(facts, "2026-02-01 10:30")
    assert (found.tier.handle, found.since) == ("silver", local("2026-02-01 10:30"))
    assert [(one.came_from, one.to, one.reason) for one in found.changes] == [("base", "silver", "reached")]


def test_skipped_tiers_are_entered_too_each_once_on_the_same_moment() -> None:
    found = standing(history(ladder(*SILVER_GOLD), order(1, "2026-02-01", "2500")), "2026-02-02")
    at = local("2026-02-01")
    assert [(one.tier, one.at, one.ordinal, one.points, one.ends_days) for one in found.entries] == [
        ("silver", at, 1, 100, 30), ("gold", at, 1, 200, 30),
    ]  # fmt: skip
    assert [(one.came_from, one.to) for one in found.changes] == [("base", "gold")]


def test_spend_in_another_currency_counts_not_but_the_order_does() -> None:
    program = ladder(("silver", 500))
    facts = history(program, order(1, "2026-02-01", "900", currency="EUR"))
    found = standing(facts, "2026-02-02")
    assert (found.tier.handle, found.metrics.spend_minor, found.metrics.orders) == ("base", 0, 1)


def test_an_order_of_no_value_is_no_order_and_test_orders_count_only_where_asked() -> None:
    free = order(1, "2026-02-01", "0")
    tried = replace(order(2, "2026-02-02", "700"), source="test_order")
    assert standing(history(ladder(*SILVER_GOLD), free), "2026-02-03").metrics.orders == 0
    assert tier_at(history(ladder(*SILVER_GOLD), tried), "2026-02-03") == "base"
    assert tier_at(history(ladder(*SILVER_GOLD, test_orders=True), tried), "2026-02-03") == "silver"


_REVIEWS = least(2, "reviews")


def _done(number: int, **worth: int) -> Activity:
    at = local("2026-02-01")
    return Activity(1, "event", str(number), at, None, (Step(at, **worth),))


@pytest.mark.parametrize(
    ("enter", "reached"),
    [
        (AllOf(requirements=(least(300, "points"), least(2, "reviews"))), True),
        (AllOf(requirements=(least(300, "points"), least(3, "reviews"))), False),
        (AllOf(requirements=(least(300, "points"), least(2, "reviews", more_than=True))), False),
        (AnyOf(requirements=(least(301, "points"), least(2, "membership_months"))), True),
        (AnyOf(requirements=(least(301, "points"), least(2, "referrals"))), False),
        (AllOf(requirements=(AnyOf(requirements=(least(9, "orders"), least(1, "referrals"))), _REVIEWS)), True),
    ],
)  # fmt: skip
def test_metrics_are_combined_with_and_and_or(enter: Requirement, reached: bool) -> None:
    program = TierProgram(
        currency="USD", tiers=(Tier(handle="base", name="Base"), Tier(handle="vip", name="VIP", enter=enter))
    )
    months = (local("2025-11-01"), local("2025-12-01"))
    facts = history(program, _done(1, points=300), _done(2, reviews=2), _done(3, referrals=1), months=months)
    assert (tier_at(facts, "2026-02-01") == "vip") is reached


def test_before_the_first_version_nobody_has_a_tier_and_from_then_on_what_was_done_before_counts() -> None:
    facts = history(ladder(*SILVER_GOLD), order(1, "2019-06-01", "800"), joined="2019-05-01")
    assert fold(facts, local("2019-12-31")) is None
    found = standing(facts, "2020-01-02")
    assert (found.tier.handle, found.since, found.metrics.value("spend", "USD")) == ("silver", EARLY, Decimal(800))


def test_the_lowest_tier_begins_with_joining_or_with_an_activity_before_that() -> None:
    assert standing(history(ladder(*SILVER_GOLD)), "2024-02-01").since == local("2024-01-15")
    early = history(ladder(*SILVER_GOLD), order(1, "2024-01-10", "5"))
    assert standing(early, "2024-02-01").since == local("2024-01-10")
