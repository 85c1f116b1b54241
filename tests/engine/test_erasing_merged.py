"""Erasing somebody who was merged: all that is theirs goes, nobody else's does, and nothing of it comes back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.events import CustomersMerged, MemberEvent
from engine.merging import unmerge_members
from engine.privacy import export_customer, redact_customer, redact_shop
from engine.shops import ShopReference
from tests.support.facts import PAID_AT, line, order
from tests.support.programs import Balance, apply, balance, breaches, fixed, publish_rules, purchase

LATER = PAID_AT + timedelta(hours=3)
MERGED = CustomersMerged(kept_customer_id=2, removed_customer_id=1, occurred_at=PAID_AT + timedelta(hours=2))
BIRTHDAYS = "UPDATE members SET birthday_month = 5, birthday_day = 6, birthday_set_on = '2020-01-01'"


async def run(engine: AsyncEngine, shop: ShopReference, statement: str) -> Any:
    async with tenant_transaction(engine, shop.program_id) as connection:
        result = await connection.execute(text(statement))
        return result.fetchall() if result.returns_rows else None


async def erase(engine: AsyncEngine, shop: ShopReference, customer_id: int) -> None:
    async with tenant_transaction(engine, shop.program_id) as connection:
        await redact_customer(connection, shop.program_id, shop.shop_id, customer_id, [], LATER)


async def two_members(engine: AsyncEngine, shop: ShopReference) -> None:
    await publish_rules(engine, shop, purchase(), fixed("quiz", 5, "custom", event_name="quiz"))
    quiz = MemberEvent(1, "custom:quiz", "q-1", PAID_AT, {"friend": "Ann"})
    await apply(engine, shop, order(10, [line("45.00")]), order(11, [line("30.00")], customer=2), quiz)


async def test_what_the_merged_member_had_is_handed_over_and_erased(engine: AsyncEngine, shop: ShopReference) -> None:
    await two_members(engine, shop)
    await run(engine, shop, BIRTHDAYS)
    await apply(engine, shop, MERGED)
    async with tenant_transaction(engine, shop.program_id) as connection:
        exported = await export_customer(connection, shop.program_id, shop.shop_id, 1)
    await erase(engine, shop, 1)
    await erase(engine, shop, 2)

    assert [event["fields"] for event in exported["events"]] == [{"friend": "Ann"}]  # type: ignore[attr-defined]
    assert await run(engine, shop, "SELECT fields FROM member_events") == [({},)]
    assert await run(engine, shop, "SELECT 1 FROM members WHERE birthday_day IS NOT NULL") == []
    assert await run(engine, shop, "SELECT customers FROM member_merges") == [([],)]
    assert await breaches(engine, shop) == {}


async def test_a_late_merge_brings_nobody_back(engine: AsyncEngine, shop: ShopReference) -> None:
    await two_members(engine, shop)
    await erase(engine, shop, 1)
    await apply(engine, shop, MERGED)

    assert await run(engine, shop, "SELECT customer_id FROM customers") == [(2,)]


async def test_the_other_of_a_merge_can_still_be_parted(engine: AsyncEngine, shop: ShopReference) -> None:
    await two_members(engine, shop)
    await apply(engine, shop, MERGED)
    await erase(engine, shop, 2)
    [(merge_id,)] = await run(engine, shop, "SELECT merge_id FROM member_merges")
    async with tenant_transaction(engine, shop.program_id) as connection:
        await unmerge_members(connection, shop.program_id, merge_id, actor="staff:1")

    assert await balance(engine, shop, 1) == Balance(50)
    assert await breaches(engine, shop) == {}


async def test_an_erased_shop_leaves_no_customer_in_merges_and_no_birthday(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    await two_members(engine, shop)
    await run(engine, shop, BIRTHDAYS)
    await apply(engine, shop, MERGED)
    async with tenant_transaction(engine, shop.program_id) as connection:
        await redact_shop(connection, shop.program_id, shop.shop_id)

    assert await run(engine, shop, "SELECT customers FROM member_merges") == [([],)]
    assert await run(engine, shop, "SELECT 1 FROM members WHERE birthday_day IS NOT NULL") == []
