"""Erasing a customer takes its locks in the order in which facts are applied, and nothing slips past it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from engine.applying import apply_events
from engine.database import name_tenants, tenant_transaction
from engine.events import CustomerDeleted, CustomersMerged, MemberEvent, Order
from engine.members import member_of_customer
from engine.privacy import export_customer, redact_customer
from engine.redactions import find_erased, subject_of, without_erased
from engine.shops import ShopReference
from tests.support.facts import PAID_AT, created, events, line, order, refund
from tests.support.programs import apply

ADA = 501


@pytest.fixture
async def ordered(engine: AsyncEngine, shop: ShopReference) -> None:
    """Ada has paid an order."""
    async with tenant_transaction(engine, shop.program_id) as connection:
        await apply_events(connection, events(shop, order(1, [line("10.00")], customer=ADA)))


async def redact(connection: AsyncConnection, shop: ShopReference) -> dict[str, int]:
    return await redact_customer(connection, shop.program_id, shop.shop_id, ADA, [], PAID_AT)


@pytest.mark.usefixtures("ordered")
async def test_it_waits_for_an_order_without_holding_its_customer_and_member(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    async def erase() -> dict[str, int]:
        async with tenant_transaction(engine, shop.program_id) as connection:
            return await redact(connection, shop)

    async with tenant_transaction(engine, shop.program_id) as connection:
        await connection.execute(text("SELECT 1 FROM orders FOR UPDATE"))
        erasing = asyncio.create_task(erase())
        async with engine.connect() as watching:
            waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid()"
            while (await watching.execute(text(waiting))).scalar_one() == 0:
                await watching.rollback()
        await connection.execute(text("SELECT 1 FROM customers FOR UPDATE NOWAIT"))
        await connection.execute(text("SELECT 1 FROM members FOR UPDATE NOWAIT"))
    counts = await erasing

    assert {part: count for part, count in counts.items() if count} == {"orders": 1, "customers": 1, "members": 1}


@pytest.mark.usefixtures("ordered")
async def test_while_facts_are_applied_nobody_is_erased(engine: AsyncEngine, shop: ShopReference) -> None:
    (event,) = events(shop, created(ADA))
    async with tenant_transaction(engine, shop.program_id) as applying:
        assert await find_erased(applying, [subject_of(event)]) == {}
        async with engine.connect() as erasing:
            await name_tenants(erasing, [shop.program_id])
            await erasing.execute(text("SET LOCAL lock_timeout = 50"))
            with pytest.raises(OperationalError, match="lock timeout"):
                await redact(erasing, shop)


@pytest.mark.usefixtures("ordered")
async def test_what_happened_before_is_nobodys_and_what_happens_later_is_theirs(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    later = PAID_AT + timedelta(days=2)
    told = events(
        shop,
        order(1, [line("10.00")], customer=ADA),
        order(2, [line("10.00")], customer=ADA, guest_email_key=b"a" * 32),
        order(3, [line("10.00")], customer=ADA, occurred_at=later),
        created(ADA),
        CustomerDeleted(ADA, PAID_AT),
        created(ADA, occurred_at=later),
        refund(1, 1, "4.00"),
        received_at=later,
    )
    async with tenant_transaction(engine, shop.program_id) as connection:
        await redact(connection, shop)
        left = await without_erased(connection, told)

    orders = [one.fact for one in left if isinstance(one.fact, Order)]
    assert [(one.order_id, one.customer is not None, one.guest_email_key) for one in orders] == [
        (1, False, None), (2, False, None), (3, True, None),
    ]  # fmt: skip
    assert [one.fact for one in left[3:]] == [told[5].fact, told[6].fact]


@pytest.mark.usefixtures("ordered")
async def test_a_visit_after_the_erasure_starts_a_new_member(engine: AsyncEngine, shop: ShopReference) -> None:
    async with tenant_transaction(engine, shop.program_id) as connection:
        before = await member_of_customer(connection, shop.program_id, shop.shop_id, ADA)
        await redact(connection, shop)
        after = await member_of_customer(connection, shop.program_id, shop.shop_id, ADA)

    assert before.available == 110
    assert (after.available, after.member_id != before.member_id) == (0, True)


async def test_a_second_erasure_counts_from_its_own_time(engine: AsyncEngine, shop: ShopReference) -> None:
    async with tenant_transaction(engine, shop.program_id) as connection:
        await redact(connection, shop)
        await connection.execute(text("UPDATE redactions SET redacted_at = '2020-01-01'"))
        assert await find_erased(connection, [subject_of(events(shop, created(ADA))[0])]) == {}
        await redact(connection, shop)

        assert await find_erased(connection, [subject_of(events(shop, created(ADA))[0])]) == {0: "person"}


async def test_who_was_merged_is_erased_whole_and_the_others_can_still_be_parted(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    quiz = MemberEvent(1, "custom:quiz", "1", PAID_AT, {"friend": "Ann"})
    merged = CustomersMerged(kept_customer_id=2, removed_customer_id=1, occurred_at=PAID_AT + timedelta(hours=1))
    await apply(engine, shop, order(10, [line("45.00")]), order(11, [line("30.00")], customer=2), quiz)
    await apply(engine, shop, merged)
    async with tenant_transaction(engine, shop.program_id) as connection:
        told = await export_customer(connection, shop.program_id, shop.shop_id, 2)
        await redact_customer(connection, shop.program_id, shop.shop_id, 1, [], PAID_AT + timedelta(hours=2))
    await apply(engine, shop, merged)  # late news of it brings nobody back

    assert [one["fields"] for one in told["events"]] == [{"friend": "Ann"}]  # type: ignore[attr-defined]
    async with tenant_transaction(engine, shop.program_id) as connection:
        fields = await connection.execute(text("SELECT fields FROM member_events"))
        customers = await connection.execute(text("SELECT customer_id FROM customers"))
        left = await connection.execute(text("SELECT customers FROM member_merges"))
    assert (fields.scalar_one(), customers.scalar_one(), left.scalar_one()) == ({}, 2, [])
