"""Refunds: within the hold a crossing never was; after it the tier stays, or falls at once, as the program says."""

from __future__ import annotations

from typing import Any

import pytest

from engine.tiers.definitions import default_tiers
from engine.tiers.periods import Calendar, Lasts, Rolling, UntilCalendar
from tests.support.tiers import SILVER_GOLD, history, ladder, local, order, standing, tier_at

HOLD: dict[str, Any] = {"hold_days": 14}


def test_until_a_refund_happens_the_tier_is_there() -> None:
    facts = history(ladder(*SILVER_GOLD, **HOLD), order(1, "2026-03-01", "600", ("2026-03-10", "400")))
    found = standing(facts, "2026-03-10 11:59:59")
    assert (found.tier.handle, len(found.entries)) == ("silver", 1)


@pytest.mark.parametrize(
    ("refunded", "tier", "entries"),
    [
        ("2026-03-02", "base", 0),
        ("2026-03-15 12:00", "base", 0),
        ("2026-03-15 12:00:01", "silver", 1),
        ("2026-06-01", "silver", 1),
    ],
)  # fmt: skip
def test_a_refund_up_to_the_last_moment_of_the_hold_undoes_a_crossing_and_its_points(
    refunded: str, tier: str, entries: int
) -> None:
    """The clocks change on 8 March: fourteen days later is the same time of day all the same."""
    facts = history(ladder(*SILVER_GOLD, **HOLD), order(1, "2026-03-01", "600", (refunded, "499.99")))
    found = standing(facts, "2026-07-01")
    assert (found.tier.handle, len(found.entries)) == (tier, entries)
    assert found.metrics.spend_minor == 499_99


def test_a_refund_that_leaves_enough_undoes_nothing() -> None:
    facts = history(ladder(*SILVER_GOLD, **HOLD), order(1, "2026-03-01", "600", ("2026-03-02", "500")))
    found = standing(facts, "2026-03-03")
    assert (found.tier.handle, found.since) == ("silver", local("2026-03-01"))


def test_the_hold_is_that_of_the_crossing_whichever_order_is_refunded() -> None:
    first = order(1, "2026-03-01", "300", ("2026-03-20", "0"))
    facts = history(ladder(*SILVER_GOLD, **HOLD), first, order(2, "2026-03-10", "300"))
    assert tier_at(facts, "2026-03-19") == "silver"
    assert tier_at(facts, "2026-03-20") == "base"


def test_a_crossing_that_is_undone_happens_with_a_later_order_that_is_enough() -> None:
    facts = history(
        ladder(*SILVER_GOLD, **HOLD),
        order(1, "2026-03-01", "600", ("2026-03-12", "0")),
        order(2, "2026-03-05", "550"),
    )
    assert standing(facts, "2026-03-11").since == local("2026-03-01")
    found = standing(facts, "2026-03-12")
    assert (found.tier.handle, found.since) == ("silver", local("2026-03-05"))
    assert [(one.at, one.ordinal) for one in found.entries] == [(local("2026-03-05"), 1)]


def test_a_refund_undoes_only_the_tiers_that_it_takes() -> None:
    facts = history(ladder(*SILVER_GOLD, **HOLD), order(1, "2026-03-01", "2400", ("2026-03-05", "700")))
    found = standing(facts, "2026-03-05")
    assert (found.tier.handle, [one.tier for one in found.entries]) == ("silver", ["silver"])


def test_after_the_hold_a_kept_tier_stays_to_the_end_of_its_term() -> None:
    program = ladder(*SILVER_GOLD, **HOLD, window=Calendar(), term=UntilCalendar())
    facts = history(program, order(1, "2026-03-01", "600", ("2026-06-01", "100")))
    assert tier_at(facts, "2026-12-31 23:59:59") == "silver"
    assert tier_at(facts, "2027-01-01 00:00") == "base"


def test_after_the_hold_recompute_lets_the_tier_fall_at_once_and_leaves_the_points() -> None:
    program = ladder(*SILVER_GOLD, **HOLD, after_hold="recompute")
    facts = history(program, order(1, "2026-03-01", "2400", ("2026-06-01", "700")))
    found = standing(facts, "2026-06-01")
    assert (found.tier.handle, found.since) == ("silver", local("2026-06-01"))
    assert [one.tier for one in found.entries] == ["silver", "gold"]
    assert [(one.came_from, one.to, one.reason) for one in found.changes] == [
        ("base", "gold", "reached"), ("gold", "silver", "refunded"),
    ]  # fmt: skip


def test_recompute_judges_what_earned_the_term_and_not_what_has_dropped_out_since() -> None:
    """A cent back in August costs nobody the tier that 600 in March earned, though the last 30 days hold nothing."""
    program = ladder(*SILVER_GOLD, window=Rolling(days=30), term=Lasts(months=12), after_hold="recompute")
    cent = history(program, order(1, "2026-03-01", "600", ("2026-08-01", "599.99")))
    most = history(program, order(1, "2026-03-01", "600", ("2026-08-01", "499.99")))
    assert (tier_at(cent, "2026-08-01"), tier_at(most, "2026-08-01")) == ("silver", "base")


def test_recompute_keeps_a_tier_that_a_later_order_earned_as_well() -> None:
    program = ladder(*SILVER_GOLD, after_hold="recompute", term=Lasts(months=12), window=Rolling(months=6))
    facts = history(program, order(1, "2026-03-01", "600", ("2026-05-01", "0")), order(2, "2026-04-01", "500"))
    found = standing(facts, "2026-05-01")
    assert (found.tier.handle, found.since, found.valid_until) == ("silver", local("2026-03-01"), local("2027-04-01"))


def test_a_renewal_that_a_refund_undoes_falls_only_where_the_program_recomputes() -> None:
    for after_hold, tier in (("keep", "silver"), ("recompute", "base")):
        program = ladder(*SILVER_GOLD, window=Calendar(), term=UntilCalendar(extra_periods=1), after_hold=after_hold)
        facts = history(program, order(1, "2025-06-01", "500"), order(2, "2026-12-30", "500", ("2027-01-09", "0")))
        assert (tier_at(facts, "2027-01-08"), tier_at(facts, "2027-01-09")) == ("silver", tier)


@pytest.mark.parametrize("days_later", ["2026-03-02", "2026-03-31 11:00", "2026-04-05", "2027-05-05"])
@pytest.mark.parametrize(
    ("left", "tier"), [("2000", "gold"), ("1999.99", "silver"), ("499.99", "bronze"), ("0", "bronze")]
)
def test_the_default_tier_is_always_that_of_what_was_spent_net_of_refunds(
    days_later: str, left: str, tier: str
) -> None:
    facts = history(default_tiers("USD"), order(1, "2026-03-01", "2100", (days_later, left)))
    assert tier_at(facts, "2027-06-01") == tier
