"""Orders, refunds and accounts become points, once, whatever the order and number of their arrivals."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta

import anyio
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.applying import apply_events
from engine.database import tenant_transaction
from engine.events import Customer, CustomerSeen, Fact
from engine.members import Member, history, member_of_customer
from engine.shops import ShopReference
from tests.support.facts import PAID_AT, created, events, line, order, refund

LATER = PAID_AT + timedelta(hours=2)


async def apply(engine: AsyncEngine, shop: ShopReference, *facts: Fact) -> None:
    async with tenant_transaction(engine, shop.program_id) as connection:
        await apply_events(connection, events(shop, *facts))


async def member(engine: AsyncEngine, shop: ShopReference, customer_id: int = 1) -> Member:
    async with tenant_transaction(engine, shop.program_id) as connection:
        return await member_of_customer(connection, shop.program_id, shop.shop_id, customer_id)


async def kinds(engine: AsyncEngine, shop: ShopReference, customer_id: int = 1) -> list[tuple[str, int]]:
    found = await member(engine, shop, customer_id)
    async with tenant_transaction(engine, shop.program_id) as connection:
        return [(e.kind, e.points) for e in await history(connection, shop.program_id, found.member_id, 50)]


async def test_a_first_paid_order_gives_its_points_and_the_bonus(engine: AsyncEngine, shop: ShopReference) -> None:
    await apply(engine, shop, order(10, [line("45.50")]))

    assert (await member(engine, shop)).available == 146
    assert await kinds(engine, shop) == [("earn", 46), ("bonus", 100)]


async def test_a_new_account_gives_the_bonus_and_an_order_after_it_no_second_one(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    await apply(engine, shop, created(1))
    await apply(engine, shop, order(10, [line("45.00")]))
    await apply(engine, shop, created(1))

    assert await kinds(engine, shop) == [("earn", 45), ("bonus", 100)]


async def test_an_unpaid_order_makes_no_member(engine: AsyncEngine, shop: ShopReference) -> None:
    await apply(engine, shop, order(10, [line("45.00")], paid=False))

    assert await kinds(engine, shop) == []


async def test_a_test_order_makes_a_member_with_the_bonus_only(engine: AsyncEngine, shop: ShopReference) -> None:
    await apply(engine, shop, order(10, [line("45.00")], test=True))

    assert await kinds(engine, shop) == [("bonus", 100)]


async def test_a_currency_without_a_rate_earns_nothing(engine: AsyncEngine, shop: ShopReference) -> None:
    await apply(engine, shop, order(10, [line("45.00", currency="CHF")], currency="CHF"))

    assert await kinds(engine, shop) == [("bonus", 100)]


PAID = order(10, [line("30.00", 3)])
PART = refund(1, 10, "30.00")
REST = refund(2, 10, "60.00", quantity=2, created_at=PAID_AT + timedelta(hours=2))
CANCELED = order(
    10, [line("30.00", 3, current_quantity=0)], updated_at=PAID_AT + timedelta(hours=3), refunds=[PART, REST]
)


@pytest.mark.parametrize("arrival", list(itertools.permutations([PAID, PART, REST, CANCELED])))
async def test_paid_refunded_and_canceled_ends_the_same_in_every_order(
    engine: AsyncEngine, shop: ShopReference, arrival: tuple[Fact, ...]
) -> None:
    for fact in arrival:
        await apply(engine, shop, fact)
        await apply(engine, shop, fact)

    assert (await member(engine, shop)).available == 100
    assert (await member(engine, shop)).lifetime == 100


async def test_partial_refunds_take_back_half_even_of_the_whole(engine: AsyncEngine, shop: ShopReference) -> None:
    """P = 10, B = 10.00; after R = 2.50 the claw is half-even(2.5) = 2, after 5.00 it is 5, after 7.50 it is 8."""
    await apply(engine, shop, order(10, [line("10.00")]))
    balances = []
    for number in range(1, 5):
        await apply(engine, shop, refund(number, 10, "2.50"))
        balances.append((await member(engine, shop)).available)

    assert balances == [108, 105, 102, 100]


async def test_an_edit_gives_or_takes_the_difference(engine: AsyncEngine, shop: ShopReference) -> None:
    await apply(engine, shop, order(10, [line("20.00", 2, current_quantity=2)]))
    await apply(engine, shop, order(10, [line("20.00", 2, current_quantity=1)], updated_at=LATER))
    assert (await member(engine, shop)).available == 120

    grown = order(
        10, [line("20.00", 2, current_quantity=1), line("5.00", line_id=2)], updated_at=LATER + (LATER - PAID_AT)
    )
    await apply(engine, shop, grown)
    assert (await member(engine, shop)).available == 125


async def test_a_guests_order_waits_for_the_owner_of_its_address(engine: AsyncEngine, shop: ShopReference) -> None:
    await apply(engine, shop, order(10, [line("45.00")], customer=None, guest_email_key=b"ada"))
    await apply(engine, shop, created(7, email_key=b"eve"))
    assert await kinds(engine, shop, 7) == [("bonus", 100)]

    await apply(engine, shop, created(1, email_key=b"ada"))
    assert await kinds(engine, shop) == [("earn", 45), ("bonus", 100)]


async def test_a_guests_order_that_comes_after_the_account_is_claimed_at_once(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    await apply(engine, shop, created(1, email_key=b"ada"))
    await apply(engine, shop, order(10, [line("45.00")], customer=None, guest_email_key=b"ada"))

    assert (await member(engine, shop)).available == 145


async def test_a_refund_that_comes_before_its_guests_order_is_claimed_counts(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    await apply(engine, shop, refund(1, 10, "15.00"))
    await apply(engine, shop, order(10, [line("45.00")], customer=None, guest_email_key=b"ada"))
    await apply(engine, shop, created(1, email_key=b"ada"))

    assert await kinds(engine, shop) == [("earn", 30), ("bonus", 100)]


async def test_forty_batches_at_once_over_ten_orders_of_five_customers(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    facts: list[Fact] = [order(number, [line("10.00")], customer=number % 5 + 1) for number in range(10)]
    refunds: list[Fact] = [refund(100 + number, number, "4.00") for number in range(10)]

    batches = [
        batch
        for offset in range(10)
        for batch in (
            [*facts[offset:], *refunds[: offset + 1]],
            facts[::-1],
            [refunds[offset], facts[offset]],
            refunds,
        )
    ]

    async def arrive(batch: list[Fact]) -> None:
        await apply(engine, shop, *batch)

    async with anyio.create_task_group() as group:
        for batch in batches:
            group.start_soon(arrive, batch)

    for customer_id in range(1, 6):
        assert (await member(engine, shop, customer_id)).available == 112


async def test_of_two_versions_of_a_refund_the_one_that_moved_money_counts(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    failed, settled = refund(1, 10, None), refund(1, 10, None, moved=[(4500, "USD")])
    for first, second, customer_id in ((failed, settled, 1), (settled, failed, 2)):
        number = 10 * customer_id
        await apply(engine, shop, order(number, [line("45.00")], customer=customer_id))
        for one in (first, second):
            await apply(engine, shop, replace(one, order_id=number))

    assert [(await member(engine, shop, customer_id)).available for customer_id in (1, 2)] == [100, 100]


async def test_a_newer_snapshot_without_a_customer_takes_nobodys_order_away(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    for customer_id, newest_first in ((1, False), (2, True)):
        snapshots = [
            order(10 * customer_id, [line("45.00")], customer=customer_id),
            order(10 * customer_id, [line("45.00")], customer=None, updated_at=LATER),
        ]
        for one in reversed(snapshots) if newest_first else snapshots:
            await apply(engine, shop, one)

    assert [(await member(engine, shop, customer_id)).available for customer_id in (1, 2)] == [145, 145]


async def test_an_edit_in_the_same_second_as_the_order_counts_in_either_order(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    for customer_id, edited_first in ((1, False), (2, True)):
        whole = order(10 * customer_id, [line("30.00", 3, current_quantity=3)], customer=customer_id)
        edited = order(10 * customer_id, [line("30.00", 3, current_quantity=1)], customer=customer_id)
        for one in (edited, whole) if edited_first else (whole, edited):
            await apply(engine, shop, one)

    assert [(await member(engine, shop, customer_id)).available for customer_id in (1, 2)] == [130, 130]


async def test_the_newest_word_on_an_address_counts_in_either_order(engine: AsyncEngine, shop: ShopReference) -> None:
    for customer_id, newest_first in ((1, False), (2, True)):
        old, new = f"old {customer_id}".encode(), f"new {customer_id}".encode()
        words = [
            created(customer_id, email_key=old),
            CustomerSeen(Customer(customer_id, new), created=False, occurred_at=LATER),
        ]
        for one in reversed(words) if newest_first else words:
            await apply(engine, shop, one)
        await apply(engine, shop, order(10 * customer_id, [line("45.00")], customer=None, guest_email_key=new))
        await apply(engine, shop, order(10 * customer_id + 1, [line("7.00")], customer=None, guest_email_key=old))

    assert [(await member(engine, shop, customer_id)).available for customer_id in (1, 2)] == [145, 145]
