"""Joining and leaving a challenge, acting on a streak, and goals of the community: in the database."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from engine.challenges.audit_checks import CHALLENGE_CHECKS
from engine.challenges.community import settle_communities, totals
from engine.challenges.definitions import ChallengeDefinition, ChallengeStep, Once
from engine.challenges.joining import join_challenge, leave_challenge
from engine.database import tenant_transaction
from engine.events import CustomersMerged
from engine.game.asking import WishRefused
from engine.game.audit_game import audit_game
from engine.game.catalog import archive_game
from engine.game.counters import Counter
from engine.game.facts import Game
from engine.game.marking import mark
from engine.game.reading import MemberGame
from engine.rules.bounds import Frozen
from engine.shops import ShopReference
from engine.streaks.acting import choose_zone, pause_streak, repair_streak
from engine.streaks.definitions import StreakDefinition
from tests.support.facts import PAID_AT, line, order, refund
from tests.support.playing import Playing
from tests.support.programs import apply, publish_rules, purchase

HOUR = timedelta(hours=1)
ORDERS = Counter(metric="orders")
Action = Callable[..., Awaitable[MemberGame]]


@pytest.fixture
async def playing(engine: AsyncEngine, shop: ShopReference) -> Playing:
    await publish_rules(engine, shop, purchase())
    return Playing(engine, shop)


def _challenge(target: str = "1", **more: Any) -> ChallengeDefinition:
    step = ChallengeStep(handle="orders", title="Orders", counter=ORDERS, target=Decimal(target))
    return ChallengeDefinition(title="Spring", steps=(step,), **more)


async def _buy(
    playing: Playing, order_id: int, at: datetime = PAID_AT, customer: int = 1, refunded_at: datetime | None = None
) -> None:
    """An order, or news of one that was refunded in full."""
    refunds = [refund(order_id, order_id, "5.00", created_at=refunded_at)] if refunded_at else []
    bought = order(
        order_id, [line("5.00")], customer=customer, occurred_at=at, updated_at=refunded_at or at, refunds=refunds
    )
    await apply(playing.engine, playing.shop, bought)


async def _ask(playing: Playing, action: Action, game: Game[Frozen] | None, *given: Any, now: datetime) -> MemberGame:
    member_id = await playing.member()
    about = () if game is None else (game.definition_id,)
    async with tenant_transaction(playing.engine, playing.shop.program_id) as connection:
        return await action(connection, playing.shop.program_id, member_id, *about, *given, now=now)


async def _refused(playing: Playing, action: Action, game: Game[Frozen] | None, *given: Any, now: datetime) -> str:
    with pytest.raises(WishRefused) as refused:
        await _ask(playing, action, game, *given, now=now)
    return refused.value.code


async def _rows(playing: Playing, sql: str) -> list[Any]:
    async with tenant_transaction(playing.engine, playing.shop.program_id) as connection:
        return [tuple(row) for row in await connection.execute(text(sql))]


async def _found(connection: AsyncConnection, program_id: int) -> dict[str, tuple[int, int]]:
    rows = {
        one.name: (await connection.execute(text(one.sql), {"programs": [program_id]})).one()
        for one in CHALLENGE_CHECKS
    }
    return {name: (row.checked, row.breaches) for name, row in rows.items()}


async def test_a_member_joins_and_leaves_once_each_and_is_told_at_once(playing: Playing) -> None:
    # given
    game = await playing.publish("challenge", "spring", _challenge("2", join="joined"))
    await _buy(playing, 1)
    version = await _rows(playing, "SELECT version FROM members")
    # when
    joined = await _ask(playing, join_challenge, game, now=PAID_AT + HOUR)
    again = await _ask(playing, join_challenge, game, now=PAID_AT + 2 * HOUR)
    # then what was done before does not count
    for known in (joined, again):
        (progress,) = known.standing.challenges
        assert (progress.state, progress.joined_at, progress.steps[0].value) == ("joined", PAID_AT + HOUR, Decimal(0))
    assert await _rows(playing, "SELECT kind, created_by FROM game_facts") == [("challenge-joined", "member")]
    assert await _rows(playing, "SELECT version FROM members") == [(version[0][0] + 1,)]
    await _buy(playing, 2, PAID_AT + 3 * HOUR)
    await _buy(playing, 3, PAID_AT + 4 * HOUR)
    assert await playing.follow() == 1
    assert await playing.held() == ["spring/0/"]
    # and who leaves keeps it
    left = await _ask(playing, leave_challenge, game, now=PAID_AT + 5 * HOUR)
    await _ask(playing, leave_challenge, game, now=PAID_AT + 6 * HOUR)
    assert left.standing.challenges[0].state == "completed"
    assert len(await _rows(playing, "SELECT FROM game_facts")) == 2


async def test_what_cannot_be_joined_is_refused_and_changes_nothing(playing: Playing) -> None:
    # given
    ended = await playing.publish("challenge", "ended", _challenge(join="joined", period=Once(ends_at=PAID_AT)))
    open_to_all = await playing.publish("challenge", "open", _challenge())
    archived = await playing.publish("challenge", "archived", _challenge(join="joined"))
    await _buy(playing, 1)
    async with tenant_transaction(playing.engine, playing.shop.program_id) as connection:
        await archive_game(connection, playing.shop.program_id, archived.definition_id, expected_version=1)
    now = datetime.now(UTC) + HOUR
    # then
    assert await _refused(playing, join_challenge, ended, now=now) == "CHALLENGE_ENDED"
    assert await _refused(playing, join_challenge, open_to_all, now=now) == "NOT_JOINABLE"
    assert await _refused(playing, leave_challenge, archived, now=now) == "CHALLENGE_NOT_FOUND"
    with pytest.raises(WishRefused, match="no such member"):
        async with tenant_transaction(playing.engine, playing.shop.program_id) as connection:
            await join_challenge(connection, playing.shop.program_id, 404, ended.definition_id)
    assert await _rows(playing, "SELECT FROM game_facts") == []


async def test_a_streak_is_repaired_paused_and_moved_to_another_zone(playing: Playing) -> None:
    # given orders on a Monday and a Wednesday
    monday = datetime(2026, 3, 2, 17, tzinfo=UTC)
    wednesday = monday + timedelta(days=2)
    daily = StreakDefinition(
        title="Days", counter=ORDERS, unit="day", freezes_maximum=0, repairs_per_year=1, quiet_units_per_year=2
    )
    game = await playing.publish("streak", "days", daily)
    await _buy(playing, 1, monday)
    await _buy(playing, 2, wednesday)
    # then the missed Tuesday can be repaired once
    repaired = await _ask(playing, repair_streak, game, now=wednesday)
    assert (repaired.standing.streaks[0].length, repaired.standing.streaks[0].repairs_left) == (2, 0)
    assert await _refused(playing, repair_streak, game, now=wednesday) == "NOTHING_TO_REPAIR"
    assert await _refused(playing, repair_streak, game, now=wednesday + timedelta(days=2)) == "REPAIRS_USED"
    assert await _refused(playing, repair_streak, game, now=wednesday + timedelta(days=9)) == "REPAIR_TOO_LATE"
    # and an absence is announced before it ends, no longer than is allowed
    thursday, friday, saturday = (date(2026, 3, day) for day in (5, 6, 7))
    paused = await _ask(playing, pause_streak, game, thursday, friday, now=wednesday)
    assert paused.standing.streaks[0].paused == (thursday, friday)
    assert paused.standing.streaks[0].ends_at == datetime(2026, 3, 8, tzinfo=UTC)
    assert await _refused(playing, pause_streak, game, thursday, saturday, now=wednesday) == "TOO_LONG"
    assert await _refused(playing, pause_streak, game, friday, thursday, now=wednesday) == "DATES_INVALID"
    assert await _refused(playing, pause_streak, game, date(2026, 3, 3), thursday, now=wednesday) == "DATES_INVALID"
    # and a zone takes effect with the next day
    moved = await _ask(playing, choose_zone, None, "Asia/Tokyo", now=wednesday)
    assert moved.standing.streaks[0].unit_ends_at == datetime(2026, 3, 5, tzinfo=UTC)
    assert await _refused(playing, choose_zone, None, "Mars/Olympus", now=wednesday) == "TIME_ZONE_INVALID"
    for number in range(1, 5):
        await _ask(playing, choose_zone, None, ("Asia/Tokyo", "UTC")[number % 2], now=wednesday + number * HOUR)
    assert await _refused(playing, choose_zone, None, "Asia/Seoul", now=wednesday + 5 * HOUR) == "ZONE_CHANGED_OFTEN"
    assert len(await _rows(playing, "SELECT FROM game_facts")) == 1 + 1 + 5


async def test_a_goal_of_the_community_is_settled_once_and_finished_by_all_who_gave_enough(playing: Playing) -> None:
    # given three orders together until two days ago, of which each gives two
    ends_at = PAID_AT - timedelta(days=2)
    goal = _challenge(
        "3", scope="community", minimum_contribution=Decimal(2), period=Once(ends_at=ends_at), settle_hours=24
    )
    game = await playing.publish("challenge", "together", goal)
    program_id = playing.shop.program_id
    for number, customer in enumerate((1, 1, 2, 2, 2, 3)):
        await _buy(playing, number + 1, ends_at - (number + 1) * HOUR, customer)
    await _buy(playing, 9, ends_at, 3)
    await playing.follow()
    # when one of them is refunded and two members turn out to be one
    await _buy(playing, 3, ends_at - 3 * HOUR, 2, refunded_at=ends_at - HOUR)
    await apply(playing.engine, playing.shop, CustomersMerged(3, 2, PAID_AT))
    await playing.follow()
    async with tenant_transaction(playing.engine, program_id) as connection:
        tampered = await connection.begin_nested()
        await connection.execute(text("UPDATE challenge_contributions SET amount = amount + 1 WHERE amount = 2"))
        assert await audit_game(connection, [program_id]) == (2, 1)
        await tampered.rollback()
        known = await totals(connection, program_id, [game.definition_id])
        assert await _found(connection, program_id) == {"challenge-totals": (1, 0), "challenge-periods": (0, 0)}
        assert await audit_game(connection, [program_id]) == (2, 0)
        await mark(connection, [(await playing.game(3)).member])
    # then it waits for whom there is something new to work out
    async with tenant_transaction(playing.engine, program_id) as connection:
        assert await settle_communities(connection) == 0
    await playing.follow()
    async with tenant_transaction(playing.engine, program_id) as connection:
        settled = await settle_communities(connection), await settle_communities(connection)
    # then
    assert known == {(game.definition_id, ""): 5}
    assert settled == (1, 0)
    assert await _rows(playing, "SELECT version, total, reached_at FROM challenge_periods") == [(1, 5, ends_at)]
    assert await playing.follow() == 2
    assert (await playing.held(1), await playing.held(2)) == (["together/0/"], ["together/0/"])
    (progress,) = (await playing.game(1)).standing.challenges
    assert (progress.state, progress.contribution, progress.completed_at) == ("completed", Decimal(2), ends_at)
    # and a refund after that takes it from who gave too little then, and from nobody else
    await _buy(playing, 2, ends_at - 2 * HOUR, 1, refunded_at=PAID_AT)
    await playing.follow()
    assert (await playing.held(1), await playing.held(2)) == ([], ["together/0/"])
    assert await _rows(playing, "SELECT total FROM challenge_totals") == [(5,)]
    async with tenant_transaction(playing.engine, program_id) as connection:
        assert await _found(connection, program_id) == {"challenge-totals": (1, 0), "challenge-periods": (1, 0)}
        await connection.execute(text("UPDATE challenge_totals SET total = 4"))
        assert (await _found(connection, program_id))["challenge-totals"] == (1, 1)
