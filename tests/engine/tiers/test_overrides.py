"""Tiers given by hand: authoritative while they last, and nothing that was earned is lost below them."""

from __future__ import annotations

from engine.tiers.facts import Override, TierVersion
from engine.tiers.periods import Calendar, UntilCalendar
from engine.tiers.progress import progress
from tests.support.tiers import EARLY, SILVER_GOLD, history, ladder, local, order, standing, tier_at


def given(number: int, tier: str, starts: str, ends: str | None = None, withdrawn: str | None = None) -> Override:
    return Override(
        number, tier, local(starts), local(ends) if ends else None, "a friend of the house", "staff:1",
        local(withdrawn) if withdrawn else None, "staff:2" if withdrawn else None,
    )  # fmt: skip


def test_an_override_is_the_tier_from_its_start_to_its_end() -> None:
    facts = history(ladder(*SILVER_GOLD), overrides=(given(1, "gold", "2026-02-01", "2026-03-01"),))
    moments = ("2026-02-01 11:59:59", "2026-02-01 12:00", "2026-03-01 11:59:59", "2026-03-01 12:00")
    assert [tier_at(facts, moment) for moment in moments] == ["base", "gold", "gold", "base"]
    found = standing(facts, "2026-02-10")
    assert found.overridden is not None
    assert found.overridden.reason == "a friend of the house"
    assert (found.since, found.valid_until, found.entries) == (local("2026-02-01"), local("2026-03-01"), ())
    ended = standing(facts, "2026-04-01")
    assert [(one.at, one.to, one.reason) for one in ended.changes] == [
        (local("2026-02-01"), "gold", "override"), (local("2026-03-01"), "base", "override_ended"),
    ]  # fmt: skip


def test_an_override_that_is_withdrawn_ends_then() -> None:
    facts = history(ladder(*SILVER_GOLD), overrides=(given(1, "gold", "2026-02-01", None, "2026-02-20"),))
    assert standing(facts, "2026-02-19").valid_until is None
    assert (tier_at(facts, "2026-02-19"), tier_at(facts, "2026-02-20")) == ("gold", "base")


def test_a_withdrawal_newer_than_the_moment_is_when_to_look_again() -> None:
    """Whoever waits for a lock reads facts that are newer than the moment that they work by."""
    facts = history(ladder(*SILVER_GOLD), overrides=(given(1, "gold", "2026-02-01", None, "2026-02-20"),))
    found = standing(facts, "2026-02-19")
    assert (found.tier.handle, found.review_at) == ("gold", local("2026-02-20"))


def test_an_older_override_goes_on_below_the_one_that_ends() -> None:
    facts = history(
        ladder(*SILVER_GOLD),
        overrides=(given(1, "silver", "2026-01-20"), given(2, "gold", "2026-02-01", "2026-03-01")),
    )
    now = local("2026-02-10")
    ahead = progress(facts, standing(facts, "2026-02-10"), now).projected
    assert ahead is not None
    assert (ahead.tier.handle, ahead.at) == ("silver", local("2026-03-01"))
    assert tier_at(facts, "2026-03-01") == "silver"


def test_what_is_earned_below_an_override_counts_and_shows_when_it_ends() -> None:
    facts = history(
        ladder(*SILVER_GOLD),
        order(1, "2026-02-10", "600"),
        overrides=(given(1, "gold", "2026-02-01", "2026-03-01"),),
    )
    assert [one.tier for one in standing(facts, "2026-02-10").entries] == ["silver"]
    found = standing(facts, "2026-03-01")
    assert (found.tier.handle, found.since, found.changes[-1].reason) == (
        "silver",
        local("2026-03-01"),
        "override_ended",
    )


def test_an_override_may_be_lower_than_what_is_earned() -> None:
    facts = history(
        ladder(*SILVER_GOLD),
        order(1, "2026-01-20", "2500"),
        overrides=(given(1, "silver", "2026-02-01", "2026-03-01"),),
    )
    days = ("2026-01-31", "2026-02-01", "2026-03-01")
    assert [tier_at(facts, day) for day in days] == ["gold", "silver", "gold"]


def test_an_override_that_names_the_earned_tier_changes_no_since() -> None:
    facts = history(ladder(*SILVER_GOLD), order(1, "2026-01-20", "600"), overrides=(given(1, "silver", "2026-02-01"),))
    found = standing(facts, "2026-02-10")
    assert (found.since, len(found.changes)) == (local("2026-01-20"), 1)


def test_of_two_overrides_the_one_given_last_holds_and_then_the_other_again() -> None:
    facts = history(
        ladder(*SILVER_GOLD),
        overrides=(given(2, "silver", "2026-02-10", "2026-02-20"), given(1, "gold", "2026-02-01", "2026-03-01")),
    )
    days = ("2026-02-05", "2026-02-15", "2026-02-25", "2026-03-05")
    assert [tier_at(facts, day) for day in days] == ["gold", "silver", "gold", "base"]


def test_terms_end_below_an_override_as_they_would_without_it() -> None:
    program = ladder(*SILVER_GOLD, window=Calendar(), term=UntilCalendar())
    facts = history(program, order(1, "2025-03-01", "600"), overrides=(given(1, "gold", "2025-06-01", "2027-06-01"),))
    assert (tier_at(facts, "2026-12-31"), tier_at(facts, "2027-06-01")) == ("gold", "base")


def test_an_override_to_a_tier_that_was_archived_holds_no_longer() -> None:
    old, new = ladder(*SILVER_GOLD), ladder(("silver", 500))
    facts = history(
        old,
        versions=(TierVersion(1, EARLY, old), TierVersion(2, local("2026-02-10"), new)),
        overrides=(given(1, "gold", "2026-02-01"),),
    )
    assert (tier_at(facts, "2026-02-09"), tier_at(facts, "2026-02-10")) == ("gold", "base")


def test_time_alone_begins_and_ends_an_override() -> None:
    facts = history(ladder(*SILVER_GOLD), overrides=(given(1, "gold", "2026-02-01", "2026-03-01"),))
    assert [standing(facts, day).review_at for day in ("2026-01-20", "2026-02-01", "2026-03-01")] == [
        local("2026-02-01"), local("2026-03-01"), None,
    ]  # fmt: skip
