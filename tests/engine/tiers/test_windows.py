"""Which days count: rolling, calendar and anniversary windows, leap days, month ends, the program's zone."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from engine.tiers.calendars import drops_on, first_day
from engine.tiers.facts import TierFacts, TierVersion
from engine.tiers.folding import fold
from engine.tiers.periods import Anniversary, Calendar, Lifetime, Rolling
from tests.support.tiers import EARLY, SILVER_GOLD, history, ladder, local, order, standing, tier_at

LEAP = date(2024, 2, 29)
"""The day on which the members of these tests joined."""


@pytest.mark.parametrize(
    ("window", "today", "first"),
    [
        (Rolling(days=365), "2026-03-01", "2025-03-02"),
        (Rolling(days=365), "2024-12-31", "2024-01-02"),
        (Rolling(days=1), "2026-03-01", "2026-03-01"),
        (Rolling(months=12), "2026-03-01", "2025-03-02"),
        (Rolling(months=12), "2025-02-27", "2024-02-28"),
        (Rolling(months=12), "2025-02-28", "2024-03-01"),
        (Rolling(months=1), "2026-02-28", "2026-02-01"),
        (Rolling(months=1), "2026-03-31", "2026-03-01"),
        (Rolling(months=1), "2026-03-30", "2026-03-01"),
        (Calendar(), "2026-12-31", "2026-01-01"),
        (Calendar(start_month=7), "2026-06-30", "2025-07-01"),
        (Calendar(unit="quarter"), "2026-06-30", "2026-04-01"),
        (Calendar(unit="quarter", start_month=12), "2026-02-28", "2025-12-01"),
        (Calendar(unit="month", start_month=7), "2026-06-30", "2026-06-01"),
        (Anniversary(), "2025-02-27", "2024-02-29"),
        (Anniversary(), "2025-02-28", "2025-02-28"),
        (Anniversary(), "2028-02-28", "2027-02-28"),
        (Anniversary(), "2028-02-29", "2028-02-29"),
        (Anniversary(months=1), "2024-04-28", "2024-03-29"),
        (Anniversary(months=6), "2023-09-01", "2023-08-29"),
    ],
)
def test_the_first_day_that_counts(window: Any, today: str, first: str) -> None:
    assert first_day(window, date.fromisoformat(today), LEAP) == date.fromisoformat(first)


@pytest.mark.parametrize(
    ("window", "done", "drops"),
    [
        (Rolling(days=365), "2024-02-29", "2025-02-28"),
        (Rolling(days=365), "2025-03-01", "2026-03-01"),
        (Rolling(months=12), "2024-02-29", "2025-02-28"),
        (Rolling(months=1), "2026-01-31", "2026-02-28"),
        (Calendar(), "2026-01-01", "2027-01-01"),
        (Anniversary(), "2027-12-01", "2028-02-29"),
    ],
)
def test_the_day_on_which_something_drops_out(window: Any, done: str, drops: str) -> None:
    assert drops_on(window, date.fromisoformat(done), LEAP) == date.fromisoformat(drops)
    assert drops_on(Lifetime(), LEAP, LEAP) == date.max


def test_what_is_done_at_the_last_second_of_a_day_belongs_to_that_day_of_the_programs_zone() -> None:
    """In UTC it is the next day, and the next year, already."""
    program = ladder(*SILVER_GOLD, window=Calendar())
    late = order(1, "2025-12-31 23:59:59", "500")
    assert late.occurred_at == datetime(2026, 1, 1, 4, 59, 59, tzinfo=UTC)
    assert standing(history(program, late), "2026-01-01 00:00").metrics.spend_minor == 0
    tokyo = TierFacts((TierVersion(1, EARLY, program),), ZoneInfo("Asia/Tokyo"), local("2024-01-15"), (late,))
    found = fold(tokyo, local("2026-01-01 00:00"))
    assert found is not None
    assert found.metrics.spend_minor == 500_00


@pytest.mark.parametrize(("midnight", "hours"), [("2026-03-09", 23), ("2026-11-02", 25)])
def test_days_on_which_the_clocks_change_are_whole_days(midnight: str, hours: int) -> None:
    """A rolling day drops out at midnight, 23 or 25 hours after its own."""
    day = date.fromisoformat(midnight)
    before = f"{day.replace(day=day.day - 1)} 00:00"
    found = standing(history(ladder(*SILVER_GOLD, window=Rolling(days=1)), order(1, before, "100")), before)
    assert found.review_at == local(f"{midnight} 00:00")
    assert (found.review_at - local(before)).total_seconds() == hours * 3_600


def test_a_refund_lowers_the_day_of_its_order_and_none_that_dropped_out() -> None:
    program = ladder(*SILVER_GOLD, window=Rolling(days=30))
    facts = history(
        program, order(1, "2026-03-01", "100", ("2026-04-15", "0")), order(2, "2026-04-01", "50"),
    )  # fmt: skip
    days = ("2026-03-30", "2026-03-31", "2026-04-15", "2026-04-30", "2026-05-01")
    assert [standing(facts, day).metrics.spend_minor for day in days] == [100_00, 0, 50_00, 50_00, 0]


def test_amounts_that_never_stood_together_in_a_window_reach_nothing() -> None:
    facts = history(
        ladder(*SILVER_GOLD, window=Rolling(days=30)), order(1, "2026-03-01", "300"), order(2, "2026-03-31", "300")
    )
    assert tier_at(facts, "2026-03-31") == "base"
    facts = history(
        ladder(*SILVER_GOLD, window=Rolling(days=30)),
        order(1, "2026-03-01", "300"),
        order(2, "2026-03-30 23:59:59", "200"),
    )
    assert tier_at(facts, "2026-03-31") == "silver"


def test_what_was_done_before_joining_counts_in_its_own_period() -> None:
    program = ladder(*SILVER_GOLD, window=Anniversary())
    facts = history(program, order(1, "2024-01-14", "500"), order(2, "2024-01-15", "499"), joined="2024-01-15")
    assert (tier_at(facts, "2024-01-14"), standing(facts, "2024-01-15").metrics.spend_minor) == ("silver", 499_00)


@pytest.mark.parametrize("wrong", [{}, {"days": 0}, {"months": 0}, {"days": 1, "months": 1}, {"days": 36_501}])
def test_a_window_has_one_length_within_bounds(wrong: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        Rolling.model_validate(wrong)
