"""The audit finds prizes that were never given, given too early or by nobody, of boards and of leagues."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import name_tenants, tenant_transaction
from engine.leaderboards.audit_seasons import audit_seasons
from engine.leaderboards.definitions import Prize, Season
from engine.leaderboards.season_prizes import give_due
from engine.leagues.league_prizes import give_due_of_leagues
from engine.ledger import MemberKey
from engine.merging import merge_members, unmerge_members
from engine.shops import ShopReference
from tests.support.boards import board, points
from tests.support.leagues import DAY, HOUR, MONDAY, STEPS, LeagueWorld, league
from tests.support.seasons import close

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 3, 2, 17, tzinfo=UTC)
MARCH = Season(handle="march", starts_at=NOON - DAY, ends_at=NOON + timedelta(days=7))
PRIZES = (Prize(first=1, last=1, points=100), Prize(first=3, last=3, points=7))


@pytest.fixture
async def world(engine: AsyncEngine, shop: ShopReference) -> LeagueWorld:
    """A season of a board and a week of a league that are closed; nobody has a prize yet."""
    world = LeagueWorld(engine, shop)
    game = await world.open(board(period="custom", seasons=(MARCH,), prizes=PRIZES))
    first, *others = STEPS
    await world.found(league(leagues=(first.model_copy(update={"prizes": PRIZES}), *others)))
    members = await world.members(4)
    await world.join(game, members)
    await world.enter(members)
    await world.did(*((one, points(str(one), NOON, 50 - one)) for one in members))
    await world.form(MONDAY + DAY)
    assert await close(world, game) == 1
    assert await world.close(MONDAY + 7 * DAY + HOUR)
    return world


async def give(world: LeagueWorld) -> None:
    async with tenant_transaction(world.engine, world.program_id) as connection:
        while await give_due(connection) + await give_due_of_leagues(connection):
            pass


async def wrong(world: LeagueWorld, tampering: str = "SELECT 1", **given: Any) -> int:
    """How much the audit finds after a change by hand, which is never committed."""
    async with world.engine.connect() as connection:
        await name_tenants(connection, [world.program_id])
        await connection.execute(text(tampering), given)
        return (await audit_seasons(connection, [world.program_id]))[1]


@pytest.mark.parametrize("table", ["board_seasons", "league_seasons"])
async def test_given_prizes_that_wait_then_no_change_by_hand_makes_them_look_given_or_due_at_another_time(
    world: LeagueWorld, table: str
) -> None:
    assert await wrong(world) == 0
    assert await wrong(world, f"UPDATE {table} SET prizes_given_at = now()") > 0
    assert await wrong(world, f"UPDATE {table} SET prizes_through = 1000") > 0
    assert await wrong(world, f"UPDATE {table} SET prizes_due_at = NULL") == 1
    assert await wrong(world, f"UPDATE {table} SET prizes_due_at = '2999-01-01'") == 1
    early = f"UPDATE {table} SET prizes_due_at = ends_at, prizes_given_at = ends_at"
    assert await wrong(world, early) > 0


async def test_given_prizes_that_were_given_then_each_has_its_award_and_each_award_its_place(
    world: LeagueWorld,
) -> None:
    await world.run("DELETE FROM board_participants WHERE member_id = (SELECT min(member_id) FROM board_results)")
    await give(world)
    awards = await world.run("SELECT posted FROM awards WHERE source = 'season' ORDER BY posted")
    assert [row.posted for row in awards] == [7, 7, 100]  # the first left, and nobody moved up
    marks = await world.run("SELECT definition_id, prize_award FROM board_results ORDER BY place")
    game = marks[0].definition_id
    assert [row.prize_award for row in marks] == ["", "", f"{game}:march:3", None]
    assert await wrong(world) == 0
    assert await wrong(world, "UPDATE board_results SET prize_award = NULL WHERE place = 1") == 1
    assert await wrong(world, "UPDATE board_results SET prize_award = '' WHERE place = 3") == 1
    assert await wrong(world, "UPDATE league_entries SET prize_award = NULL") > 0
    assert await wrong(world, "UPDATE awards SET posted = 8 WHERE source = 'season' AND posted = 7") == 2


async def test_given_a_merge_and_a_parting_around_prizes_then_nothing_is_wrong(world: LeagueWorld) -> None:
    rows = await world.run("SELECT member_id FROM board_results ORDER BY place")
    first, second, third, _ = (MemberKey(world.program_id, row.member_id) for row in rows)
    async with tenant_transaction(world.engine, world.program_id) as connection:
        merge = await merge_members(connection, third, second, actor="tests")
    await give(world)
    assert await wrong(world) == 0
    async with tenant_transaction(world.engine, world.program_id) as connection:
        await unmerge_members(connection, world.program_id, merge.merge_id, actor="tests")
        await merge_members(connection, first, second, actor="tests")
    assert await wrong(world) == 0
