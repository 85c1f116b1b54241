"""The units of a streak where clocks change, years end, and members choose another zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.game.counters import Counter
from engine.game.facts import ZONE_CHOSEN, Game, GameFact, GameFacts, GameVersion
from engine.program import BEGINNING_OF_TIME
from engine.streaks.calendars import UnitCalendar, first_day, unit_of_day
from engine.streaks.definitions import StreakDefinition, StreakUnit
from engine.streaks.folding import fold_streaks
from engine.streaks.standing import StreakStanding
from engine.tiers.activities import Activity, Step

LOS_ANGELES, TOKYO, NEW_YORK = (ZoneInfo(name) for name in ("America/Los_Angeles", "Asia/Tokyo", "America/New_York"))
ZONES = [ZoneInfo(name) for name in ("UTC", "Pacific/Kiritimati", "Etc/GMT+12", "Asia/Kolkata", "Europe/Berlin")]


def _utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


def _order(at: datetime) -> Activity:
    return Activity(1, "order", f"{at}", at, "USD", (Step(at, spend_minor=100, points=1, orders=1),))


def _standing(
    zone: ZoneInfo, orders: list[datetime], now: datetime, *chosen: tuple[datetime, str], metric: str = "orders"
) -> StreakStanding:
    streak = StreakDefinition.model_validate(
        {"title": "Days", "counter": Counter.model_validate({"metric": metric}), "unit": "day", "freezes_maximum": 0}
    )
    game = Game(5, "streak", "days", (GameVersion(1, BEGINNING_OF_TIME, streak),))
    told = tuple(GameFact(ZONE_CHOSEN, 0, f"{at}", at, {"zone": name}) for at, name in chosen)
    activities = tuple(_order(at) for at in orders)
    (found,) = fold_streaks(GameFacts((game,), zone, BEGINNING_OF_TIME, activities, told), now).standings
    return found


def test_days_of_twenty_three_and_twenty_five_hours_are_one_unit_each() -> None:
    # given the last second of March 7, the first and last of March 8 (23 hours), and the first of March 9
    spring = [_utc(2026, 3, 8, 4, 59, 59), _utc(2026, 3, 8, 5), _utc(2026, 3, 9, 3, 59, 59), _utc(2026, 3, 9, 4)]
    autumn = [_utc(2026, 11, 1, 3, 59, 59), _utc(2026, 11, 1, 4), _utc(2026, 11, 2, 4, 59, 59), _utc(2026, 11, 2, 5)]
    # then
    for moments in (spring, autumn):
        assert _standing(NEW_YORK, moments, moments[-1]).length == 3
    assert _standing(NEW_YORK, spring, spring[-1]).started_on == date(2026, 3, 7)
    assert _standing(NEW_YORK, autumn, autumn[-1]).started_on == date(2026, 10, 31)


@pytest.mark.parametrize(("unit", "days"), [("day", 1), ("week", 7)])
def test_a_year_ends_within_a_run(unit: StreakUnit, days: int) -> None:
    # given
    calendar = UnitCalendar(unit, NEW_YORK)
    last, first = calendar.unit_at(_utc(2027, 1, 1, 4, 59, 59)), calendar.unit_at(_utc(2027, 1, 1, 5))
    # then the week from December 28 on is one of both years
    assert first - last == (1 if unit == "day" else 0)
    assert calendar.starts_at(first) == (_utc(2027, 1, 1, 5) if unit == "day" else _utc(2026, 12, 28, 5))
    assert calendar.ends_at(first) - calendar.starts_at(first) == timedelta(days=days)


def test_who_goes_west_has_a_longer_day_and_no_day_twice() -> None:
    # given March 2 done in Tokyo, then Los Angeles, where March 2 is not over for long
    chosen = _utc(2026, 3, 2, 3), "America/Los_Angeles"
    orders = [_utc(2026, 3, 2, 1), _utc(2026, 3, 3, 2), _utc(2026, 3, 4, 5)]
    # then March 3 is one unit, from Tokyo's midnight until that of Los Angeles, and what is done on it counts once
    standing = _standing(TOKYO, orders, orders[-1], chosen)
    assert (standing.length, standing.unit_ends_at) == (2, _utc(2026, 3, 4, 8))
    assert standing.zone == "America/Los_Angeles"
    assert [one.starts_on for one in standing.history] == [date(2026, 3, 2), date(2026, 3, 3)]


def test_who_goes_east_misses_no_day_that_was_nearly_over() -> None:
    # given March 2 done in Los Angeles, whose midnight is 5 in the afternoon of March 3 in Tokyo
    chosen = _utc(2026, 3, 2, 20), "Asia/Tokyo"
    first = _utc(2026, 3, 2, 19)
    # then the seven hours that are left of March 3 are part of March 4
    standing = _standing(LOS_ANGELES, [first, _utc(2026, 3, 4, 14, 59)], _utc(2026, 3, 4, 14, 59), chosen)
    assert (standing.length, standing.unit_ends_at) == (2, _utc(2026, 3, 4, 15))
    assert [one.starts_on for one in standing.history] == [date(2026, 3, 2), date(2026, 3, 4)]
    # and three hours to New York only shorten the next day
    shorter = _standing(LOS_ANGELES, [first, _utc(2026, 3, 3, 9)], _utc(2026, 3, 3, 9), (first, "America/New_York"))
    assert (shorter.length, shorter.unit_ends_at) == (2, _utc(2026, 3, 4, 5))


def test_a_zone_takes_effect_with_the_next_unit_and_the_last_choice_of_a_unit_decides() -> None:
    # given
    first = _utc(2026, 3, 2, 12)
    back = [(_utc(2026, 3, 2, 13), "Asia/Tokyo"), (_utc(2026, 3, 2, 14), "UTC")]
    # then
    running = _standing(ZoneInfo("UTC"), [first], _utc(2026, 3, 2, 14), back[0])
    assert (running.zone, running.unit_ends_at) == ("UTC", _utc(2026, 3, 3))
    assert _standing(ZoneInfo("UTC"), [first], _utc(2026, 3, 3, 14), *back).unit_ends_at == _utc(2026, 3, 4)
    # and one that was chosen before the first event holds from there on
    before = _standing(ZoneInfo("UTC"), [first], first, (_utc(2026, 3, 1), "Asia/Tokyo"))
    assert (before.zone, before.unit_ends_at) == ("Asia/Tokyo", _utc(2026, 3, 2, 15))


def test_a_day_that_a_zone_left_out_is_no_unit() -> None:
    # given Samoa went from December 29, 2011 to December 31
    apia = ZoneInfo("Pacific/Apia")
    orders = [_utc(2011, 12, 30, 8), _utc(2011, 12, 30, 12)]
    # then
    assert _standing(apia, orders, orders[-1]).length == 2


def test_days_are_counted_in_the_members_own_zone() -> None:
    # given two evenings of Tokyo that are one day of the program's UTC
    orders = [_utc(2026, 3, 2, 1), _utc(2026, 3, 2, 23)]
    chosen = _utc(2026, 3, 1), "Asia/Tokyo"
    # then
    assert _standing(ZoneInfo("UTC"), orders, orders[-1], chosen, metric="days").length == 2


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(["day", "week", "month"]), st.sampled_from(ZONES),
    st.lists(st.tuples(st.integers(0, 3_000), st.sampled_from(ZONES)), max_size=12), st.sampled_from([2026, 2028]),
)  # fmt: skip
def test_no_choice_of_zones_makes_a_unit_come_twice_or_leaves_a_gap(
    kind: StreakUnit, zone: ZoneInfo, changes: list[tuple[int, ZoneInfo]], year: int
) -> None:
    # given
    start = _utc(year, 1, 30)
    chosen = [(start + timedelta(hours=at), other) for at, other in sorted(changes, key=lambda one: one[0])]
    calendar = UnitCalendar(kind, zone, chosen)
    # when going through all units
    units = [calendar.unit_at(start)]
    while calendar.ends_at(units[-1]) < start + timedelta(hours=3_500):
        units.append(calendar.following(units[-1]))
    # then each begins where the one before it ended, lasts at least half as long as usual, and holds what is within it
    least = {"day": 12, "week": 84, "month": 336}[kind]
    for unit, after in pairwise(units):
        starts_at, ends_at = calendar.starts_at(unit), calendar.ends_at(unit)
        assert calendar.starts_at(after) == ends_at
        assert ends_at - starts_at >= timedelta(hours=least)
        assert [calendar.unit_at(at) for at in (starts_at, ends_at - timedelta(microseconds=1), ends_at)] == [
            unit,
            unit,
            after,
        ]
        assert 1 <= after - unit <= 2
        assert unit_of_day(kind, first_day(kind, unit)) == unit
    # and there are no more of them than days, weeks or months in the calendar of any zone
    elapsed = calendar.ends_at(units[-1]) - calendar.starts_at(units[0])
    shortest = {"day": timedelta(hours=23), "week": timedelta(hours=167), "month": timedelta(hours=28 * 24 - 1)}[kind]
    assert len(units) <= (elapsed + timedelta(hours=26)) / shortest
