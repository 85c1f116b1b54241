"""Weeks of a league from the first newcomer on: seats, closing, rising and falling, crashes, two workers, late news."""

from __future__ import annotations

import asyncio
import itertools
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.leaderboards.season_rounds import SeasonKeeper
from engine.leagues import closing, forming
from engine.leagues.audit_leagues import audit_leagues
from engine.leagues.closing import CohortPlaces, result_hash
from engine.leagues.cohorts import Newcomer, seat_newcomers
from engine.leagues.placing import Placing
from engine.ledger import MemberKey
from engine.merging import merge_members
from engine.shops import ShopReference
from tests.support.boards import points
from tests.support.leagues import DAY, HOUR, MONDAY, LeagueWorld, league

pytestmark = pytest.mark.anyio

NEXT = MONDAY + 7 * DAY - HOUR  # the clocks go forward on its Sunday


@pytest.fixture
async def world(engine: AsyncEngine, shop: ShopReference) -> LeagueWorld:
    world = LeagueWorld(engine, shop)
    await world.found(league())
    return world


async def scored(world: LeagueWorld, worth: dict[int, int], hours: int = 1, week: Any = MONDAY) -> None:
    """Let members score so much, one an hour after the other, from some hours after the week began on."""
    await world.did(
        *(
            (member, points(f"{member}-{week.date()}-{hours}", week + (hours + turn) * HOUR, score))
            for turn, (member, score) in enumerate(worth.items())
        )
    )


async def first_week(world: LeagueWorld) -> list[int]:
    """Five members who scored in the first week, which is closed: 1 and 4 rose, 3 stayed or did nothing."""
    members = await world.members(5)
    await world.enter(members)
    await scored(world, dict(zip(members, [50, 40, 30, 20, 10], strict=True)))
    assert await world.form(MONDAY + DAY)
    assert await world.close(NEXT + 2 * HOUR)
    return members


async def test_given_a_league_that_nobody_plays_then_no_week_is_formed(world: LeagueWorld) -> None:
    assert not await world.form(MONDAY + DAY)


async def test_given_newcomers_when_they_score_then_they_are_seated_by_when_they_did(world: LeagueWorld) -> None:
    ada, bob, eve, kim, idle = await world.members(5)
    await world.enter([ada, bob, eve, kim, idle])
    assert await world.form(MONDAY + DAY)
    assert await world.entries() == []
    await scored(world, {ada: 10, bob: 20, eve: 5}, hours=5)
    assert await world.follow(ada, bob, eve, idle) == 3
    await scored(world, {kim: 99}, hours=2)  # earlier, but heard of later
    assert await world.follow(kim) == 1
    assert await world.follow(ada, bob, eve, kim) == 0
    assert await world.seats() == {kim: (0, 0), ada: (0, 0), bob: (0, 0), eve: (0, 1)}


async def test_given_a_refund_of_all_that_was_bought_then_a_newcomer_keeps_the_seat_and_is_unranked(
    world: LeagueWorld,
) -> None:
    ada, bob = await world.members(2)
    await world.enter([ada, bob])
    await world.form(MONDAY + DAY)
    await scored(world, {ada: 10, bob: 20})
    await world.follow(ada, bob)
    await world.did((ada, points(f"{ada}-{MONDAY.date()}-1", MONDAY + HOUR, 10, 0)))
    assert await world.follow(ada) == 0
    assert await world.close(NEXT + 2 * HOUR)
    assert await world.outcomes() == {ada: (None, "unranked"), bob: (1, "stayed")}


async def test_given_a_week_that_settles_when_its_hours_are_over_then_it_closes_once_with_late_events(
    world: LeagueWorld,
) -> None:
    ada, bob = await world.members(2)
    await world.enter([ada, bob])
    await world.form(MONDAY + DAY)
    await scored(world, {ada: 10, bob: 20})
    assert not await world.close(NEXT + HOUR)
    assert not await world.form(NEXT + HOUR)
    await world.did((ada, points("late", NEXT - timedelta(seconds=1), 15)))  # never marked, and found all the same
    await world.did((bob, points("next", NEXT, 500)))
    assert await world.close(NEXT + 2 * HOUR)
    assert not await world.close(NEXT + 3 * HOUR)
    assert await world.outcomes() == {ada: (1, "promoted"), bob: (2, "stayed")}
    season = await world.season()
    placed = (Placing(ada, 25, 1, "promoted"), Placing(bob, 20, 2, "stayed"))
    assert season.result_hash == result_hash(season, [CohortPlaces(0, 0, placed)])


async def test_given_a_closed_week_when_the_next_is_formed_then_those_alike_meet_in_their_new_leagues(
    world: LeagueWorld,
) -> None:
    one, two, three, four, five = await first_week(world)
    assert await world.seats() == {one: (0, 0), two: (0, 0), three: (0, 0), four: (0, 1), five: (0, 1)}
    assert await world.outcomes() == {
        one: (1, "promoted"), two: (2, "stayed"), three: (3, "stayed"), four: (1, "promoted"), five: (2, "stayed"),
    }  # fmt: skip
    await world.run("DELETE FROM board_participants WHERE member_id = :five", five=five)
    assert await world.form(NEXT + 2 * HOUR)
    assert await world.seats() == {two: (0, 0), three: (0, 0), one: (1, 0), four: (1, 0)}
    season = await world.season()
    assert (season.period, season.starts_at) == ("2026-03-09", NEXT)
    await scored(world, {one: 5, four: 6}, week=NEXT)
    assert await world.close(NEXT + 8 * DAY)
    assert await world.outcomes() == {
        two: (None, "unranked"), three: (None, "unranked"), four: (1, "promoted"), one: (2, "demoted"),
    }  # fmt: skip
    # Who did nothing sits nowhere until they score again, and goes on where they were.
    assert await world.form(NEXT + 8 * DAY)
    assert await world.seats() == {four: (2, 0), one: (0, 0)}
    await scored(world, {two: 1}, week=NEXT + 7 * DAY)
    await world.follow(two)
    assert (await world.seats())[two] == (0, 1)


async def test_given_a_crash_between_steps_when_it_is_repeated_then_the_week_is_the_same(
    world: LeagueWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, bob = await world.members(2)
    await world.enter([ada, bob])
    await scored(world, {ada: 10, bob: 20})

    def crash(name: str) -> None:
        if name in ("league-after-seats", "league-after-places", "league-before-commit"):
            raise ConnectionError(name)

    monkeypatch.setattr(forming, "crash_point", crash)
    with pytest.raises(ConnectionError):
        await world.form(MONDAY + DAY)
    monkeypatch.undo()
    assert await world.form(MONDAY + DAY)
    monkeypatch.setattr(closing, "crash_point", crash)
    with pytest.raises(ConnectionError):
        await world.close(NEXT + DAY)
    monkeypatch.undo()
    assert (await world.season()).closed_at is None
    assert await world.outcomes() == {ada: (None, None), bob: (None, None)}
    assert await world.close(NEXT + DAY)
    assert await world.outcomes() == {bob: (1, "promoted"), ada: (2, "stayed")}


async def test_given_several_workers_when_they_form_and_close_at_once_then_each_week_is_done_once(
    world: LeagueWorld,
) -> None:
    members = await world.members(9)
    await world.enter(members)
    await scored(world, dict.fromkeys(members, 10))
    assert sum(await asyncio.gather(*(world.form(MONDAY + DAY) for _ in range(3)))) == 1
    assert sum(await asyncio.gather(*(world.close(NEXT + DAY) for _ in range(3)))) == 1
    assert sorted(rank or 0 for rank, _ in (await world.outcomes()).values()) == [1, 1, 1, 2, 2, 2, 3, 3, 3]


async def test_given_any_order_of_arrival_when_newcomers_are_followed_then_they_sit_as_the_pure_function_says(
    world: LeagueWorld,
) -> None:
    members = await world.members(8)
    await world.enter(members)
    await world.form(MONDAY + DAY)
    hours = dict(zip(members, [3, 1, 2, 2, 9, 1, 2, 4], strict=True))
    season = await world.season()
    newcomers = [Newcomer(member, 0, MONDAY + hours[member] * HOUR) for member in members]
    expected = {one.member_id: (one.league, one.cohort) for one in seat_newcomers(season.seed, newcomers, {}, 3)}
    for order in itertools.islice(itertools.permutations(members), 5, 40_320, 13_333):
        await world.run("DELETE FROM league_entries")
        await world.run("UPDATE activities SET steps = '[]'")
        for member in order:
            await world.did((member, points(str(member), MONDAY + hours[member] * HOUR, 10)))
            await world.follow(member)
        assert await world.seats() == expected


async def test_given_an_entry_in_quarantine_or_withdrawn_when_the_week_closes_then_it_takes_nobodys_place(
    world: LeagueWorld,
) -> None:
    ada, bob, eve = await world.members(3)
    await world.enter([ada, bob, eve])
    await scored(world, {ada: 30, bob: 20, eve: 10})
    await world.form(MONDAY + DAY)
    await world.run(
        "INSERT INTO board_quarantines (program_id, quarantine_id, definition_id, member_id, reason, since) "
        "VALUES (:program_id, 1, :game, :ada, 'MANY_ORDERS', now())",
        game=world.game.definition_id, ada=ada,
    )  # fmt: skip
    await world.run("DELETE FROM board_participants WHERE member_id = :eve", eve=eve)
    await world.close(NEXT + DAY)
    assert await world.outcomes() == {ada: (None, "unranked"), bob: (1, "stayed"), eve: (None, "withdrawn")}
    (gone,) = [one for one in await world.entries() if one.member_id == eve]
    assert (gone.display_name, gone.score) == ("", 0)


async def test_given_two_members_who_became_one_then_their_week_is_one_and_they_go_on_in_the_higher_league(
    world: LeagueWorld,
) -> None:
    one, two, *_ = await first_week(world)
    async with tenant_transaction(world.engine, world.program_id) as connection:
        await merge_members(connection, *(MemberKey(world.program_id, id_) for id_ in (one, two)), actor="tests")
    await world.form(NEXT + 2 * HOUR)
    assert one not in await world.seats()
    assert (await world.seats())[two] == (1, 0)


async def test_given_a_merge_when_it_is_heard_of_before_or_after_the_scores_then_the_seats_are_the_same(
    world: LeagueWorld,
) -> None:
    members = await world.members(6)
    await world.enter(members)
    await world.form(MONDAY + DAY)
    first, *_, last = members
    await scored(world, dict.fromkeys(members, 10))
    await world.follow(*members)
    assert (await world.seats())[first] == (0, 0)
    async with tenant_transaction(world.engine, world.program_id) as connection:
        keys = MemberKey(world.program_id, first), MemberKey(world.program_id, last)
        merge = await merge_members(connection, *keys, actor="tests")
    await world.follow(last)
    merged_after = await world.seats()
    await world.run("DELETE FROM league_entries")
    await world.follow(*members)
    assert merged_after == await world.seats()
    assert sorted(merged_after) == members[1:]
    assert sorted(one for one, seat in merged_after.items() if seat == (0, 0)) == [members[1], members[2], last]
    assert merge.into_member_id == last


@pytest.mark.parametrize("merged", ["before", "after"])
async def test_given_a_newcomer_into_whom_somebody_of_a_higher_league_is_merged_then_they_play_there(
    world: LeagueWorld, merged: str
) -> None:
    one, *_ = await first_week(world)
    (late,) = await world.members(1, first=50)
    await world.enter([late])
    for week in (NEXT, NEXT + 7 * DAY):
        await world.form(week + 2 * HOUR)
        if week == NEXT:
            await world.close(week + 7 * DAY + 2 * HOUR)

    async def merge() -> None:
        async with tenant_transaction(world.engine, world.program_id) as connection:
            keys = MemberKey(world.program_id, one), MemberKey(world.program_id, late)
            await merge_members(connection, *keys, actor="tests")

    if merged == "before":
        await merge()
    await scored(world, {late: 5}, week=NEXT + 7 * DAY)
    await world.follow(late)
    if merged == "after":
        await merge()
        await world.follow(late)
    assert await world.seats() == {late: (1, 0)}
    await world.run("DELETE FROM board_marks")
    async with tenant_transaction(world.engine, world.program_id) as connection:
        assert (await audit_leagues(connection, [world.program_id]))[1] == 0


async def test_given_weeks_that_nobody_looked_at_when_the_round_runs_then_each_is_formed_and_closed_in_turn(
    world: LeagueWorld,
) -> None:
    (ada,) = await world.members(1)
    await world.enter([ada])
    await scored(world, {ada: 30})
    keeper = SeasonKeeper(world.engine)
    while await keeper.keep([world.program_id]):
        pass
    rows = await world.run("SELECT period, starts_at, ends_at, closed_at FROM league_seasons ORDER BY period")
    assert rows[0].period == "2026-03-02"
    assert all(earlier.ends_at == later.starts_at for earlier, later in itertools.pairwise(rows))
    assert [row.closed_at is None for row in rows] == [False] * (len(rows) - 1) + [True]
    assert await world.run("SELECT period, rank, outcome FROM league_entries ORDER BY period") == [
        ("2026-03-02", 1, "stayed"), ("2026-03-09", None, "unranked"),
    ]  # fmt: skip
