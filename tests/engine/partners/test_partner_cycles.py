"""Cycles of statements: by the agreement's own calendar, across changes of clocks, years and agreements."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.partners.caps import period_keys
from engine.partners.cycles import Cycle, beginning_of, cycle_of
from engine.partners.facts import Agreement, in_force, timeline
from tests.support.partners import agreement

START = datetime(2026, 1, 1, 5, tzinfo=UTC)
"""Midnight in New York."""


def version(number: int, begins: datetime, **changes: Any) -> Agreement:
    return Agreement(1, number, agreement(**changes), begins, begins, "tests")


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("cycle", "zone", "at", "starts_at", "ends_at"),
    [
        # A month with a change of the clocks on either side: 31 days less an hour, 30 days and an hour.
        ("month", "America/New_York", utc(2026, 3, 20), utc(2026, 3, 1, 5), utc(2026, 4, 1, 4)),
        ("month", "America/New_York", utc(2026, 11, 20), utc(2026, 11, 1, 4), utc(2026, 12, 1, 5)),
        ("month", "America/New_York", utc(2026, 12, 1, 4, 59, 59), utc(2026, 11, 1, 4), utc(2026, 12, 1, 5)),
        ("month", "America/New_York", utc(2026, 12, 1, 5), utc(2026, 12, 1, 5), utc(2027, 1, 1, 5)),
        # A week from Monday across the end of a year, a day of 23 hours, a quarter of a zone without summer time.
        ("week", "Europe/Berlin", utc(2026, 12, 31, 12), utc(2026, 12, 27, 23), utc(2027, 1, 3, 23)),
        ("day", "Europe/Berlin", utc(2026, 3, 29, 12), utc(2026, 3, 28, 23), utc(2026, 3, 29, 22)),
        ("quarter", "Asia/Shanghai", utc(2026, 10, 1), utc(2026, 9, 30, 16), utc(2026, 12, 31, 16)),
        # Midnight does not exist here on that day: the day begins at one o'clock.
        ("day", "America/Asuncion", utc(2024, 10, 6, 12), utc(2024, 10, 6, 4), utc(2024, 10, 7, 3)),
    ],
)
def test_a_cycle_is_whole_days_of_the_agreements_zone(
    cycle: str, zone: str, at: datetime, starts_at: datetime, ends_at: datetime
) -> None:
    agreed = [version(1, utc(2020, 1, 1), cycle=cycle, time_zone=zone)]
    assert cycle_of(agreed, at) == Cycle(starts_at, ends_at)


def test_the_first_cycle_begins_with_the_agreement_and_what_was_before_belongs_to_it() -> None:
    agreed = [version(1, utc(2026, 3, 10))]
    first = Cycle(utc(2026, 3, 10), utc(2026, 4, 1, 4))
    assert cycle_of(agreed, utc(2026, 3, 10)) == cycle_of(agreed, utc(2025, 1, 1)) == first
    assert cycle_of(agreed, first.ends_at) == Cycle(utc(2026, 4, 1, 4), utc(2026, 5, 1, 4))


def test_another_rate_does_not_end_a_cycle_but_another_calendar_does() -> None:
    # Given rates that change within March, and weeks of Shanghai from April on
    agreed = [
        version(1, START),
        version(2, utc(2026, 3, 15), buy_rate="0.02"),
        version(3, utc(2026, 4, 1, 4), cycle="week", time_zone="Asia/Shanghai"),
    ]
    # Then March is one cycle, and the first week is what is left of one
    march = cycle_of(agreed, utc(2026, 3, 20))
    assert march == Cycle(utc(2026, 3, 1, 5), utc(2026, 4, 1, 4))
    assert cycle_of(agreed, march.ends_at) == Cycle(utc(2026, 4, 1, 4), utc(2026, 4, 5, 16))
    assert cycle_of(agreed, utc(2026, 4, 6)) == Cycle(utc(2026, 4, 5, 16), utc(2026, 4, 12, 16))


def test_a_version_that_changes_what_a_cycle_is_billed_by_waits_for_its_end() -> None:
    agreed = [version(1, START)]
    within, end = utc(2026, 3, 20), utc(2026, 4, 1, 4)
    assert beginning_of(agreed, agreement(buy_rate="0.5", hold_days=3), within) == within
    for changes in ({"currency": "EUR"}, {"time_zone": "UTC"}, {"cycle": "week"}):
        assert beginning_of(agreed, agreement(**changes), within) == end
        assert beginning_of(agreed, agreement(**changes), end) == end
    # And one that takes such a change back before it begins is in force at once, for good
    agreed.append(version(2, end, currency="EUR"))
    assert beginning_of(agreed, agreement(), within) == within
    agreed.append(version(3, within))
    assert [one.version for one in timeline(agreed)] == [1, 3]
    assert [getattr(in_force(agreed, at), "version", None) for at in (utc(2025, 1, 1), START, within, end)] == [
        None, 1, 3, 3,
    ]  # fmt: skip
    assert cycle_of(agreed, within) == Cycle(utc(2026, 3, 1, 5), end)


@given(
    st.lists(
        st.tuples(
            st.integers(0, 400),
            st.sampled_from(["day", "week", "month", "quarter"]),
            st.sampled_from(["America/New_York", "Asia/Kathmandu", "America/Asuncion", "Australia/Lord_Howe"]),
        ),
        min_size=1, max_size=5,
    ),
    st.integers(0, 500 * 24),
)  # fmt: skip
def test_cycles_follow_each_other_without_a_gap_whatever_was_agreed(
    changes: list[tuple[int, str, str]], hours: int
) -> None:
    agreed = [version(1, START)]
    for number, (days, kind, zone) in enumerate(changes, 2):
        wished = START + timedelta(days=days)
        definition = agreement(cycle=kind, time_zone=zone)
        begins = beginning_of(agreed, definition, wished)
        assert wished <= begins
        agreed.append(Agreement(1, number, definition, begins, begins, "tests"))
    at = START + timedelta(hours=hours)
    cycle = cycle_of(agreed, START)
    for _ in range(2_000):
        assert cycle.starts_at < cycle.ends_at
        assert cycle_of(agreed, cycle.starts_at) == cycle
        assert cycle_of(agreed, cycle.ends_at - timedelta(microseconds=1)) == cycle
        if at < cycle.ends_at:
            break
        following = cycle_of(agreed, cycle.ends_at)
        assert following.starts_at == cycle.ends_at
        cycle = following
    assert cycle.starts_at <= at < cycle.ends_at
    assert cycle_of(agreed, at) == cycle


def test_points_are_counted_by_the_periods_of_the_agreements_zone() -> None:
    # Half past midnight in Berlin on a Sunday, the first of a month
    keys = period_keys(agreement(time_zone="Europe/Berlin"), utc(2026, 2, 28, 23, 30))
    assert keys == {
        "day": "day:2026-03-01", "week": "week:2026-02-23", "month": "month:2026-03-01",
        "quarter": "quarter:2026-01-01",
    }  # fmt: skip
