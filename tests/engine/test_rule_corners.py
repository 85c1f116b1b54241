"""Corners of the rules' arithmetic: zones other than the machine's, factors of groups, halves."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.events import Order
from engine.rules.caps import Cap, Granted, within_caps
from engine.rules.days import LAST_MOMENT, days_later, instant_of, months_later
from engine.rules.expiries import ExpiresAfter, ExpiresIdle, ExpiresOn, end_of
from engine.rules.facts import MemberFacts
from engine.rules.holds import DaysHold, UntilHold, release_moment
from engine.rules.spreading import rounded
from tests.support.facts import PAID_AT, line, order
from tests.support.rules import compare, outcomes, points, program, rule

NEW_YORK = ZoneInfo("America/New_York")
MARCH_7 = datetime(2026, 3, 7, 12, tzinfo=NEW_YORK)
"""The day before the clocks of New York go forward."""
GROUP = {"groups": [{"handle": "g", "mode": "multiply"}]}


def multiplied(*, member: MemberFacts | None = None, one: Order | None = None, **parts: Any) -> int:
    """The points for twenty dollars by a rule in a group, whose other rule multiplies them by three."""
    rules = (rule("all", group="g"), rule("three", group="g", formula={"kind": "multiply", "factor": 3}, **parts))
    bought = one or order(1, [line("20.00")])
    return points(program(*rules, **GROUP), bought, member=member or MemberFacts())["all"]


def test_days_are_those_of_the_zone_also_where_its_clocks_change() -> None:
    noon = datetime(2026, 3, 8, 16, tzinfo=UTC)

    assert days_later(MARCH_7, 1, NEW_YORK) == noon
    assert release_moment(DaysHold(days=1), MARCH_7, None, None, NEW_YORK) == noon
    assert release_moment(UntilHold(event="fulfilled", at_most_days=1), MARCH_7, None, None, NEW_YORK) == noon
    window = UntilHold(event="return_window", days=1, at_most_days=60)
    assert release_moment(window, MARCH_7, MARCH_7, None, NEW_YORK) == noon
    assert release_moment(window, MARCH_7, None, None, NEW_YORK) == days_later(MARCH_7, 60, NEW_YORK)
    assert end_of(ExpiresAfter(days=1), MARCH_7, NEW_YORK) == noon
    assert end_of(ExpiresIdle(days=1), MARCH_7, NEW_YORK) == noon
    assert end_of(ExpiresAfter(months=1), MARCH_7, NEW_YORK) == datetime(2026, 4, 7, 16, tzinfo=UTC)
    late = datetime(2026, 7, 1, 2, tzinfo=UTC)  # still the 30th of June in New York
    assert end_of(ExpiresOn(month=6, day=30), late, NEW_YORK) == datetime(2026, 7, 1, 4, tzinfo=UTC)


def test_an_instant_is_told_in_utc_and_is_the_first_of_two() -> None:
    repeated = datetime(2026, 11, 1, 1, 30, fold=1)  # noqa: DTZ001  # a wall-clock time

    assert instant_of(repeated, NEW_YORK) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert instant_of(repeated, NEW_YORK).tzinfo is UTC


@pytest.mark.parametrize(
    ("year", "days", "clamped"),
    [(2026, 36_500, False), (9_980, 3_650, False), (9_980, 3_651, False), (9_980, 4_015, True)],
)
def test_days_beyond_the_calendar_are_clamped_to_its_end(year: int, days: int, clamped: bool) -> None:
    start = datetime(year, 1, 1, tzinfo=UTC)

    assert days_later(start, days, UTC_ZONE) == (LAST_MOMENT if clamped else start + timedelta(days=days))


@pytest.mark.parametrize(("months", "year"), [(120, 9_990), (131, 9_990), (132, None)])
def test_months_beyond_the_calendar_are_clamped_to_its_end(months: int, year: int | None) -> None:
    found = months_later(datetime(9_980, 1, 1, tzinfo=UTC), months, UTC_ZONE)

    assert found.year == year if year else found == LAST_MOMENT


UTC_ZONE = ZoneInfo("UTC")


def test_a_cap_that_nothing_was_taken_of_lets_through_what_it_says_and_names_itself_only_when_it_cuts() -> None:
    cap = Cap(handle="daily", period="day", points=50)

    assert within_caps([cap], 50, {}) == Granted(50, None)
    assert within_caps([cap], 51, {}) == Granted(50, "daily")
    assert within_caps([cap], 5, {"daily": 60}) == Granted(0, "daily")


def test_a_rule_that_multiplies_its_group_has_a_window_an_audience_and_a_condition_of_its_own() -> None:
    gold = MemberFacts(tier="gold")
    over = {"ends_at": "2000-01-01T00:00"}
    large = compare("order.base", "ge", amounts={"USD": "30.00"})
    small = compare("order.base", "ge", amounts={"USD": "20.00"})

    assert multiplied() == 60
    assert multiplied(window=over) == 20
    assert multiplied(audience=compare("member.tier", "eq", "gold")) == 20
    assert multiplied(audience=compare("member.tier", "eq", "gold"), member=gold) == 60
    assert multiplied(condition=large) == 20
    assert multiplied(condition=small) == 60
    assert multiplied(condition=large, window=over, member=gold) == 20


def test_a_rule_that_multiplies_its_group_leaves_out_what_it_excludes() -> None:
    bought = order(1, [replace(line("20.00"), product_id=5), replace(line("10.00", line_id=2), product_id=6)])
    staff = MemberFacts(tags=("staff",))

    assert multiplied(one=bought, exclude={"product_ids": [5]}) == 20 + 30
    assert multiplied(one=bought, exclude={"product_ids": [5, 6]}) == 30
    assert multiplied(member=staff, exclude={"customer_tags": ["staff"]}) == 20
    assert multiplied(exclude={"customer_tags": ["staff"]}) == 60


def test_what_was_asked_of_a_multiplier_is_kept_to_be_explained() -> None:
    rules = (
        rule("all", group="g"),
        rule(
            "three", group="g", formula={"kind": "multiply", "factor": 3}, window={"ends_at": "2000-01-01T00:00"},
            audience=compare("member.tier", "eq", "gold"), condition=compare("order.units", "eq", 1),
        ),
    )  # fmt: skip
    (asked,) = outcomes(program(*rules, **GROUP), order(1, [line("20.00")]))["all"].assessment.lines[0].multipliers

    assert (asked.rule, asked.factor, asked.met, asked.in_window) == ("three", Decimal(3), False, False)
    assert asked.audience is not None
    assert asked.condition is not None
    assert (asked.audience.node.kind, asked.audience.met, asked.condition.met) == ("compare", False, True)


def test_points_start_to_be_held_from_the_day_of_the_order() -> None:
    assert release_moment(DaysHold(days=14), PAID_AT, None, None, UTC_ZONE) == PAID_AT + timedelta(days=14)


@pytest.mark.parametrize(
    ("mode", "points_of_halves"),
    [("half_even", [0, 2, 2]), ("half_up", [1, 2, 3]), ("down", [0, 1, 2]), ("up", [1, 2, 3])],
)
def test_halves_are_rounded_as_the_rule_says(mode: Any, points_of_halves: list[int]) -> None:
    assert [rounded(Fraction(halves, 2), mode) for halves in (1, 3, 5)] == points_of_halves
    assert [rounded(Fraction(7), mode), rounded(Fraction(1, 3), mode)] == [7, int(mode == "up")]


def test_a_multiplier_of_a_rule_is_kept_with_its_window_and_its_condition() -> None:
    large = compare("line.price", "ge", amounts={"USD": "20.00"})
    over = {"factor": 5, "window": {"ends_at": "2000-01-01T00:00"}}
    definition = program(rule(multipliers=[{"factor": 2, "condition": large}, over]))
    found = outcomes(definition, order(1, [line("20.00"), line("19.99", line_id=2)]))["purchase"]
    asked = [one.multipliers for one in found.assessment.lines]

    assert found.desired == 60
    assert [[(int(one.factor), one.met, one.in_window) for one in line_asked] for line_asked in asked] == [
        [(2, True, True), (5, False, False)],
        [(2, False, True), (5, False, False)],
    ]
    assert [[one.condition is not None for one in line_asked] for line_asked in asked] == [[True, False]] * 2
    assert asked[0][0].condition is not None
    assert (asked[0][0].condition.met, asked[0][0].condition.currency, asked[0][0].rule) == (True, "USD", None)
