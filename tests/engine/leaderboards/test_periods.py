"""Periods of boards in the program's zone: half-open, whole where the clocks change, right at the end of the year."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.game.facts import Game, GameVersion
from engine.leaderboards.definitions import CALENDAR_KEY, LeaderboardDefinition, Period, PeriodKind, Season
from engine.leaderboards.periods import (
    ALL_TIME,
    BoardGame,
    next_period,
    period_at,
    period_of_key,
    settles_at,
    signature,
    started_periods,
)
from engine.leaderboards.zones import Zones
from tests.support.boards import NEW_YORK, board

KOLKATA = ZoneInfo("Asia/Kolkata")
APIA = ZoneInfo("Pacific/Apia")
SAO_PAULO = ZoneInfo("America/Sao_Paulo")
IN_NEW_YORK = Zones.always(NEW_YORK)


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _game(*versions: tuple[str, LeaderboardDefinition], archived_at: datetime | None = None) -> BoardGame:
    made = [GameVersion(number, _utc(at), one) for number, (at, one) in enumerate(versions, 1)]
    return Game(5, "leaderboard", "a-board", tuple(made), archived_at)


@pytest.mark.parametrize(
    ("kind", "zone", "moment", "key", "starts_at", "ends_at"),
    [
        # the days on which the clocks change in New York have 23 and 25 hours
        ("day", NEW_YORK, "2026-03-08T06:30", "2026-03-08", "2026-03-08T05:00", "2026-03-09T04:00"),
        ("day", NEW_YORK, "2026-11-01T05:30", "2026-11-01", "2026-11-01T04:00", "2026-11-02T05:00"),
        ("day", NEW_YORK, "2026-11-01T06:30", "2026-11-01", "2026-11-01T04:00", "2026-11-02T05:00"),
        # weeks begin on Monday, also one that lies in two years
        ("week", NEW_YORK, "2026-03-08T12:00", "2026-W10", "2026-03-02T05:00", "2026-03-09T04:00"),
        ("week", NEW_YORK, "2027-01-01T04:59:59.999", "2026-W53", "2026-12-28T05:00", "2027-01-04T05:00"),
        ("month", NEW_YORK, "2026-12-01T04:59:59.999", "2026-11", "2026-11-01T04:00", "2026-12-01T05:00"),
        ("month", NEW_YORK, "2026-12-01T05:00", "2026-12", "2026-12-01T05:00", "2027-01-01T05:00"),
        ("month", KOLKATA, "2024-02-29T18:29:59", "2024-02", "2024-01-31T18:30", "2024-02-29T18:30"),
        ("quarter", NEW_YORK, "2026-03-15T12:00", "2026-Q1", "2026-01-01T05:00", "2026-04-01T04:00"),
        ("year", NEW_YORK, "2027-01-01T04:59:59.999999", "2026", "2026-01-01T05:00", "2027-01-01T05:00"),
        ("year", NEW_YORK, "2027-01-01T05:00", "2027", "2027-01-01T05:00", "2028-01-01T05:00"),
        # Samoa left out the 30th of December 2011; midnight of this day in São Paulo did not happen
        ("day", APIA, "2011-12-30T09:59:59", "2011-12-29", "2011-12-29T10:00", "2011-12-30T10:00"),
        ("day", APIA, "2011-12-30T10:00", "2011-12-31", "2011-12-30T10:00", "2011-12-31T10:00"),
        ("day", SAO_PAULO, "2018-11-04T03:00", "2018-11-04", "2018-11-04T03:00", "2018-11-05T02:00"),
    ],
)  # fmt: skip
def test_a_period_is_that_of_the_programs_calendar(
    kind: PeriodKind, zone: ZoneInfo, moment: str, key: str, starts_at: str, ends_at: str
) -> None:
    found = period_at(board(period=kind), _utc(moment), Zones.always(zone))
    assert found == Period(key, _utc(starts_at), _utc(ends_at))


@pytest.mark.parametrize("zone", [NEW_YORK, KOLKATA, SAO_PAULO, ZoneInfo("Australia/Lord_Howe")])
@pytest.mark.parametrize("kind", ["day", "week", "month", "quarter", "year"])
def test_periods_follow_each_other_without_gaps(kind: PeriodKind, zone: ZoneInfo) -> None:
    game = _game(("2026-01-01", board(period=kind)))
    now = _utc("2026-02-10T12:00")
    for _ in range(60):
        running = period_at(game.newest.definition, now, Zones.always(zone))
        coming = next_period(game, now, Zones.always(zone))
        assert running is not None
        assert coming is not None
        assert coming.period.starts_at == running.ends_at
        assert running.ends_at is not None
        assert (
            period_at(game.newest.definition, running.ends_at - timedelta(microseconds=1), Zones.always(zone))
            == running
        )
        now = running.ends_at


def test_started_periods_are_those_since_the_board_was_made_newest_first() -> None:
    game = _game(("2026-09-15T12:00", board(period="month", settle_hours=36)))
    found = list(started_periods(game, _utc("2026-11-22"), IN_NEW_YORK))
    assert [one.period.key for one in found] == ["2026-11", "2026-10", "2026-09"]
    assert settles_at(found[1]) == _utc("2026-11-02T16:00")
    assert period_of_key(game, "2026-10", _utc("2026-11-22"), IN_NEW_YORK) == found[1]
    assert period_of_key(game, "2026-08", _utc("2026-11-22"), IN_NEW_YORK) is None
    assert period_of_key(game, "2026-12", _utc("2026-11-22"), IN_NEW_YORK) is None


def test_a_period_is_worked_out_by_the_version_in_force_at_its_end_or_now() -> None:
    game = _game(
        ("2026-09-15", board(period="month")),
        ("2026-10-20", board(period="month", ranking="dense")),
        ("2026-11-10", board(period="month", operator="best")),
    )
    found = list(started_periods(game, _utc("2026-11-22"), IN_NEW_YORK))
    assert [(one.period.key, one.version.version) for one in found] == [
        ("2026-11", 3), ("2026-10", 2), ("2026-09", 1),
    ]  # fmt: skip
    before = list(started_periods(game, _utc("2026-11-09"), IN_NEW_YORK))
    assert (before[0].period.key, before[0].version.version) == ("2026-11", 2)
    assert signature(before[0]) != signature(found[0])
    assert signature(found[0]._replace(zone=KOLKATA)) != signature(found[0])


def test_of_another_length_the_periods_that_were_over_remain_and_the_one_that_ran_is_none() -> None:
    game = _game(("2026-09-15", board(period="month")), ("2026-11-18", board(period="week")))
    found = [one.period.key for one in started_periods(game, _utc("2026-11-22"), IN_NEW_YORK)]
    assert found == ["2026-W47", "2026-10", "2026-09"]
    # Days that were over when months came into force are there beside the month that holds them.
    game = _game(("2026-03-01T12:00", board(period="day")), ("2026-03-06T12:00", board(period="month")))
    found = [one.period.key for one in started_periods(game, _utc("2026-03-20"), IN_NEW_YORK)]
    assert found == ["2026-03", "2026-03-05", "2026-03-04", "2026-03-03", "2026-03-02", "2026-03-01"]
    # All time is over with the version that counts it.
    game = _game(("2026-03-01T12:00", board()), ("2026-03-06T12:00", board(period="year")))
    assert [one.period.key for one in started_periods(game, _utc("2026-03-20"), IN_NEW_YORK)] == ["2026"]
    game = _game(("2026-03-01T12:00", board(period="year")), ("2026-03-06T12:00", board()))
    assert [one.period.key for one in started_periods(game, _utc("2026-03-20"), IN_NEW_YORK)] == ["all"]


def test_no_two_periods_of_a_board_have_one_key_whatever_their_length() -> None:
    kinds: list[PeriodKind] = ["all", "day", "week", "month", "quarter", "year"]
    found = [period_at(board(period=kind), _utc("2024-01-01T12:00"), IN_NEW_YORK) for kind in kinds]
    assert [one.key for one in found if one is not None] == [
        "all", "2024-01-01", "2024-W01", "2024-01", "2024-Q1", "2024",
    ]  # fmt: skip
    for one in found:
        assert one is not None
        assert CALENDAR_KEY.fullmatch(one.key)


def test_seasons_are_named_and_may_overlap() -> None:
    spring = Season(handle="spring", starts_at=_utc("2026-03-01"), ends_at=_utc("2026-06-01"))
    cup = Season(handle="cup", starts_at=_utc("2026-05-01"), ends_at=_utc("2026-05-08"))
    autumn = Season(handle="autumn", starts_at=_utc("2026-09-01"), ends_at=_utc("2026-12-01"))
    game = _game(("2026-01-01", board(period="custom", seasons=(spring, cup, autumn))))

    def started(at: str) -> list[str]:
        return [one.period.key for one in started_periods(game, _utc(at), IN_NEW_YORK)]

    assert started("2026-02-01") == []
    assert started("2026-05-02") == ["cup", "spring"]
    assert started("2026-07-01") == ["cup", "spring"]
    assert started("2026-09-01") == ["autumn", "cup", "spring"]
    definition = game.newest.definition
    assert period_at(definition, _utc("2026-05-02"), IN_NEW_YORK) == Period("cup", cup.starts_at, cup.ends_at)
    assert period_at(definition, cup.ends_at, IN_NEW_YORK) == Period("spring", spring.starts_at, spring.ends_at)
    assert period_at(definition, _utc("2026-07-01"), IN_NEW_YORK) is None
    coming = next_period(game, _utc("2026-07-01"), IN_NEW_YORK)
    assert coming is not None
    assert coming.period.key == "autumn"
    assert next_period(game, _utc("2026-10-01"), IN_NEW_YORK) is None


def test_all_time_has_no_end_and_an_archived_board_no_period() -> None:
    definition = board()
    (only,) = started_periods(_game(("2026-01-01", definition)), _utc("2026-11-22"), IN_NEW_YORK)
    assert (only.period, settles_at(only)) == (ALL_TIME, None)
    archived = _game(("2026-01-01", definition), archived_at=_utc("2026-11-01"))
    assert list(started_periods(archived, _utc("2026-11-22"), IN_NEW_YORK)) == []
    assert next_period(archived, _utc("2026-11-22"), IN_NEW_YORK) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"period": "custom"},
        {"seasons": (Season(handle="a", starts_at=_utc("2026-01-01"), ends_at=_utc("2026-01-02")),)},
        {"daily_cap": 5, "operator": "best"},
        {"metric": "days", "operator": "set"},
        {"metric": "days", "daily_cap": 1},
        {"prizes": ({"first": 1, "last": 1, "points": 5},)},
        {"period": "week", "prizes": ({"first": 1, "last": 3, "points": 5}, {"first": 3, "last": 4, "points": 1})},
        {"segments": ({"kind": "tier", "value": "gold"}, {"kind": "tier", "value": "gold"})},
        {"settle_hours": -1},
        {
            "period": "custom",
            "seasons": ({"handle": "2026-03", "starts_at": "2026-01-01T00:00Z", "ends_at": "2026-02-01T00:00Z"},),
        },
    ],
)
def test_a_definition_that_does_not_fit_together_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"validation error"):
        board(**wrong)
