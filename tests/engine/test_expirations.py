"""What a member is about to lose: all of it within the longest window, with the days that are left."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.applying import apply_events
from engine.database import tenant_transaction, transaction_time
from engine.expirations import days_left, expiring_soon
from engine.members import member_of_customer
from engine.shops import ShopReference
from tests.support.facts import events, line, order
from tests.support.programs import publish_rules, purchase

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ends_at", "zone", "days"),
    [
        (datetime(2026, 11, 22, 12, 0, 1, tzinfo=UTC), "UTC", 0),
        (datetime(2026, 11, 23, tzinfo=UTC), "UTC", 0),  # its last moment is still today
        (datetime(2026, 11, 23, 0, 0, 1, tzinfo=UTC), "UTC", 1),
        (datetime(2026, 12, 22, tzinfo=UTC), "UTC", 29),
        (datetime(2026, 11, 23, 5, tzinfo=UTC), "America/New_York", 0),
        (datetime(2026, 11, 22, 15, 30, tzinfo=UTC), "Asia/Tokyo", 1),
    ],
)
def test_days_are_counted_to_the_last_one_on_which_points_can_be_spent(ends_at: datetime, zone: str, days: int) -> None:
    assert days_left(ends_at, NOON, ZoneInfo(zone)) == days


async def test_everything_within_the_longest_window_is_told_soonest_first(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    await publish_rules(engine, shop, purchase(expiry={"kind": "after", "days": 50}), reminder_days=(7, 30))
    async with tenant_transaction(engine, shop.program_id) as connection:
        now = await transaction_time(connection)
        paid = {1001: 45, 1002: 30, 1003: 10, 1004: 50}  # days ago; the last ones ran out just now
        facts = [
            order(number, [line(f"{number - 1000}0.00")], customer=4711, occurred_at=now - timedelta(days=days))
            for number, days in paid.items()
        ]
        await apply_events(connection, events(shop, *facts))
        member = await member_of_customer(connection, shop.program_id, shop.shop_id, 4711)

        soon = await expiring_soon(connection, shop.program_id, member.member_id)

    assert [one.points for one in soon] == [10, 20]
    assert [one.expires_at - now for one in soon] == [timedelta(days=5), timedelta(days=20)]


async def test_a_program_without_reminders_and_one_that_is_not_published_tell_nothing(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    await publish_rules(engine, shop, reminder_days=())
    async with tenant_transaction(engine, shop.program_id) as connection:
        assert await expiring_soon(connection, shop.program_id, 1) == []
