"""Whom to remind of what: every lot in the window, one reminder per day and threshold, none of what was used."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.adjustments import End, adjust_points
from engine.database import tenant_transaction
from engine.program import default_definition
from engine.publishing import publish
from engine.reminders import Reminder, due_reminders
from engine.shops import ShopReference
from tests.support.files import members


def today() -> date:
    """Asked for when it is needed: a run of all tests may go on past midnight."""
    return datetime.now(UTC).date()


async def adjust(engine: AsyncEngine, shop: ShopReference, customer: int, points: int, days: int | None = None) -> None:
    """Points whose last day is so many days from today, or, without days, points taken."""
    member_id = (await members(engine, shop, customer))[customer].member_id
    end: End = today() + timedelta(days=days) if days is not None else "program"
    async with tenant_transaction(engine, shop.program_id) as connection:
        await adjust_points(
            connection, shop.program_id, member_id, points=points, reason="r", actor="tests",
            idempotency_key=f"{customer}/{points}/{days}", expires=end,
        )  # fmt: skip


async def due(
    engine: AsyncEngine, shop: ShopReference, threshold: int, *, after: int = 0, most: int = 100
) -> list[Reminder]:
    async with tenant_transaction(engine, shop.program_id) as connection:
        return await due_reminders(connection, shop.program_id, threshold, after_member_id=after, most=most)


def told(reminders: list[Reminder]) -> list[tuple[int, int, list[tuple[int, int]]]]:
    """Days left until the reminder's day, its points, and what it lists as (points, days left)."""
    return [
        ((one.last_day - today()).days, one.points, [(soon.points, soon.days_left) for soon in one.ending])
        for one in reminders
    ]


async def test_each_threshold_reminds_of_its_own_days_and_lists_all_that_ends_within_it(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    for points, days in ((1, 0), (10, 4), (15, 4), (100, 20), (200, 25), (1000, 40)):
        await adjust(engine, shop, 1, points, days)

    everything = [(1, 0), (25, 4), (100, 20), (200, 25)]
    assert told(await due(engine, shop, 30)) == [(20, 100, everything), (25, 200, everything)]
    assert told(await due(engine, shop, 7)) == [(4, 25, everything[:2])]
    assert told(await due(engine, shop, 1)) == [(0, 1, everything[:1])]


async def test_points_that_were_used_meanwhile_are_in_no_reminder(engine: AsyncEngine, shop: ShopReference) -> None:
    await adjust(engine, shop, 1, 100, 20)
    await adjust(engine, shop, 1, 50, 25)
    await adjust(engine, shop, 1, -120)

    assert told(await due(engine, shop, 30)) == [(25, 30, [(30, 25)])]
    await adjust(engine, shop, 1, -30)
    assert await due(engine, shop, 30) == []


async def test_a_reminder_has_one_key_however_often_it_is_worked_out(engine: AsyncEngine, shop: ShopReference) -> None:
    await adjust(engine, shop, 1, 10, 20)
    (before,) = await due(engine, shop, 30)
    await adjust(engine, shop, 1, 5, 20)
    (after,) = await due(engine, shop, 30)

    assert before.key == after.key == f"{before.member_id}/{today() + timedelta(days=20)}/30"
    assert (before.points, after.points) == (10, 15)


async def test_members_come_in_pages_without_those_who_left(engine: AsyncEngine, shop: ShopReference) -> None:
    for customer in (1, 2, 3, 4):
        await adjust(engine, shop, customer, customer, 20)
    known = await members(engine, shop, 4)
    async with tenant_transaction(engine, shop.program_id) as connection:
        await connection.execute(
            text("UPDATE members SET closed_at = now() WHERE member_id = :one"), {"one": known[3].member_id}
        )

    first = await due(engine, shop, 30, most=2)
    second = await due(engine, shop, 30, most=2, after=first[-1].member_id)

    assert [one.points for one in first + second] == [1, 2, 4]


async def test_thresholds_are_the_programs(engine: AsyncEngine, shop: ShopReference) -> None:
    await adjust(engine, shop, 1, 10, 9)
    definition = default_definition().model_copy(update={"reminder_days": (10,)})
    async with tenant_transaction(engine, shop.program_id) as connection:
        await publish(connection, shop.program_id, definition, effective_from=None, actor="tests")

    assert told(await due(engine, shop, 10)) == [(9, 10, [(10, 9)])]
    assert await due(engine, shop, 30) == []
    with pytest.raises(ValueError, match="most"):
        await due(engine, shop, 10, most=0)
