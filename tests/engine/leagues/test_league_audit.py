"""The audit works closed seasons, weeks of leagues and prizes out again, and finds what was changed by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import name_tenants, tenant_transaction
from engine.leaderboards.audit_seasons import audit_seasons
from engine.leaderboards.definitions import Prize, Season
from engine.leaderboards.season_prizes import give_due
from engine.leagues.audit_leagues import audit_leagues
from engine.leagues.league_prizes import give_due_of_leagues
from engine.shops import ShopReference
from tests.support.boards import board, points
from tests.support.leagues import DAY, HOUR, MONDAY, STEPS, LeagueWorld, league
from tests.support.seasons import close

pytestmark = pytest.mark.anyio

NEXT = MONDAY + 7 * DAY - HOUR


@pytest.fixture
def world(engine: AsyncEngine, shop: ShopReference) -> LeagueWorld:
    return LeagueWorld(engine, shop)


async def leagues(world: LeagueWorld) -> tuple[int, int]:
    async with tenant_transaction(world.engine, world.program_id) as connection:
        return await audit_leagues(connection, [world.program_id])


async def seasons(world: LeagueWorld) -> tuple[int, int]:
    async with tenant_transaction(world.engine, world.program_id) as connection:
        return await audit_seasons(connection, [world.program_id])


async def test_given_weeks_that_were_played_then_they_follow_and_any_change_by_hand_is_found(
    world: LeagueWorld,
) -> None:
    first, *others = STEPS
    prized = first.model_copy(update={"prizes": (Prize(first=1, last=1, points=100),)})
    await world.found(league(leagues=(prized, *others)))
    members = await world.members(8)
    await world.enter(members)
    for number, member in enumerate(members):
        await world.did((member, points(str(member), MONDAY + member * HOUR, 10 + number // 2)))
    await world.form(MONDAY + DAY)
    await world.run("DELETE FROM board_participants WHERE member_id = :gone", gone=members[3])
    await world.close(NEXT + DAY)
    await world.form(NEXT + DAY)
    async with tenant_transaction(world.engine, world.program_id) as connection:
        assert await give_due_of_leagues(connection) > 0
    assert await leagues(world) == (8 + 7, 0)
    assert await seasons(world) == (3, 0)
    changes = {
        "2026-03-02": ("score = score + 100", "outcome = 'demoted'", "entered_at = entered_at - interval '1 day'"),
        "2026-03-09": ("cohort = 7", "basis = basis + 1", "league = 2"),
    }
    for period, change in ((period, change) for period, ones in changes.items() for change in ones):
        async with world.engine.connect() as connection:  # never committed
            await name_tenants(connection, [world.program_id])
            sql = f"UPDATE league_entries SET {change} WHERE period = :period AND member_id = :victim"
            await connection.execute(text(sql), {"period": period, "victim": members[-2]})
            assert (await audit_leagues(connection, [world.program_id]))[1] > 0, change
    assert await leagues(world) == (8 + 7, 0)
    await world.run("UPDATE awards SET posted = 99 WHERE source = 'season' AND posted = 100")
    assert (await seasons(world))[1] > 0


async def test_given_a_frozen_season_then_a_changed_place_or_a_lost_row_is_found(world: LeagueWorld) -> None:
    noon = datetime(2026, 3, 2, 17, tzinfo=UTC)
    march = Season(handle="march", starts_at=noon - DAY, ends_at=noon + timedelta(days=7))
    game = await world.open(board(period="custom", seasons=(march,), prizes=(Prize(first=1, last=1, points=7),)))
    members = await world.members(3)
    await world.join(game, members)
    await world.did(*((member, points(str(member), noon, member)) for member in members))
    await close(world, game)
    async with tenant_transaction(world.engine, world.program_id) as connection:
        await give_due(connection)
    assert await seasons(world) == (2, 0)
    await world.run("UPDATE board_results SET score = score + 1 WHERE place = 1")
    assert await seasons(world) == (2, 1)
    await world.run("UPDATE board_results SET score = score - 1 WHERE place = 1")
    assert await seasons(world) == (2, 0)
    await world.run("UPDATE board_seasons SET entries = 0")
    assert await seasons(world) == (2, 2)  # the result is another, and the prize is one of no place


async def test_given_newcomers_of_a_running_week_then_their_seats_follow_from_what_they_did(world: LeagueWorld) -> None:
    await world.found(league())
    ada, bob, eve = await world.members(3)
    await world.enter([ada, bob, eve])
    await world.form(MONDAY + DAY)
    await world.did(*((one, points(str(one), MONDAY + one * HOUR, 10)) for one in (ada, bob, eve)))
    assert await leagues(world) == (0, 0)  # marked, and not looked at yet
    await world.run("DELETE FROM board_marks")
    assert await leagues(world) == (0, 3)
    await world.follow(ada, bob, eve)
    assert await leagues(world) == (3, 0)
    columns = "program_id, definition_id, period, member_id, league, cohort, basis, entered_at"
    nobody = columns.replace("member_id", "999")
    for change in (
        "UPDATE league_entries SET league = 2, cohort = 0 WHERE member_id = :ada",
        "UPDATE league_entries SET entered_at = entered_at + interval '1 minute' WHERE member_id = :ada",
        f"INSERT INTO league_entries ({columns}) SELECT {nobody} FROM league_entries WHERE member_id = :ada",
        "DELETE FROM league_entries WHERE member_id = :ada",
    ):
        async with world.engine.connect() as connection:  # never committed
            await name_tenants(connection, [world.program_id])
            await connection.execute(text(change), {"ada": ada})
            assert (await audit_leagues(connection, [world.program_id]))[1] > 0, change
    assert await leagues(world) == (3, 0)
