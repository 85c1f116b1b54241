"""Birthdays: told ahead, kept for a year, celebrated in every year."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.birthdays import (
    Birthday,
    BirthdayRefused,
    birthday_of,
    celebrated_on,
    changeable_from,
    local_today,
    set_birthday,
)
from engine.database import tenant_transaction
from engine.members import member_of_customer
from engine.program import default_definition
from engine.publishing import publish
from engine.shops import ShopReference


async def member(engine: AsyncEngine, shop: ShopReference, customer_id: int = 4711) -> int:
    """A member of the shop."""
    async with tenant_transaction(engine, shop.program_id) as connection:
        return (await member_of_customer(connection, shop.program_id, shop.shop_id, customer_id)).member_id


async def tell(engine: AsyncEngine, shop: ShopReference, member_id: int, month: int, day: int) -> Birthday | None:
    """Set a birthday and read it back."""
    async with tenant_transaction(engine, shop.program_id) as connection:
        await set_birthday(connection, shop.program_id, member_id, month, day)
        return await birthday_of(connection, shop.program_id, member_id)


async def today(engine: AsyncEngine, shop: ShopReference) -> date:
    """Today in the program's zone."""
    async with tenant_transaction(engine, shop.program_id) as connection:
        return await local_today(connection, shop.program_id)


@pytest.mark.parametrize(
    ("month", "day", "year", "celebrated"),
    [
        (3, 4, 2027, date(2027, 3, 4)),
        (2, 29, 2028, date(2028, 2, 29)),
        (2, 29, 2027, date(2027, 2, 28)),
        (2, 29, 2100, date(2100, 2, 28)),
    ],
)
def test_a_birthday_is_celebrated_in_every_year(month: int, day: int, year: int, celebrated: date) -> None:
    assert celebrated_on(month, day, year) == celebrated


def test_a_year_after_the_29th_of_february_is_the_28th() -> None:
    assert changeable_from(date(2028, 2, 29)) == date(2029, 2, 28)
    assert changeable_from(date(2026, 11, 22)) == date(2027, 11, 22)


async def test_a_birthday_that_was_told_is_known_with_the_day_from_which_it_may_change(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    day = await today(engine, shop)
    soon = day + timedelta(days=40)

    told = await tell(engine, shop, await member(engine, shop), soon.month, soon.day)

    assert told == Birthday(soon.month, soon.day, changeable_from(day))


async def test_a_member_who_told_nothing_has_none(engine: AsyncEngine, shop: ShopReference) -> None:
    number = await member(engine, shop)

    async with tenant_transaction(engine, shop.program_id) as connection:
        assert await birthday_of(connection, shop.program_id, number) is None


async def test_a_day_that_no_year_has_is_refused(engine: AsyncEngine, shop: ShopReference) -> None:
    number = await member(engine, shop)

    for month, day in ((0, 1), (13, 1), (1, 0), (1, 32), (2, 30), (4, 31), (-1, 5), (2**31, 1), (1, 2**31)):
        with pytest.raises(BirthdayRefused) as refused:
            await tell(engine, shop, number, month, day)
        assert refused.value.code == "INVALID_DATE", (month, day)


async def test_today_is_refused_by_the_program_s_zone(engine: AsyncEngine, shop: ShopReference) -> None:
    """Of two zones 26 hours apart one is at another day than UTC; both know their own."""
    number = await member(engine, shop)
    for zone in ("Pacific/Kiritimati", "Etc/GMT+12"):
        async with tenant_transaction(engine, shop.program_id) as connection:
            definition = default_definition().model_copy(update={"time_zone": zone})
            await publish(
                connection, shop.program_id, definition, effective_from=datetime(2026, 1, 1, tzinfo=UTC), actor="tests"
            )
        day = await today(engine, shop)
        with pytest.raises(BirthdayRefused) as refused:
            await tell(engine, shop, number, day.month, day.day)
        assert (refused.value.code, refused.value.changeable_from) == ("BIRTHDAY_IS_TODAY", None), zone


async def test_another_birthday_within_a_year_is_refused_and_the_same_one_is_not(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    number, day = await member(engine, shop), await today(engine, shop)
    first, second = day + timedelta(days=40), day + timedelta(days=50)
    await tell(engine, shop, number, first.month, first.day)

    same = await tell(engine, shop, number, first.month, first.day)
    with pytest.raises(BirthdayRefused) as refused:
        await tell(engine, shop, number, second.month, second.day)

    assert same == Birthday(first.month, first.day, changeable_from(day))
    assert (refused.value.code, refused.value.changeable_from) == ("BIRTHDAY_LOCKED", changeable_from(day))
    async with tenant_transaction(engine, shop.program_id) as connection:
        assert await birthday_of(connection, shop.program_id, number) == same


async def test_after_a_year_another_birthday_is_taken_and_the_year_begins_anew(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    number, day = await member(engine, shop), await today(engine, shop)
    first, second = day + timedelta(days=40), day + timedelta(days=50)
    await tell(engine, shop, number, first.month, first.day)
    async with tenant_transaction(engine, shop.program_id) as connection:
        await connection.execute(text("UPDATE members SET birthday_set_on = :day"), {"day": day - timedelta(days=366)})

    changed = await tell(engine, shop, number, second.month, second.day)

    assert changed == Birthday(second.month, second.day, changeable_from(day))


async def test_a_change_is_seen_by_whoever_asks_whether_anything_changed(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    number, soon = await member(engine, shop), await today(engine, shop) + timedelta(days=40)
    versions = []
    for _ in range(2):  # the second time nothing changes
        await tell(engine, shop, number, soon.month, soon.day)
        async with tenant_transaction(engine, shop.program_id) as connection:
            found = await member_of_customer(connection, shop.program_id, shop.shop_id, 4711)
            versions.append(found.version)

    assert versions == [2, 2]
