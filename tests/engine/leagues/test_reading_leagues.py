"""Leagues as their members see them, prizes of a week, and what is left of an erased member."""

from __future__ import annotations

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.leaderboards.definitions import Prize
from engine.leaderboards.forgetting import forget_member
from engine.leaderboards.friends import add_friend, friend_code_of, friends_of
from engine.leaderboards.prizes import nobody
from engine.leagues import league_prizes
from engine.leagues.definitions import LeagueStep
from engine.leagues.league_prizes import give_due_of_leagues
from engine.leagues.reading import (
    CohortRow,
    LeagueResult,
    LeagueWeek,
    league_of_member,
    league_results_of_member,
    league_seasons_of,
)
from engine.shops import ShopReference
from tests.support.boards import points
from tests.support.leagues import DAY, HOUR, MONDAY, STEPS, LeagueWorld, league
from tests.support.programs import breaches

pytestmark = pytest.mark.anyio

NEXT = MONDAY + 7 * DAY - HOUR
PRIZES = (Prize(first=1, last=1, points=100), Prize(first=2, last=2, points=20))
WITH_PRIZES = (LeagueStep(title="Seed", promote=1, prizes=PRIZES), *STEPS[1:])


@pytest.fixture
def world(engine: AsyncEngine, shop: ShopReference) -> LeagueWorld:
    return LeagueWorld(engine, shop)


async def playing(world: LeagueWorld, *worth: int, prizes: bool = False) -> list[int]:
    """Members of one cohort who scored so much in a running week."""
    more = {"leagues": WITH_PRIZES} if prizes else {}
    await world.found(league(cohort_maximum=5, **more))
    members = await world.members(len(worth))
    await world.enter(members)
    done = zip(members, worth, strict=True)
    await world.did(*((member, points(str(member), MONDAY + member * HOUR, score)) for member, score in done))
    assert await world.form(MONDAY + DAY)
    return members


async def seen(world: LeagueWorld, member: int) -> LeagueWeek:
    found: LeagueWeek | None = await world.ask(league_of_member, world.game, member)
    assert found is not None
    return found


async def test_given_a_running_week_when_a_member_looks_then_their_cohort_is_as_it_is_now(world: LeagueWorld) -> None:
    ada, bob, eve = await playing(world, 30, 20, 10)
    await world.did((bob, points("more", MONDAY + 9 * HOUR, 15)))
    week = await seen(world, bob)
    assert (week.period, week.starts_at, week.ends_at, week.closed_at) == ("2026-03-02", MONDAY, NEXT, None)
    standing = week.standing
    assert standing is not None
    assert (standing.rank, standing.score, standing.zone, standing.size) == (1, 35, "promotion", 3)
    assert (standing.step.title, standing.promotion_rank, standing.demotion_rank) == ("Seed", 1, None)
    assert standing.rows == (
        CohortRow(bob, f"Member {bob}", 35, 1, "promotion"),
        CohortRow(ada, f"Member {ada}", 30, 2, "stay"),
        CohortRow(eve, f"Member {eve}", 10, 3, "stay"),
    )


async def test_given_who_left_or_is_held_then_others_do_not_see_them_and_the_held_one_sees_their_score(
    world: LeagueWorld,
) -> None:
    ada, bob, eve = await playing(world, 30, 20, 10)
    await world.run(
        "INSERT INTO board_quarantines (program_id, quarantine_id, definition_id, member_id, reason, since) "
        "VALUES (:program_id, 1, :game, :ada, 'MANY_ORDERS', now())",
        game=world.game.definition_id, ada=ada,
    )  # fmt: skip
    await world.run("DELETE FROM board_participants WHERE member_id = :eve", eve=eve)
    others = (await seen(world, bob)).standing
    assert others is not None
    assert ([row.member_id for row in others.rows], others.size) == ([bob], 1)
    own = (await seen(world, ada)).standing
    assert own is not None
    assert (own.rank, own.score, [row.member_id for row in own.rows]) == (None, 30, [bob])
    assert (await seen(world, eve)).standing is None


async def test_given_a_member_without_a_cohort_then_they_have_no_standing(world: LeagueWorld) -> None:
    await playing(world, 30)
    (stranger,) = await world.members(1, first=99)
    assert (await seen(world, stranger)).standing is None


async def test_given_a_closed_week_when_its_hold_is_over_then_places_have_their_prizes_once(
    world: LeagueWorld, engine: AsyncEngine, shop: ShopReference, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(league_prizes, "PAGE", 2)
    ada, bob, eve = await playing(world, 30, 20, 10, prizes=True)
    await world.close(NEXT + DAY)
    for _ in range(3):
        async with tenant_transaction(engine, shop.program_id) as connection:
            await give_due_of_leagues(connection)
    had = await world.run("SELECT member_id, available FROM members WHERE available > 0 ORDER BY member_id")
    assert had == [(ada, 100), (bob, 20)]
    assert await breaches(engine, shop) == {}
    (result,) = await world.ask(league_results_of_member, world.game, ada, most=10)
    step = WITH_PRIZES[0]
    assert result == LeagueResult("2026-03-02", MONDAY, NEXT, 0, step, 0, 1, 30, "promoted", 100)
    (summary,) = await world.ask(league_seasons_of, world.game.definition_id, most=10)
    assert (summary.cohorts, summary.members, summary.promoted, summary.unranked) == (1, 3, 1, 0)
    assert summary.prizes_given_at is not None
    assert eve not in [row.member_id for row in had]


async def test_given_a_refund_or_a_farewell_within_the_hold_then_there_is_no_prize_and_nobody_moves_up(
    world: LeagueWorld,
) -> None:
    ada, bob, _ = await playing(world, 30, 20, 10, prizes=True)
    await world.close(NEXT + DAY)
    await world.did((ada, points(str(ada), MONDAY + ada * HOUR, 30, 15)))
    await world.run("DELETE FROM board_participants WHERE member_id = :bob", bob=bob)
    async with tenant_transaction(world.engine, world.program_id) as connection:
        assert await give_due_of_leagues(connection, nobody) == 2
        assert await give_due_of_leagues(connection, nobody) == 0
    assert await world.run("SELECT member_id FROM members WHERE available > 0") == []


async def test_given_an_erased_member_then_no_name_of_theirs_is_left_and_places_stay(world: LeagueWorld) -> None:
    ada, bob = await playing(world, 30, 20)
    await world.close(NEXT + DAY)
    await world.ask(add_friend, bob, await world.ask(friend_code_of, ada))
    erased = await world.ask(forget_member, ada)
    assert erased == {"results": 0, "league_entries": 1, "friendships": 2, "appeals": 0}
    assert await world.run("SELECT display_name, rank FROM league_entries ORDER BY rank") == [
        ("", 1), (f"Member {bob}", 2),
    ]  # fmt: skip
    assert await world.run("SELECT member_id FROM board_participants") == [(bob,)]
    assert await world.ask(friends_of, bob) == ()
    assert await world.ask(forget_member, ada) == {"results": 0, "league_entries": 0, "friendships": 0, "appeals": 0}
