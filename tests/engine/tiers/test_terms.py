"""Down only when a term is over: ends of terms, renewals, ways to fall, grace and soft landing. Dates by hand."""

from __future__ import annotations

from typing import Any

import pytest

from engine.tiers.definitions import Tier, TierProgram
from engine.tiers.facts import TierFacts
from engine.tiers.periods import Anniversary, Calendar, Lasts, Rolling, UntilAnniversary, UntilCalendar
from tests.support.tiers import SILVER_GOLD, history, ladder, least, local, order, standing, tier_at

YEARLY = {"window": Calendar(), "term": UntilCalendar(extra_periods=1)}
"""As airlines do it: what is reached lasts for the rest of this year and the next."""


@pytest.mark.parametrize(
    ("term", "reached", "end"),
    [
        (Lasts(days=365), "2026-03-01 15:30", "2027-03-01 15:30"),
        (Lasts(days=365), "2024-02-28 15:30", "2025-02-27 15:30"),
        (Lasts(months=12), "2024-02-29 15:30", "2025-02-28 15:30"),
        (Lasts(months=1), "2026-01-31 23:59:59", "2026-02-28 23:59:59"),
        (Lasts(days=1), "2026-03-07 02:30", "2026-03-08 03:30"),
        (Lasts(days=1), "2026-10-31 01:30", "2026-11-01 01:30"),
        (UntilCalendar(), "2026-12-31 23:59:59", "2027-01-01 00:00"),
        (UntilCalendar(extra_periods=1), "2026-01-01 00:00", "2028-01-01 00:00"),
        (UntilCalendar(start_month=4), "2026-03-31", "2026-04-01 00:00"),
        (UntilCalendar(start_month=4), "2026-04-01", "2027-04-01 00:00"),
        (UntilCalendar(unit="quarter"), "2026-05-31", "2026-07-01 00:00"),
        (UntilCalendar(unit="quarter", start_month=2), "2026-01-31", "2026-02-01 00:00"),
        (UntilCalendar(unit="month", extra_periods=2), "2026-11-15", "2027-02-01 00:00"),
        (UntilAnniversary(), "2026-01-14 23:00", "2026-01-15 00:00"),
        (UntilAnniversary(), "2026-01-15 00:00", "2027-01-15 00:00"),
        (UntilAnniversary(months=3, extra_periods=1), "2026-01-20", "2026-07-15 00:00"),
    ],
)
def test_a_term_ends_where_a_calendar_says(term: Any, reached: str, end: str) -> None:
    found = standing(history(ladder(*SILVER_GOLD, term=term), order(1, reached, "700")), reached)
    assert found.valid_until == local(end)


def test_a_term_since_joining_on_a_leap_day_ends_on_the_28th_but_in_leap_years() -> None:
    program = ladder(*SILVER_GOLD, term=UntilAnniversary())
    for reached, end in (("2024-03-01", "2025-02-28"), ("2027-02-28", "2028-02-29"), ("2028-02-28", "2028-02-29")):
        facts = history(program, order(1, reached, "700"), joined="2024-02-29")
        assert standing(facts, reached).valid_until == local(f"{end} 00:00")


def test_a_monthly_term_that_began_on_the_31st_comes_back_to_the_31st() -> None:
    facts = history(ladder(*SILVER_GOLD, term=Lasts(months=1)), order(1, "2026-01-31", "700"))
    ends = [standing(facts, day).valid_until for day in ("2026-02-27", "2026-02-28", "2026-03-30", "2026-04-01")]
    assert ends == [local(day) for day in ("2026-02-28", "2026-03-31", "2026-03-31", "2026-04-30")]


def test_a_tier_is_renewed_when_retain_is_met_without_new_points_or_a_new_since() -> None:
    facts = history(ladder(*SILVER_GOLD, **YEARLY), order(1, "2025-06-01", "800"), order(2, "2026-11-01", "500"))
    found = standing(facts, "2027-01-01 00:00")
    assert (found.tier.handle, found.since, found.valid_until) == (
        "silver",
        local("2025-06-01"),
        local("2028-01-01 00:00"),
    )
    assert (found.term_from, len(found.entries), len(found.changes)) == (local("2027-01-01 00:00"), 1, 1)


def test_a_tier_falls_at_the_first_moment_after_its_term_and_not_before() -> None:
    facts = history(ladder(*SILVER_GOLD, **YEARLY), order(1, "2025-06-01", "800"), order(2, "2026-11-01", "499.99"))
    assert tier_at(facts, "2026-12-31 23:59:59") == "silver"
    found = standing(facts, "2027-01-01 00:00")
    assert (found.tier.handle, found.since, found.valid_until) == ("base", local("2027-01-01 00:00"), None)
    assert found.changes[-1].reason == "term_ended"


def test_an_order_of_the_first_moment_after_a_term_is_not_of_the_term() -> None:
    late = history(ladder(*SILVER_GOLD, **YEARLY), order(1, "2025-06-01", "800"), order(2, "2027-01-01 00:00", "499"))
    early = history(
        ladder(*SILVER_GOLD, **YEARLY), order(1, "2025-06-01", "800"), order(2, "2026-12-31 23:59:59", "500")
    )
    assert (tier_at(late, "2027-01-01 00:00"), tier_at(early, "2027-01-01 00:00")) == ("base", "silver")


def _gold(**rules: Any) -> TierFacts:
    """Gold in 2025 by 2,500; 600 spent in 2026."""
    program = ladder(("silver", 500), ("gold", 2_000), ("platinum", 9_000), **YEARLY, **rules)
    return history(program, order(1, "2025-06-01", "9500"), order(2, "2026-11-01", "600"))


@pytest.mark.parametrize(
    ("rules", "tier"),
    [
        ({"downgrade": "one_down"}, "gold"),
        ({"downgrade": "recompute"}, "silver"),
        ({"downgrade": "to_base"}, "base"),
        ({"downgrade": "recompute", "soft_landing": True}, "gold"),
        ({"downgrade": "to_base", "soft_landing": True}, "gold"),
    ],
)
def test_how_far_a_member_falls(rules: dict[str, Any], tier: str) -> None:
    found = standing(_gold(**rules), "2027-01-01 00:00")
    assert (found.tier.handle, found.valid_until) == (tier, None if tier == "base" else local("2028-01-01 00:00"))


def test_with_a_soft_landing_members_go_down_one_step_a_term() -> None:
    facts = _gold(soft_landing=True)
    days = ("2026-12-31", "2027-01-01", "2028-01-01", "2029-01-01")
    assert [tier_at(facts, day) for day in days] == ["platinum", "gold", "silver", "base"]


def test_during_grace_the_tier_stays_at_risk_and_then_falls() -> None:
    facts = history(ladder(*SILVER_GOLD, **YEARLY, grace_days=30), order(1, "2025-06-01", "800"))
    assert not standing(facts, "2026-12-31 23:59:59").at_risk
    found = standing(facts, "2027-01-01 00:00")
    assert (found.tier.handle, found.at_risk, found.grace_until) == ("silver", True, local("2027-01-31 00:00"))
    assert (found.valid_until, found.review_at) == (local("2027-01-01 00:00"), local("2027-01-31 00:00"))
    assert tier_at(facts, "2027-01-30 23:59:59") == "silver"
    fallen = standing(facts, "2027-01-31 00:00")
    assert (fallen.tier.handle, fallen.at_risk, fallen.since) == ("base", False, local("2027-01-31 00:00"))


def test_a_tier_saved_in_grace_is_renewed_from_the_old_end() -> None:
    facts = history(
        ladder(*SILVER_GOLD, **YEARLY, grace_days=30), order(1, "2025-06-01", "800"), order(2, "2027-01-20", "500")
    )
    assert standing(facts, "2027-01-20 11:59").at_risk
    found = standing(facts, "2027-01-20")
    assert (found.at_risk, found.since, found.valid_until) == (False, local("2025-06-01"), local("2028-01-01 00:00"))


def test_grace_never_lets_a_member_fall_further_than_the_terms_end_would() -> None:
    facts = _gold(grace_days=10)
    assert tier_at(facts, "2027-01-10") == "platinum"
    assert tier_at(facts, "2027-01-11") == "silver"


def test_a_higher_tier_reached_in_grace_ends_it() -> None:
    facts = history(
        ladder(*SILVER_GOLD, **YEARLY, grace_days=30), order(1, "2025-06-01", "800"), order(2, "2027-01-20", "2000")
    )
    found = standing(facts, "2027-01-20")
    assert (found.tier.handle, found.at_risk, found.valid_until) == ("gold", False, local("2029-01-01 00:00"))


def test_enter_retain_and_reenter_are_each_their_own() -> None:
    silver = Tier(
        handle="silver", name="Silver", enter=least(500), retain=least(300), reenter=least(700), entry_points=50
    )
    rules: dict[str, Any] = {"window": Calendar(), "term": UntilCalendar()}
    program = TierProgram(currency="USD", tiers=(Tier(handle="base", name="Base"), silver), **rules)
    facts = history(
        program,
        order(1, "2024-05-01", "500"),
        order(2, "2025-05-01", "300"),
        order(3, "2026-05-01", "299.99"),
        order(4, "2027-05-01", "699.99"),
        order(5, "2027-06-01", "0.01"),
    )
    days = ("2024-05-01", "2025-01-01", "2026-01-01", "2027-01-01", "2027-05-01", "2027-06-01")
    assert [tier_at(facts, day) for day in days] == ["silver", "silver", "silver", "base", "base", "silver"]
    assert [one.ordinal for one in standing(facts, "2027-06-01").entries] == [1]


def test_entry_points_are_given_each_time_only_where_the_program_says_so() -> None:
    for entry_rewards, points in (("once", [100]), ("each_time", [100, 100])):
        program = ladder(("silver", 500), window=Calendar(), term=UntilCalendar(), entry_rewards=entry_rewards)
        facts = history(program, order(1, "2024-05-01", "500"), order(2, "2026-05-01", "500"))
        found = standing(facts, "2026-06-01")
        assert found.tier.handle == "silver"
        assert [one.points for one in found.entries] == points


def test_a_rise_during_a_term_begins_a_new_term() -> None:
    program = ladder(*SILVER_GOLD, window=Rolling(days=365), term=Lasts(months=12))
    orders = (order(1, "2026-01-10", "600"), order(2, "2026-06-15", "1400"), order(3, "2026-06-16", "500"))
    facts = history(program, *orders)
    assert standing(facts, "2026-02-01").valid_until == local("2027-01-10")
    assert standing(facts, "2026-06-15").valid_until == local("2027-06-15")
    assert tier_at(facts, "2027-06-15 11:59:59") == "gold"
    # 2026-06-16 is the first of the 365 days: what earned the term does not earn the next one, too
    found = standing(facts, "2027-06-15")
    assert (found.tier.handle, found.valid_until) == ("silver", local("2028-06-15"))


def test_without_an_end_nobody_ever_falls() -> None:
    facts = history(ladder(*SILVER_GOLD, window=Rolling(days=30)), order(1, "2025-01-10", "2000"))
    found = standing(facts, "2050-01-01")
    assert (found.tier.handle, found.valid_until, found.review_at) == ("gold", None, None)


def test_anniversary_windows_count_from_the_day_of_joining() -> None:
    program = ladder(("silver", 500), window=Anniversary(), term=UntilAnniversary())
    facts = history(program, order(1, "2025-01-14 23:59:59", "300"), order(2, "2025-01-15 00:00", "300"))
    assert tier_at(facts, "2025-01-16") == "base"
    facts = history(program, order(1, "2025-01-15 00:00", "300"), order(2, "2026-01-14 23:59:59", "300"))
    assert tier_at(facts, "2026-01-14 23:59:59") == "silver"


@pytest.mark.parametrize(
    "term",
    [
        Lasts(days=36_500), Lasts(months=1_200), UntilCalendar(extra_periods=100),
        UntilAnniversary(months=1_200, extra_periods=100),
    ],
)  # fmt: skip
def test_the_longest_terms_end_within_the_calendar(term: Any) -> None:
    """However far it is looked ahead: each is renewed until it ends no more."""
    found = standing(history(ladder(*SILVER_GOLD, term=term), order(1, "2026-03-01", "700")), "9985-01-01")
    assert found.tier.handle == "silver"
    assert found.valid_until is None or found.valid_until > local("9985-01-01")
