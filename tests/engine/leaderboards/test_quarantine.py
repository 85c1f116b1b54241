"""Entries that look like cheating: out of sight, appealed, decided, and not found again by what a person cleared."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.leaderboards.appeals import (
    AppealRefused,
    Quarantine,
    appeal,
    decide,
    forget_appeals,
    quarantine_of,
    quarantines_in,
    quarantines_of_member,
)
from engine.leaderboards.periods import BoardGame
from engine.leaderboards.quarantine import follow_signals, follow_time, held_members
from engine.leaderboards.suspicion import QuarantineRules
from engine.ledger import MemberKey
from engine.merging import merge_members
from engine.shops import ShopReference
from tests.support.boards import BoardWorld, board, points

pytestmark = pytest.mark.anyio

NOW = datetime.now(UTC).replace(microsecond=0)
LIMITS = QuarantineRules(orders_per_hour=2)


class Watched(BoardWorld):
    """A board that takes no more than two orders in an hour for plausible, and one of its members."""

    game: BoardGame
    ada: int

    async def begin(self) -> None:
        self.game = await self.open(board(quarantine=LIMITS))
        (self.ada,) = await self.members(1)
        await self.join(self.game, [self.ada])

    async def bought(self, *minutes_ago: int, member: int | None = None) -> None:
        rows = [
            (member or self.ada, points(f"{member or self.ada}-{ago}", NOW - timedelta(minutes=ago), 10))
            for ago in minutes_ago
        ]
        await self.did(*rows)

    async def follow(self, *members: int, now: datetime = NOW) -> set[int]:
        async with tenant_transaction(self.engine, self.program_id) as connection:
            return await follow_signals(connection, self.program_id, [self.game], members or [self.ada], now)

    async def held(self, *members: int) -> set[int]:
        async with tenant_transaction(self.engine, self.program_id) as connection:
            asked = members or (self.ada,)
            return await held_members(connection, self.program_id, self.game.definition_id, asked)

    async def mine(self, member: int | None = None) -> tuple[Quarantine, ...]:
        async with tenant_transaction(self.engine, self.program_id) as connection:
            return await quarantines_of_member(connection, self.program_id, member or self.ada)

    async def ask(self, function: Callable[..., Awaitable[Any]], *given: Any, **more: Any) -> Any:
        async with tenant_transaction(self.engine, self.program_id) as connection:
            return await function(connection, self.program_id, *given, **more)


@pytest.fixture
async def world(engine: AsyncEngine, shop: ShopReference) -> Watched:
    world = Watched(engine, shop)
    await world.begin()
    return world


async def test_given_too_many_orders_when_they_are_followed_then_the_entry_is_out_of_sight_with_its_reason(
    world: Watched,
) -> None:
    await world.bought(200, 100, 50)
    assert await world.follow() == set()
    await world.bought(60, 40)
    assert await world.follow() == {world.ada}
    assert await world.follow() == set()
    assert await world.held() == {world.ada}
    (found,) = await world.mine()
    assert (found.reason, found.since, found.display_name) == (
        "MANY_ORDERS", NOW - timedelta(minutes=50), f"Member {world.ada}",
    )  # fmt: skip
    assert (found.evidence["count"], found.evidence["limit"], found.open, found.can_appeal) == (3, 2, True, True)
    assert await world.run("SELECT version FROM members WHERE member_id = :ada", ada=world.ada) == [(2,)]


async def test_given_two_workers_when_both_find_it_then_there_is_one_entry(world: Watched) -> None:
    await world.bought(3, 2, 1)
    await asyncio.gather(world.follow(), world.follow(), world.follow())
    assert len(await world.mine()) == 1


async def test_given_signals_that_hold_no_more_when_time_passes_then_the_entry_is_seen_again(world: Watched) -> None:
    await world.bought(3, 2, 1)
    await world.follow()
    later = NOW + timedelta(days=91)
    assert await world.ask(follow_time, [world.game], later) == 0  # looked at a moment ago
    await world.run("UPDATE board_quarantines SET looked_at = now() - interval '7 hours'")
    assert await world.ask(follow_time, [world.game], later) == 1
    assert await world.held() == set()
    (found,) = await world.mine()
    assert (found.open, found.can_appeal, found.lifted_at is not None) == (False, False, True)


async def test_given_a_cleared_entry_when_nothing_new_happens_then_it_is_not_found_again(world: Watched) -> None:
    await world.bought(3, 2, 1)
    await world.follow()
    (found,) = await world.mine()
    cleared = await world.ask(decide, found.quarantine_id, "cleared", actor="staff:7")
    assert (cleared.decision, cleared.decided_by, cleared.open) == ("cleared", "staff:7", False)
    assert await world.held() == set()
    assert await world.follow(now=NOW + timedelta(minutes=1)) == set()
    with pytest.raises(AppealRefused, match="ALREADY_DECIDED"):
        await world.ask(decide, found.quarantine_id, "upheld", actor="staff:7")
    await world.bought(-61, -62, -63)
    assert await world.follow(now=NOW + timedelta(hours=2)) == {world.ada}
    assert [one.open for one in await world.mine()] == [True, False]


async def test_given_an_upheld_entry_when_its_signals_end_then_it_stays_until_it_is_cleared(world: Watched) -> None:
    await world.bought(3, 2, 1)
    await world.follow()
    (found,) = await world.mine()
    await world.ask(decide, found.quarantine_id, "upheld", actor="staff:7")
    assert await world.follow(now=NOW + timedelta(days=91)) == set()
    assert await world.held() == {world.ada}
    with pytest.raises(AppealRefused, match="ALREADY_DECIDED"):
        await world.ask(appeal, world.ada, found.quarantine_id, "It was my birthday.")
    await world.ask(decide, found.quarantine_id, "cleared", actor="staff:8")
    assert await world.held() == set()


async def test_given_an_appeal_then_the_staff_read_it_and_nobody_else_can_say_or_see_anything(world: Watched) -> None:
    (eve,) = await world.members(1, first=2)
    await world.bought(3, 2, 1)
    await world.follow()
    (found,) = await world.mine()
    for words in ("", "   ", "x" * 501, "a\x00b", "\ud800"):
        with pytest.raises(AppealRefused, match="TEXT_INVALID"):
            await world.ask(appeal, world.ada, found.quarantine_id, words)
    with pytest.raises(AppealRefused, match="QUARANTINE_NOT_FOUND"):
        await world.ask(appeal, eve, found.quarantine_id, "Let me in.")
    said = await world.ask(appeal, world.ada, found.quarantine_id, " Presents for\r\nthe whole family. ")
    assert (said.appeal, said.can_appeal) == ("Presents for\nthe whole family.", False)
    with pytest.raises(AppealRefused, match="ALREADY_APPEALED"):
        await world.ask(appeal, world.ada, found.quarantine_id, "Again.")
    assert await world.mine(eve) == ()
    assert await world.ask(quarantines_in, undecided=True, most=10) == (said,)
    await world.ask(decide, found.quarantine_id, "upheld", actor="staff:7")
    assert await world.ask(quarantines_in, undecided=True, most=10) == ()
    assert len(await world.ask(quarantines_in, undecided=False, most=10)) == 1
    assert await world.ask(quarantines_in, undecided=False, most=10, before=found.quarantine_id) == ()
    assert await world.ask(forget_appeals, world.ada) == 1
    assert (await world.ask(quarantine_of, found.quarantine_id)).appeal is None


async def test_given_an_upheld_entry_when_its_member_is_merged_into_another_then_the_other_is_held_too(
    world: Watched,
) -> None:
    (eve,) = await world.members(1, first=2)
    await world.join(world.game, [eve])
    await world.bought(3, 2, 1)
    await world.follow()
    (found,) = await world.mine()
    await world.ask(decide, found.quarantine_id, "upheld", actor="staff:7")
    async with tenant_transaction(world.engine, world.program_id) as connection:
        keys = MemberKey(world.program_id, world.ada), MemberKey(world.program_id, eve)
        await merge_members(connection, *keys, actor="tests")
    assert await world.follow(eve) == {eve}
    assert await world.held(eve) == {eve}
    own = next(one for one in await world.mine(eve) if one.member_id == eve)
    assert (own.decision, own.decided_by) == ("upheld", "staff:7")
    await world.ask(decide, own.quarantine_id, "cleared", actor="staff:8")
    assert await world.follow(eve) == set()


async def test_given_members_who_take_no_part_then_nothing_is_looked_at(world: Watched) -> None:
    (eve,) = await world.members(1, first=2)
    await world.bought(3, 2, 1, member=eve)
    assert await world.follow(eve) == set()
    assert await world.mine(eve) == ()
