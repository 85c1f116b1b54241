"""Scores by SQL and scores counted one by one agree, over random histories and every kind of board."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from engine.database import tenant_transaction
from engine.game.counters import Counter
from engine.leaderboards.definitions import EVERYBODY, Counted, Period
from engine.leaderboards.periods import ALL_TIME, BoardPeriod
from engine.leaderboards.recounting import parts_of, recount
from engine.leaderboards.scores import scores_of
from engine.tiers.activities import Activity, Step
from tests.support.boards import NEW_YORK, BoardWorld, board

pytestmark = pytest.mark.anyio

# The night on which the clocks go back in New York, so that a day of it has 25 hours.
NIGHT = datetime(2026, 11, 1, 0, tzinfo=UTC)
SOURCES = ["order", "order", "order", "review", "custom:visit", "custom:Visit", "test_order"]


def _activity(random: Random, number: int) -> Activity:
    at = NIGHT + timedelta(minutes=random.choice([0, 239, 240, 241, 1_739, 1_740, random.randint(0, 5_000)]))
    source = random.choice(SOURCES)
    steps = tuple(
        Step(at + timedelta(days=day), spend_minor=random.choice([0, 500, 2_500]), points=random.choice([0, 0, 5, 30]),
             orders=random.randint(0, 1), reviews=int(source == "review"))
        for day in range(random.randint(0, 3))
    )  # fmt: skip
    return Activity(random.randint(1, 2), source, f"{random.choice('aZé')}{number}", at, "USD", steps)


BOARDS: list[dict[str, Any]] = [
    {"operator": operator, "counter": counter, "daily_cap": cap}
    for counter in (
        Counter(metric="points"), Counter(metric="spend", currency="USD"), Counter(metric="orders", test_orders=True),
        Counter(metric="events"), Counter(metric="events", sources=("custom:visit", "order")), Counter(metric="days"),
        Counter(metric="points", currency="USD", minimum_spend=Decimal(5)),
    )
    for operator, cap in (("increment", None), ("increment", 37), ("best", None), ("set", None))
    if counter.metric != "days" or (operator == "increment" and cap is None)
]  # fmt: skip


async def test_both_ways_of_counting_agree(world: BoardWorld) -> None:
    random = Random(5)
    members = await world.members(12)
    done = {member: [_activity(random, 100 * member + number) for number in range(25)] for member in members}
    await world.did(*((member, one) for member, ones in done.items() for one in ones))
    day = Period("2026-11-01", datetime(2026, 11, 1, 4, tzinfo=UTC), datetime(2026, 11, 2, 5, tzinfo=UTC))
    compared = 0
    for number, given in enumerate(BOARDS):
        game = await world.open(board(**given), f"board-{number}")
        await world.join(game, members)
        definition = game.newest.definition
        assert isinstance(definition.score, Counted)
        counter = definition.score.counter
        for period in (ALL_TIME, day):
            expected = {
                member: recount(definition, parts_of(counter, ones, NEW_YORK), period, NEW_YORK,
                                by_day=counter.metric == "days")
                for member, ones in done.items()
            }  # fmt: skip
            async with tenant_transaction(world.engine, world.program_id) as connection:
                one = BoardPeriod(game, game.newest, period, NEW_YORK)
                found = await scores_of(connection, world.program_id, one, EVERYBODY)
            assert {row.member_id: (row.score, row.reached_at) for row in found} == {
                member: score for member, score in expected.items() if score is not None
            }, (given, period.key)
            compared += len(found)
    assert compared > 300
