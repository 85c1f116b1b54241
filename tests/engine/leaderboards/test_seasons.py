"""Seasons close into frozen results: exact, once, in every way of ranking, whatever crashes or comes later."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.leaderboards import seasons
from engine.leaderboards.definitions import LeaderboardDefinition, Ranking, Season, Segment
from engine.leaderboards.notes import note_adjusted
from engine.leaderboards.periods import BoardGame
from engine.leaderboards.results import Result, results_of, results_of_member, seasons_of
from engine.leaderboards.suspicion import QuarantineRules
from engine.shops import ShopReference
from tests.support.boards import NEW_YORK, BoardWorld, board, points, sorted_board
from tests.support.seasons import close, move

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 3, 2, 17, tzinfo=UTC)
MARCH = Season(handle="march", starts_at=NOON - timedelta(days=1), ends_at=NOON + timedelta(days=7))
HOUR = timedelta(hours=1)


def season_board(**more: Any) -> LeaderboardDefinition:
    return board(period="custom", seasons=(MARCH,), **more)


@pytest.fixture
async def world(engine: AsyncEngine, shop: ShopReference) -> BoardWorld:
    world = BoardWorld(engine, shop)
    await move(world, NEW_YORK.key)
    return world


async def results(world: BoardWorld, game: BoardGame, period: str = "march", segment: str = "") -> tuple[Result, ...]:
    async with tenant_transaction(world.engine, world.program_id) as connection:
        return await results_of(connection, world.program_id, game.definition_id, period, segment, most=250)


def ranks(found: tuple[Result, ...]) -> list[tuple[int, int, int]]:
    return [(one.member_id, one.score, one.rank) for one in found]


@pytest.mark.parametrize("ranking", ["ordinal", "competition", "dense"])
async def test_given_ties_when_a_season_closes_then_its_places_are_those_of_a_sort(
    world: BoardWorld, ranking: Ranking
) -> None:
    game = await world.open(season_board(ranking=ranking))
    members = await world.members(7)
    await world.join(game, members)
    worth = [50, 80, 50, 0, 80, 50, 10]
    hours = [3, 2, 1, 1, 2, 1, 5]
    done = [(NOON + hour * HOUR, score) for hour, score in zip(hours, worth, strict=True)]
    await world.did(*((member, points(str(member), *one)) for member, one in zip(members, done, strict=True)))
    assert await close(world, game) == 1
    expected = sorted_board([(member, score, at) for member, (at, score) in zip(members, done, strict=True)], ranking)
    found = await results(world, game)
    assert ranks(found) == expected
    assert [one.place for one in found] == [1, 2, 3, 4, 5, 6]


async def test_given_a_closed_season_when_it_is_closed_again_then_nothing_changes(world: BoardWorld) -> None:
    game = await world.open(season_board())
    ada, bob = await world.members(2)
    await world.join(game, [ada, bob])
    await world.did((ada, points("1", NOON, 10)), (bob, points("2", NOON, 20)))
    assert [await close(world, game), await close(world, game)] == [1, 0]
    async with tenant_transaction(world.engine, world.program_id) as connection:
        (season,) = await seasons_of(connection, world.program_id, game.definition_id, most=10)
    assert (season.period, season.entries, season.zone, season.prizes_due_at) == ("march", 2, "America/New_York", None)
    assert len(season.result_hash) == 32
    await world.did((ada, points("3", NOON, 500)))  # late by months
    assert await close(world, game) == 0
    assert ranks(await results(world, game)) == [(bob, 20, 1), (ada, 10, 2)]


async def test_given_a_crash_between_results_and_seal_when_it_closes_again_then_the_result_is_the_same(
    world: BoardWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    game = await world.open(season_board())
    (ada,) = await world.members(1)
    await world.join(game, [ada])
    await world.did((ada, points("1", NOON, 10)))
    for point in ("season-after-results", "season-before-commit"):
        monkeypatch.setattr(seasons, "crash_point", _dying_at(point))
        with pytest.raises(ConnectionError):
            await close(world, game)
        assert await world.run("SELECT 1 FROM board_seasons UNION ALL SELECT 1 FROM board_results") == []
    monkeypatch.undo()
    assert await close(world, game) == 1
    assert ranks(await results(world, game)) == [(ada, 10, 1)]


def _dying_at(point: str) -> Any:
    def crash(name: str) -> None:
        if name == point:
            raise ConnectionError(name)

    return crash


async def test_given_two_workers_when_both_close_at_once_then_one_does_it(world: BoardWorld) -> None:
    game = await world.open(season_board(segments=(Segment(kind="tag", value="vip"),)))
    members = await world.members(30)
    await world.join(game, members)
    await world.did(*((member, points(str(member), NOON, 10)) for member in members))
    assert sum(await asyncio.gather(*(close(world, game) for _ in range(4)))) == 1
    assert [one.place for one in await results(world, game)] == list(range(1, 31))
    assert await results(world, game, segment="tag:vip") == ()
    assert await world.run("SELECT segment, entries FROM board_seasons ORDER BY segment") == [("", 30), ("tag:vip", 0)]


async def test_given_hours_to_settle_when_they_are_not_over_then_late_events_still_count(world: BoardWorld) -> None:
    now = datetime.now(UTC)
    ended = Season(handle="now", starts_at=now - timedelta(days=2), ends_at=now - HOUR)
    waiting = await world.open(board(period="custom", seasons=(ended,), settle_hours=2), "waiting")
    over = await world.open(board(period="custom", seasons=(ended,), settle_hours=0), "over")
    assert (await close(world, waiting), await close(world, over)) == (0, 1)
    assert await world.run("SELECT definition_id FROM board_seasons") == [(over.definition_id,)]


async def test_given_periods_of_the_calendar_when_years_end_and_clocks_change_then_each_moment_is_in_one(
    world: BoardWorld,
) -> None:
    game = await world.open(board(period="week", settle_hours=0), effective_from=datetime(2025, 12, 29, 5, tzinfo=UTC))
    ada, bob = await world.members(2)
    await world.join(game, [ada, bob])
    moments = {
        "2026-W01": [datetime(2025, 12, 29, 5, tzinfo=UTC), datetime(2026, 1, 5, 4, 59, 59, tzinfo=UTC)],
        "2026-W02": [datetime(2026, 1, 5, 5, tzinfo=UTC)],
        "2026-W10": [datetime(2026, 3, 9, 3, 59, 59, tzinfo=UTC)],
        "2026-W11": [datetime(2026, 3, 9, 4, tzinfo=UTC)],
    }
    done = [(ada, points(f"{at}", at, 10)) for ats in moments.values() for at in ats]
    await world.did(*done, (bob, points("bob", datetime(2026, 3, 9, 4, tzinfo=UTC), 9)))
    while await close(world, game):
        pass
    for period, ats in moments.items():
        assert ranks(await results(world, game, period))[0] == (ada, 10 * len(ats), 1)
    async with tenant_transaction(world.engine, world.program_id) as connection:
        mine = await results_of_member(connection, world.program_id, ada, most=10)
        assert [one.result.period for one in mine] == sorted(moments, reverse=True)
        assert [(one.result.rank, one.entries) for one in mine] == [(1, 2), (1, 1), (1, 1), (1, 1)]
        listed = await seasons_of(connection, world.program_id, game.definition_id, most=2)
        assert [one.period for one in listed] == ["2026-W11", "2026-W10"]
        assert listed[1].ends_at - listed[1].starts_at == timedelta(days=7, hours=-1)
    assert NEW_YORK.key == listed[0].zone


async def test_given_a_refund_after_the_close_then_it_is_noted_and_no_place_changes(world: BoardWorld) -> None:
    game = await world.open(season_board())
    ada, bob = await world.members(2)
    await world.join(game, [ada, bob])
    await world.did((ada, points("1", NOON, 30)), (bob, points("2", NOON, 20)))
    await close(world, game)
    await world.did((ada, points("1", NOON, 30, 5)))
    async with tenant_transaction(world.engine, world.program_id) as connection:
        assert await note_adjusted(connection, world.program_id, [game], [ada, bob]) == 1
        assert await note_adjusted(connection, world.program_id, [game], [ada, bob]) == 0
    found = await results(world, game)
    assert ranks(found) == [(ada, 30, 1), (bob, 20, 2)]
    assert [one.adjusted_score for one in found] == [5, None]


async def test_given_a_board_that_was_archived_when_a_season_had_ended_then_it_closes_all_the_same(
    world: BoardWorld,
) -> None:
    game = await world.open(season_board())
    (ada,) = await world.members(1)
    await world.join(game, [ada])
    await world.did((ada, points("1", NOON, 10)))
    assert await close(world, replace(game, archived_at=MARCH.ends_at + HOUR)) == 1
    assert ranks(await results(world, game)) == [(ada, 10, 1)]
    cut_short = await world.open(season_board(), "cut-short")
    assert await close(world, replace(cut_short, archived_at=MARCH.ends_at - HOUR)) == 0


async def test_given_rules_that_nobody_was_looked_at_by_when_a_season_closes_then_cheats_are_found_first(
    world: BoardWorld,
) -> None:
    game = await world.open(season_board(quarantine=QuarantineRules(orders_per_hour=2, look_back_days=366)))
    ada, bob = await world.members(2)
    await world.join(game, [ada, bob])
    await world.did(*((ada, points(f"{number}", NOON, 10)) for number in range(3)), (bob, points("bob", NOON, 5)))
    assert await close(world, game) == 1
    assert ranks(await results(world, game)) == [(bob, 5, 1)]
    assert await world.run("SELECT member_id, reason FROM board_quarantines") == [(ada, "MANY_ORDERS")]
