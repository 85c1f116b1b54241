"""Two customers who are one person, and perhaps two again: no point is lost, none is made."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.events import CustomersMerged
from engine.ledger import MemberKey
from engine.members import member_of_customer
from engine.merging import MergeRefused, merge_members, unmerge_members
from engine.reservations import reserve, settle
from engine.shops import ShopReference
from tests.support.facts import PAID_AT, line, order, refund
from tests.support.programs import Balance, apply, balance, breaches, fixed, publish_rules, purchase

MERGED = CustomersMerged(kept_customer_id=2, removed_customer_id=1, occurred_at=PAID_AT + timedelta(hours=2))
HELD = purchase("held", "1", hold={"kind": "days", "days": 14})


async def key_of(engine: AsyncEngine, shop: ShopReference, customer_id: int) -> MemberKey:
    async with tenant_transaction(engine, shop.program_id) as connection:
        member = await member_of_customer(connection, shop.program_id, shop.shop_id, customer_id)
        return MemberKey(shop.program_id, member.member_id)


async def merge_id(engine: AsyncEngine, shop: ShopReference) -> int:
    async with tenant_transaction(engine, shop.program_id) as connection:
        rows = await connection.execute(text("SELECT merge_id FROM member_merges ORDER BY merge_id DESC LIMIT 1"))
        found: int = rows.scalar_one()
        return found


async def unmerge(engine: AsyncEngine, shop: ShopReference) -> None:
    found = await merge_id(engine, shop)
    async with tenant_transaction(engine, shop.program_id) as connection:
        await unmerge_members(connection, shop.program_id, found, actor="staff:1")


async def test_points_on_hand_and_on_hold_come_together_once(engine: AsyncEngine, shop: ShopReference) -> None:
    await publish_rules(engine, shop, purchase(), HELD)
    await apply(engine, shop, order(10, [line("45.00")]), order(11, [line("30.00")], customer=2))
    await apply(engine, shop, MERGED, MERGED)
    await apply(engine, shop, MERGED)

    assert await balance(engine, shop, 2) == Balance(75, pending=75)
    assert await balance(engine, shop, 1) == Balance(75, pending=75)
    assert await breaches(engine, shop) == {}


async def test_a_refund_of_an_order_from_before_takes_from_who_has_the_points(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    await publish_rules(engine, shop, purchase(), HELD)
    await apply(engine, shop, order(10, [line("45.00")]), order(11, [line("30.00")], customer=2))
    await apply(engine, shop, MERGED)
    await apply(engine, shop, refund(1, 10, "45.00"))

    assert await balance(engine, shop, 2) == Balance(30, pending=30)
    assert await breaches(engine, shop) == {}


async def test_a_hold_from_before_is_settled_for_the_one_who_stayed(engine: AsyncEngine, shop: ShopReference) -> None:
    await publish_rules(engine, shop, purchase())
    await apply(engine, shop, order(10, [line("45.00")]), order(11, [line("30.00")], customer=2))
    key = await key_of(engine, shop, 1)
    async with tenant_transaction(engine, shop.program_id) as connection:
        held = await reserve(connection, key, 40, purpose="test", actor="tests", held_for=timedelta(days=1))
    await apply(engine, shop, MERGED)
    assert await balance(engine, shop, 2) == Balance(35, reserved=40)
    async with tenant_transaction(engine, shop.program_id) as connection:
        await settle(connection, shop.program_id, held, capture=10, actor="tests")

    assert await balance(engine, shop, 2) == Balance(65)
    assert await breaches(engine, shop) == {}


async def test_what_one_owed_is_paid_from_what_the_other_had(engine: AsyncEngine, shop: ShopReference) -> None:
    await publish_rules(engine, shop, purchase())
    await apply(engine, shop, order(10, [line("45.00")]), order(11, [line("30.00")], customer=2))
    key = await key_of(engine, shop, 1)
    async with tenant_transaction(engine, shop.program_id) as connection:
        held = await reserve(connection, key, 45, purpose="test", actor="tests", held_for=timedelta(days=1))
        await settle(connection, shop.program_id, held, capture=45, actor="tests")
    await apply(engine, shop, refund(1, 10, "45.00"))
    assert await balance(engine, shop, 1) == Balance(0, debt=45)
    await apply(engine, shop, MERGED)

    assert await balance(engine, shop, 2) == Balance(0, debt=15)
    assert await breaches(engine, shop) == {}


async def test_parted_again_each_has_their_own_orders_points(engine: AsyncEngine, shop: ShopReference) -> None:
    await publish_rules(engine, shop, purchase(), HELD)
    await apply(engine, shop, order(10, [line("45.00")]), order(11, [line("30.00")], customer=2))
    await apply(engine, shop, MERGED)
    await unmerge(engine, shop)

    assert await balance(engine, shop, 1) == Balance(45, pending=45)
    assert await balance(engine, shop, 2) == Balance(30, pending=30)
    await apply(engine, shop, refund(1, 10, "45.00"))
    assert await balance(engine, shop, 1) == Balance(0)
    assert await breaches(engine, shop) == {}


async def test_a_hold_made_before_a_merge_goes_back_with_its_member(engine: AsyncEngine, shop: ShopReference) -> None:
    await publish_rules(engine, shop, purchase())
    await apply(engine, shop, order(10, [line("45.00")]), order(11, [line("30.00")], customer=2))
    key = await key_of(engine, shop, 1)
    async with tenant_transaction(engine, shop.program_id) as connection:
        held = await reserve(connection, key, 40, purpose="test", actor="tests", held_for=timedelta(days=1))
    await apply(engine, shop, MERGED)
    await unmerge(engine, shop)
    assert await balance(engine, shop, 1) == Balance(5, reserved=40)
    async with tenant_transaction(engine, shop.program_id) as connection:
        await settle(connection, shop.program_id, held, capture=0, actor="tests")

    assert await balance(engine, shop, 1) == Balance(45)
    assert await breaches(engine, shop) == {}


async def test_a_chain_of_three_is_undone_from_its_end(engine: AsyncEngine, shop: ShopReference) -> None:
    await publish_rules(engine, shop, purchase())
    await apply(engine, shop, *(order(number, [line("10.00")], customer=number) for number in (1, 2, 3)))
    await apply(engine, shop, MERGED)
    first = await merge_id(engine, shop)
    await apply(engine, shop, CustomersMerged(3, 2, PAID_AT + timedelta(hours=3)))
    assert await balance(engine, shop, 3) == Balance(30)
    with pytest.raises(MergeRefused, match="MERGED_ON"):
        async with tenant_transaction(engine, shop.program_id) as connection:
            await unmerge_members(connection, shop.program_id, first, actor="staff:1")
    await unmerge(engine, shop)

    assert (await balance(engine, shop, 2), await balance(engine, shop, 3)) == (Balance(20), Balance(10))
    assert await balance(engine, shop, 1) == Balance(20)  # still one with the second
    async with tenant_transaction(engine, shop.program_id) as connection:
        await unmerge_members(connection, shop.program_id, first, actor="staff:1")
    assert (await balance(engine, shop, 1), await balance(engine, shop, 2)) == (Balance(10), Balance(10))
    assert await breaches(engine, shop) == {}


async def test_a_merge_that_is_told_before_anything_else_counts_for_what_comes_later(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    await publish_rules(engine, shop, purchase())
    await apply(engine, shop, MERGED)
    await apply(engine, shop, order(10, [line("45.00")], customer=1))
    await apply(engine, shop, order(11, [line("30.00")], customer=2), MERGED)

    assert (await balance(engine, shop, 1), await balance(engine, shop, 2)) == (Balance(75), Balance(75))
    assert await breaches(engine, shop) == {}


async def test_a_person_joins_once_also_when_the_one_who_stayed_had_not(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    await publish_rules(engine, shop, purchase(), fixed("sign-up", 100, "sign_up"))
    await apply(engine, shop, order(10, [line("45.00")]))
    await key_of(engine, shop, 2)  # looked at the panel and bought nothing
    await apply(engine, shop, MERGED)
    await apply(engine, shop, order(11, [line("5.00")], customer=2))

    assert await balance(engine, shop, 2) == Balance(150)
    assert await breaches(engine, shop) == {}


async def test_a_person_joins_once_also_through_a_chain_of_merges(engine: AsyncEngine, shop: ShopReference) -> None:
    """Found by the state machine: the second of three had no joining of their own, and got one by an old order."""
    await publish_rules(engine, shop, purchase(), fixed("sign-up", 100, "sign_up"))
    await apply(engine, shop, order(10, [line("45.00")]))
    for customer in (2, 3):
        await key_of(engine, shop, customer)
    await apply(engine, shop, order(11, [line("5.00")], customer=2, paid=False))
    await apply(engine, shop, MERGED)
    again = CustomersMerged(kept_customer_id=3, removed_customer_id=2, occurred_at=PAID_AT + timedelta(hours=3))
    await apply(engine, shop, again)
    await apply(engine, shop, order(11, [line("5.00")], customer=2))
    await apply(engine, shop, order(12, [line("1.00")], customer=2), order(13, [line("1.00")], customer=1))

    assert await balance(engine, shop, 3) == Balance(152)
    assert await breaches(engine, shop) == {}


async def test_two_orders_of_one_batch_join_a_merged_person_once(engine: AsyncEngine, shop: ShopReference) -> None:
    await publish_rules(engine, shop, purchase(), fixed("sign-up", 100, "sign_up"))
    for customer in (1, 2):
        await key_of(engine, shop, customer)
    await apply(engine, shop, *(order(10 + one, [line("1.00")], customer=one, paid=False) for one in (1, 2)))
    await apply(engine, shop, MERGED)
    await apply(engine, shop, *(order(10 + one, [line("1.00")], customer=one) for one in (1, 2)))

    assert await balance(engine, shop, 2) == Balance(102)
    assert await breaches(engine, shop) == {}


async def test_an_order_told_again_after_the_parting_joins_nobody(engine: AsyncEngine, shop: ShopReference) -> None:
    """Found by the state machine: the same order, delivered once more, paid a bonus."""
    await publish_rules(engine, shop, purchase(), fixed("sign-up", 100, "sign_up"))
    told = order(11, [line("5.00")], customer=2)
    await apply(engine, shop, order(10, [line("45.00")]))
    await key_of(engine, shop, 2)
    await apply(engine, shop, MERGED)
    await apply(engine, shop, told)
    await unmerge(engine, shop)
    await apply(engine, shop, told)

    assert (await balance(engine, shop, 1), await balance(engine, shop, 2)) == (Balance(145), Balance(5))
    assert await breaches(engine, shop) == {}


async def test_nobody_is_merged_with_themselves_or_with_nobody(engine: AsyncEngine, shop: ShopReference) -> None:
    await apply(engine, shop, order(10, [line("45.00")]))
    key = await key_of(engine, shop, 1)
    for other, code in ((key, "SAME_MEMBER"), (MemberKey(shop.program_id, 999_999), "MEMBER_NOT_FOUND")):
        with pytest.raises(MergeRefused, match=code):
            async with tenant_transaction(engine, shop.program_id) as connection:
                await merge_members(connection, key, other, actor="staff:1")
