"""What the game holds of a person is told, and goes with them; merged members take part as one."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.badges.definitions import BadgeDefinition
from engine.database import tenant_transaction
from engine.events import CustomersMerged
from engine.game.counters import Counter
from engine.leaderboards.definitions import Counted, LeaderboardDefinition
from engine.leaderboards.friends import add_friend, friend_code_of
from engine.leaderboards.joining import opt_in
from engine.ledger import MemberKey
from engine.merging import merge_members, unmerge_members
from engine.privacy import export_customer, redact_customer, redact_shop
from engine.shops import ShopReference
from tests.support.facts import PAID_AT, line, order
from tests.support.playing import Playing
from tests.support.programs import apply


@pytest.fixture
async def playing(engine: AsyncEngine, shop: ShopReference) -> Playing:
    """Ada and Bea on one board, friends, each with a badge."""
    playing = Playing(engine, shop)
    await playing.publish(
        "badge", "first", BadgeDefinition.model_validate({"title": "First", "counter": {"metric": "orders"}})
    )
    board = await playing.publish(
        "leaderboard", "points", LeaderboardDefinition(title="Points", score=Counted(counter=Counter(metric="points")))
    )
    for customer, name in ((1, "Ada"), (2, "Bea")):
        await apply(engine, shop, order(10 + customer, [line("5.00")], customer=customer))
        member_id = await playing.member(customer)
        async with tenant_transaction(engine, shop.program_id) as connection:
            await opt_in(connection, shop.program_id, member_id, board.definition_id, name)
    async with tenant_transaction(engine, shop.program_id) as connection:
        code = await friend_code_of(connection, shop.program_id, await playing.member(2))
        await add_friend(connection, shop.program_id, await playing.member(1), code)
    await playing.follow()
    return playing


async def names(playing: Playing) -> list[str]:
    async with tenant_transaction(playing.engine, playing.shop.program_id) as connection:
        rows = await connection.execute(text("SELECT display_name FROM board_participants ORDER BY display_name"))
        return list(rows.scalars())


async def test_all_of_it_is_told_and_nobody_else_is_named(playing: Playing) -> None:
    async with tenant_transaction(playing.engine, playing.shop.program_id) as connection:
        told: dict[str, Any] = await export_customer(connection, playing.shop.program_id, playing.shop.shop_id, 1)
    (reached,) = told["achievements"]
    assert (reached["handle"], reached["level"]) == ("first", 1)
    (board,) = told["boards"]
    assert (board["handle"], board["display_name"]) == ("points", "Ada")
    assert len(told["friends"]) == 1
    assert "Bea" not in str(told)


async def test_who_is_erased_takes_part_in_nothing_and_has_no_friends(playing: Playing) -> None:
    shop = playing.shop
    for _ in range(2):
        async with tenant_transaction(playing.engine, shop.program_id) as connection:
            await redact_customer(connection, shop.program_id, shop.shop_id, 1, [], PAID_AT)
    assert await names(playing) == ["Bea"]
    async with tenant_transaction(playing.engine, shop.program_id) as connection:
        assert (await connection.execute(text("SELECT count(*) FROM friendships"))).scalar_one() == 0


async def test_an_erased_shop_leaves_no_names_behind(playing: Playing) -> None:
    shop = playing.shop
    async with tenant_transaction(playing.engine, shop.program_id) as connection:
        await redact_shop(connection, shop.program_id, shop.shop_id)
    assert await names(playing) == []


async def test_who_was_merged_goes_on_by_the_name_of_the_one_who_stayed(playing: Playing) -> None:
    await apply(
        playing.engine, playing.shop, CustomersMerged(kept_customer_id=2, removed_customer_id=1, occurred_at=PAID_AT)
    )
    assert await names(playing) == ["Bea"]
    assert (await playing.game(2)).standing.badges[0].value == Decimal(2)


async def test_who_was_parted_takes_part_by_their_own_name_again_and_the_other_no_more(playing: Playing) -> None:
    shop = playing.shop
    await apply(playing.engine, shop, order(20, [line("5.00")], customer=3))
    ann, other = await playing.member(1), await playing.member(3)
    async with tenant_transaction(playing.engine, shop.program_id) as connection:
        merge = await merge_members(
            connection, MemberKey(shop.program_id, ann), MemberKey(shop.program_id, other), actor="tests"
        )
    async with tenant_transaction(playing.engine, shop.program_id) as connection:
        await unmerge_members(connection, shop.program_id, merge.merge_id, actor="tests")
        rows = await connection.execute(text("SELECT member_id, display_name FROM board_participants ORDER BY 2"))
        assert [tuple(row) for row in rows] == [(ann, "Ada"), (await playing.member(2), "Bea")]
