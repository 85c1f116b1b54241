"""The round of seasons: finds what is due, remembers what is not, and lets no program hold up another."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.game.catalog import update_game
from engine.leaderboards import season_rounds, sweeping
from engine.leaderboards.definitions import LeaderboardDefinition, Prize, Season
from engine.leaderboards.season_rounds import SeasonKeeper
from engine.leaderboards.seasons import close_due
from engine.leaderboards.suspicion import QuarantineRules
from engine.program import BEGINNING_OF_TIME, default_definition
from engine.publishing import publish
from engine.shops import ShopReference, install_shop
from tests.support.boards import BoardWorld, board, points

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 3, 2, 17, tzinfo=UTC)


def ended(handle: str = "march") -> LeaderboardDefinition:
    season = Season(handle=handle, starts_at=NOON - timedelta(days=1), ends_at=NOON + timedelta(days=7))
    return board(period="custom", seasons=(season,), prizes=(Prize(first=1, last=1, points=100),))


async def other_shop(engine: AsyncEngine) -> ShopReference:
    shop = await install_shop(
        engine, domain="other.myshopify.com", external_id=7_100_000_002, name="Other", currency="USD",
        time_zone="UTC", scopes=[], at=NOON,
    )  # fmt: skip
    async with tenant_transaction(engine, shop.program_id) as connection:
        definition = default_definition()
        await publish(connection, shop.program_id, definition, effective_from=BEGINNING_OF_TIME, actor="tests")
    return shop


async def won(world: BoardWorld) -> int:
    game = await world.open(ended())
    (ada,) = await world.members(1)
    await world.join(game, [ada])
    await world.did((ada, points("1", NOON, 10)))
    return ada


async def test_given_what_is_due_when_rounds_run_then_it_is_done_once_and_then_remembered(
    engine: AsyncEngine, shop: ShopReference, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = BoardWorld(engine, shop)
    ada = await won(world)
    keeper, another = SeasonKeeper(engine), SeasonKeeper(engine)
    for _ in range(3):
        await asyncio.gather(keeper.keep([world.program_id]), another.keep([world.program_id]))
    assert await world.run("SELECT available FROM members WHERE member_id = :ada", ada=ada) == [(100,)]
    assert await world.run("SELECT entries, prizes_given_at IS NOT NULL FROM board_seasons") == [(1, True)]
    assert await keeper.keep([world.program_id]) == 0

    async def looked(*_given: object) -> tuple[int, None]:
        raise AssertionError("nothing is due")

    monkeypatch.setattr(season_rounds, "close_due", looked)
    assert await keeper.keep([world.program_id]) == 0


async def test_given_a_program_in_trouble_when_rounds_run_then_others_go_on_and_it_waits(
    engine: AsyncEngine, shop: ShopReference, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, other = BoardWorld(engine, shop), BoardWorld(engine, await other_shop(engine))
    await won(world)
    await won(other)

    async def troubled(connection: Any, program_id: int, *given: Any) -> Any:
        if program_id == world.program_id:
            raise RuntimeError("in trouble")
        return await close_due(connection, program_id, *given)

    monkeypatch.setattr(season_rounds, "close_due", troubled)
    heard: list[int] = []
    keeper = SeasonKeeper(engine, failed=lambda program_id, _error: heard.append(program_id))
    programs = [world.program_id, other.program_id]
    while await keeper.keep(programs):
        pass
    assert heard == [world.program_id]
    assert await other.run("SELECT entries FROM board_seasons") == [(1,)]
    assert await world.run("SELECT entries FROM board_seasons") == []


async def test_given_a_new_version_of_a_board_then_it_is_looked_at_at_once(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    world = BoardWorld(engine, shop)
    keeper = SeasonKeeper(engine)
    assert await keeper.keep([world.program_id]) == 0
    await world.open(ended())
    assert await keeper.keep([world.program_id]) == 1
    assert await keeper.keep([world.program_id]) == 0


async def test_given_rules_that_changed_when_rounds_run_then_everybody_who_takes_part_is_looked_at_again(
    engine: AsyncEngine, shop: ShopReference, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "PAGE", 2)
    world = BoardWorld(engine, shop)
    game = await world.open(board())
    members = await world.members(5)
    await world.join(game, members[:4])
    await world.run("DELETE FROM board_marks")

    async def change(version: int, **more: Any) -> list[Any]:
        async with tenant_transaction(engine, shop.program_id) as connection:
            given: dict[str, Any] = {"expected_version": version, "actor": "tests"}
            await update_game(connection, shop.program_id, game.definition_id, board(**more), **given)
        keeper = SeasonKeeper(engine)
        while await keeper.keep([shop.program_id]):
            pass
        found: list[Any] = await world.run("SELECT member_id FROM board_marks ORDER BY member_id")
        await world.run("DELETE FROM board_marks")
        return [row.member_id for row in found]

    assert await change(1, quarantine=QuarantineRules(orders_per_hour=2)) == members[:4]
    assert await change(2, quarantine=QuarantineRules(orders_per_hour=2), daily_cap=5) == []
    assert await change(3) == members[:4]
    assert await world.run("SELECT 1 FROM board_sweeps") == []


async def test_given_news_that_wait_since_an_outage_when_a_season_is_due_then_it_waits_for_them_but_not_for_ever(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    world = BoardWorld(engine, shop)
    await won(world)
    await world.run("INSERT INTO deliveries (program_id, shop_id, webhook_id, topic) VALUES (:program_id, 1, 'a', 'x')")
    keeper, programs = SeasonKeeper(engine), [shop.program_id]

    async def closed() -> int:
        keeper._next.clear()  # a second later
        while await keeper.keep(programs):
            keeper._next.clear()
        found: int = (await world.run("SELECT count(*) AS seasons FROM board_seasons"))[0].seasons
        return found

    assert await closed() == 0
    await world.run("UPDATE deliveries SET state = 'applied'")
    await world.run("INSERT INTO game_marks (program_id, member_id) VALUES (:program_id, 1)")
    assert await closed() == 0
    await world.run("DELETE FROM game_marks")
    assert await closed() == 1
    await world.open(ended("again"), "another")
    await world.run("UPDATE deliveries SET state = 'pending'")
    assert await closed() == 1
    for backlog in keeper._backlogs.values():
        backlog.since -= timedelta(hours=6)
    assert await closed() == 2
