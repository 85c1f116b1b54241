"""Points given to another member: within the program's limits, once for each key, with their ends."""

from __future__ import annotations

from typing import Any

import anyio
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.idempotency import IdempotencyKeyReused, keyed_request
from engine.ledger import MemberKey
from engine.members import member_of_customer
from engine.shops import ShopReference
from engine.transfers import Transfer, TransferRefused, transfer_points
from tests.support.facts import line, order, refund
from tests.support.programs import Balance, apply, balance, breaches, publish_rules, purchase

OPEN = {"enabled": True, "points_per_day": 60, "minimum": 5}


async def give(
    engine: AsyncEngine, shop: ShopReference, points: int, key: str = "k", giver: int = 1, receiver: int = 2
) -> Transfer:
    async with tenant_transaction(engine, shop.program_id) as connection:
        members = [
            await member_of_customer(connection, shop.program_id, shop.shop_id, number) for number in (giver, receiver)
        ]
        keys = [MemberKey(shop.program_id, member.member_id) for member in members]
        given: dict[str, Any] = {"receiver": receiver, "points": points}
        request = keyed_request(shop.program_id, f"test {giver}", key, given)
        return await transfer_points(
            connection, keys[0], keys[1], points, actor="member", reason="thanks", request=request
        )


async def start(engine: AsyncEngine, shop: ShopReference, transfers: dict[str, Any]) -> None:
    await publish_rules(engine, shop, purchase(), transfers=transfers)
    await apply(engine, shop, order(10, [line("100.00")]), order(11, [line("1.00")], customer=2))


async def test_points_arrive_with_their_end_and_stay(engine: AsyncEngine, shop: ShopReference) -> None:
    await start(engine, shop, OPEN)
    await give(engine, shop, 40)
    async with tenant_transaction(engine, shop.program_id) as connection:
        ends = await connection.execute(text("SELECT count(DISTINCT expires_at) FROM lots"))
        assert ends.scalar_one() == 1

    assert (await balance(engine, shop, 1), await balance(engine, shop, 2)) == (Balance(60), Balance(41))
    await apply(engine, shop, refund(1, 10, "100.00"))
    assert (await balance(engine, shop, 1), await balance(engine, shop, 2)) == (Balance(0, debt=40), Balance(41))
    assert await breaches(engine, shop) == {}


async def test_one_key_is_one_gift_and_another_input_is_refused(engine: AsyncEngine, shop: ShopReference) -> None:
    await start(engine, shop, OPEN)
    first, second = await give(engine, shop, 40), await give(engine, shop, 40)
    assert first == second
    with pytest.raises(IdempotencyKeyReused):
        await give(engine, shop, 41)
    assert await balance(engine, shop, 2) == Balance(41)


@pytest.mark.parametrize(
    ("transfers", "points", "receiver", "code"),
    [
        ({"enabled": False}, 10, 2, "TRANSFERS_OFF"),
        (OPEN, 4, 2, "BELOW_MINIMUM"),
        (OPEN, 0, 2, "BELOW_MINIMUM"),
        (OPEN, -50, 2, "BELOW_MINIMUM"),
        (OPEN, 61, 2, "ABOVE_DAILY_LIMIT"),
        ({**OPEN, "points_per_day": 1000}, 101, 2, "NOT_ENOUGH_POINTS"),
        (OPEN, 10, 1, "SAME_MEMBER"),
    ],
)
async def test_a_gift_beyond_the_limits_is_refused(
    engine: AsyncEngine, shop: ShopReference, transfers: dict[str, Any], points: int, receiver: int, code: str
) -> None:
    await start(engine, shop, transfers)
    with pytest.raises(TransferRefused) as refused:
        await give(engine, shop, points, receiver=receiver)
    assert refused.value.code == code
    assert (await balance(engine, shop, 1), await balance(engine, shop, 2)) == (Balance(100), Balance(1))


async def test_two_who_give_each_other_at_once_and_a_limit_that_holds(engine: AsyncEngine, shop: ShopReference) -> None:
    await start(engine, shop, OPEN)
    await apply(engine, shop, order(12, [line("99.00")], customer=2))
    refusals: list[str] = []

    async def try_to_give(number: int) -> None:
        giver, receiver = (1, 2) if number % 2 else (2, 1)
        try:
            await give(engine, shop, 20, f"k{number}", giver, receiver)
        except TransferRefused as refused:
            refusals.append(refused.code)

    async with anyio.create_task_group() as group:
        for number in range(10):
            group.start_soon(try_to_give, number)

    assert refusals == ["ABOVE_DAILY_LIMIT"] * 4
    assert (await balance(engine, shop, 1), await balance(engine, shop, 2)) == (Balance(100), Balance(100))
    assert await breaches(engine, shop) == {}
