"""Prizes of seasons: once each, after their hold, to who still has a right to them, whatever crashes."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.leaderboards import prizes, season_prizes
from engine.leaderboards.definitions import Prize, Season
from engine.leaderboards.periods import BoardGame
from engine.leaderboards.results import results_of
from engine.leaderboards.season_prizes import give_due
from engine.ledger import MemberKey
from engine.merging import merge_members
from engine.shops import ShopReference
from tests.support.boards import BoardWorld, board, points
from tests.support.programs import breaches
from tests.support.seasons import close

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 3, 2, 17, tzinfo=UTC)
MARCH = Season(handle="march", starts_at=NOON - timedelta(days=1), ends_at=NOON + timedelta(days=7))
PRIZES = (Prize(first=1, last=1, points=100, points_days=None), Prize(first=2, last=3, points=20))


@pytest.fixture
def world(engine: AsyncEngine, shop: ShopReference) -> BoardWorld:
    return BoardWorld(engine, shop)


async def played(world: BoardWorld, *worth: int, hold_days: int = 14) -> tuple[BoardGame, list[int]]:
    """A closed season in which members came in the order of these scores."""
    game = await world.open(board(period="custom", seasons=(MARCH,), prizes=PRIZES, prize_hold_days=hold_days))
    members = await world.members(len(worth))
    await world.join(game, members)
    await world.did(*((one, points(str(one), NOON, score)) for one, score in zip(members, worth, strict=True)))
    assert await close(world, game) == 1
    return game, members


async def give(world: BoardWorld) -> int:
    async with tenant_transaction(world.engine, world.program_id) as connection:
        return await give_due(connection)


async def had(world: BoardWorld) -> dict[int, int]:
    rows = await world.run("SELECT member_id, available FROM members WHERE available > 0 ORDER BY member_id")
    return {row.member_id: row.available for row in rows}


async def test_given_a_closed_season_when_its_hold_is_over_then_each_place_has_its_prize_once(
    world: BoardWorld, engine: AsyncEngine, shop: ShopReference
) -> None:
    game, (ada, bob, eve, _) = await played(world, 40, 30, 20, 10)
    assert [await give(world), await give(world)] == [3, 0]
    assert await had(world) == {ada: 100, bob: 20, eve: 20}
    async with tenant_transaction(engine, shop.program_id) as connection:
        places = await results_of(connection, shop.program_id, game.definition_id, "march", most=10)
    assert [one.prize_points for one in places] == [100, 20, 20, 0]
    (entry,) = await world.run("SELECT kind, points, detail FROM transactions WHERE member_id = :ada", ada=ada)
    assert (entry.kind, entry.points) == ("bonus", 100)
    assert {key: entry.detail[key] for key in ("event", "board", "period", "place", "title")} == {
        "event": "season", "board": "a-board", "period": "march", "place": "1", "title": "A board",
    }  # fmt: skip
    assert await world.run("SELECT prizes_through, prizes_given_at IS NOT NULL FROM board_seasons") == [(3, True)]
    assert await breaches(engine, shop) == {}


async def test_given_a_hold_that_is_not_over_then_nobody_has_anything(world: BoardWorld) -> None:
    await played(world, 40, hold_days=366)
    assert await give(world) == 0
    assert await had(world) == {}


async def test_given_a_crash_anywhere_when_it_is_repeated_then_nobody_has_a_prize_twice(
    world: BoardWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, (ada, bob) = await played(world, 40, 30)

    def crash(name: str) -> None:
        if name in ("prizes-after-ledger", "prizes-before-commit"):
            raise ConnectionError(name)

    for module in (prizes, season_prizes):
        monkeypatch.setattr(module, "crash_point", crash)
        with pytest.raises(ConnectionError):
            await give(world)
        assert await had(world) == {}
        monkeypatch.undo()
    assert await give(world) == 2
    assert await had(world) == {ada: 100, bob: 20}


async def test_given_many_places_when_workers_share_them_then_each_is_given_once(
    world: BoardWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(season_prizes, "PAGE", 1)
    _, (ada, bob, eve) = await played(world, 40, 30, 20)
    for _ in range(3):
        await asyncio.gather(give(world), give(world))
    assert await had(world) == {ada: 100, bob: 20, eve: 20}


async def test_given_who_left_or_is_held_or_erased_when_prizes_are_given_then_they_have_none_and_nobody_moves_up(
    world: BoardWorld,
) -> None:
    game, (ada, bob, eve, kim) = await played(world, 40, 30, 20, 10)
    await world.run("DELETE FROM board_participants WHERE member_id = :ada", ada=ada)
    await world.run(
        "INSERT INTO board_quarantines (program_id, quarantine_id, definition_id, member_id, reason, since) "
        "VALUES (:program_id, 1, :game, :bob, 'MANY_ORDERS', now())",
        game=game.definition_id, bob=bob,
    )  # fmt: skip
    await world.run("UPDATE members SET closed_at = now() WHERE member_id = :eve", eve=eve)
    assert await give(world) == 3
    assert await had(world) == {}
    assert kim not in await had(world)


async def test_given_a_refund_within_the_hold_when_it_would_have_cost_the_place_then_it_costs_the_prize(
    world: BoardWorld,
) -> None:
    _, (ada, bob, eve, kim) = await played(world, 40, 30, 20, 10)
    await world.did(
        (ada, points(str(ada), NOON, 40, 0)),  # everything sent back
        (bob, points(str(bob), NOON, 30, 10)),  # still enough for a prize of that worth
        (eve, points(str(eve), NOON, 20, 9)),  # less than the fourth, who has none
    )
    assert await give(world) == 3
    assert await had(world) == {bob: 20}
    assert kim not in await had(world)


async def test_given_two_places_of_one_person_since_a_merge_then_they_have_the_better_ones_prize(
    world: BoardWorld,
) -> None:
    game, (ada, bob, _) = await played(world, 40, 30, 20)
    async with tenant_transaction(world.engine, world.program_id) as connection:
        await merge_members(
            connection, MemberKey(world.program_id, ada), MemberKey(world.program_id, bob), actor="tests"
        )
    await world.join(game, [bob])
    assert await give(world) == 3
    assert (await had(world))[bob] == 100
    assert ada not in await had(world)


async def test_given_a_member_who_can_have_no_more_when_prizes_are_given_then_the_others_have_theirs(
    world: BoardWorld,
) -> None:
    _, (ada, bob) = await played(world, 40, 30)
    await world.run("UPDATE members SET lifetime = 9007199254740991 WHERE member_id = :ada", ada=ada)
    heard: list[MemberKey] = []
    async with tenant_transaction(world.engine, world.program_id) as connection:
        assert await give_due(connection, lambda key, _error: heard.append(key)) == 2
    assert heard == [MemberKey(world.program_id, ada)]
    assert await had(world) == {bob: 20}
