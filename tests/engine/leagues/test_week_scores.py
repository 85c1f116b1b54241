"""Scores of a week: what counting one by one finds, and the same as on a board of the same counter."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.leaderboards.definitions import Period
from engine.leaderboards.periods import BoardPeriod
from engine.leaderboards.scores import scores_of
from engine.leagues.scores import WeekScore, week_score, week_scores
from engine.leagues.weeks import week_of
from engine.rules.days import local_day
from engine.shops import ShopReference
from engine.tiers.activities import Activity, Step
from tests.support.boards import NEW_YORK, BoardWorld, board, points
from tests.support.leagues import DAY, HOUR, MONDAY, league

WEEK = week_of(MONDAY, NEW_YORK)
histories = st.lists(st.tuples(st.integers(0, 167), st.lists(st.integers(0, 30), min_size=1, max_size=3)), max_size=12)


@given(histories, st.none() | st.integers(1, 40), st.randoms(use_true_random=False))
def test_a_score_is_what_is_left_of_each_day_below_the_cap(
    history: list[tuple[int, list[int]]], cap: int | None, shuffle: Any
) -> None:
    done = [points(str(number), MONDAY + hour * HOUR, *worth) for number, (hour, worth) in enumerate(history)]
    found = week_score(league(daily_cap=cap), shuffle.sample(done, len(done)), NEW_YORK)
    days: dict[Any, int] = {}
    for hour, worth in history:
        day = local_day(MONDAY + hour * HOUR, NEW_YORK)
        days[day] = days.get(day, 0) + worth[-1]
    assert found.score == sum(total if cap is None else min(total, cap) for total in days.values())
    assert (found.reached_at is None) == (found.score == 0)
    ever = [MONDAY + hour * HOUR for hour, worth in history if any(worth)]
    assert found.first_at == min(ever, default=None)
    if cap is None and found.score:
        assert found.reached_at == max(MONDAY + hour * HOUR for hour, worth in history if worth[-1] > 0)


def test_given_a_cap_then_a_score_is_reached_when_the_day_was_full() -> None:
    done = [points(str(hour), MONDAY + hour * HOUR, 10) for hour in (1, 2, 3, 25)]
    assert week_score(league(daily_cap=15), done, NEW_YORK) == WeekScore(25, MONDAY + 25 * HOUR, MONDAY + HOUR)
    assert week_score(league(daily_cap=15), done[:3], NEW_YORK) == WeekScore(15, MONDAY + 2 * HOUR, MONDAY + HOUR)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("counter", "cap"),
    [
        ({"metric": "points"}, None),
        ({"metric": "points"}, 25),
        ({"metric": "spend", "currency": "USD"}, None),
        ({"metric": "orders", "currency": "USD", "minimum_spend": "5"}, None),
        ({"metric": "days"}, None),
        ({"metric": "events", "sources": ("order", "custom:visit"), "test_orders": True}, 2),
    ],
)
async def test_a_league_counts_as_a_board_does(
    engine: AsyncEngine, shop: ShopReference, counter: dict[str, Any], cap: int | None
) -> None:
    world = BoardWorld(engine, shop)
    game = await world.open(board(counter=counter, daily_cap=cap))
    members = await world.members(12)
    await world.join(game, members)
    chance = random.Random(f"{counter}{cap}")
    await world.did(*((chance.choice(members), _anything(number, chance)) for number in range(150)))
    definition = league(counter=counter, daily_cap=cap)
    async with tenant_transaction(engine, shop.program_id) as connection:
        period = BoardPeriod(game, game.newest, Period(*WEEK), NEW_YORK)
        ranked = await scores_of(connection, shop.program_id, period, "")
        found = await week_scores(connection, shop.program_id, definition, members, *WEEK[1:], NEW_YORK)
    expected = [(one, week.score, week.reached_at) for one, week in found.items() if week.reached_at is not None]
    assert sorted((one.member_id, one.score, one.reached_at) for one in ranked) == sorted(expected)
    assert ranked


def _anything(number: int, chance: random.Random) -> Activity:
    at = MONDAY - DAY + timedelta(minutes=chance.randrange(9 * 24 * 60))
    source = chance.choice(["order", "order", "test_order", "review", "custom:visit"])
    worth = [chance.randrange(12) for _ in range(chance.randrange(1, 4))]
    if "order" in source:
        return points(str(number), at, *worth, source=source)
    steps = tuple(Step(at + hour * HOUR, points=one) for hour, one in enumerate(worth))
    return Activity(1, source, str(number), at, None, steps)
