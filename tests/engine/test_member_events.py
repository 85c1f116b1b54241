"""What members do besides buying: told any number of times, decided once, by the rules live when it happened."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import anyio
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.adjustments import adjust_points
from engine.celebrations import celebrate
from engine.database import tenant_transaction
from engine.events import Consent, MemberEvent
from engine.member_events import EventRefused, RecordedEvent, record_event, record_visit
from engine.members import member_of_customer
from engine.money import POINTS_MAXIMUM
from engine.shops import ShopReference
from tests.support.facts import PAID_AT, created, line, order
from tests.support.programs import Balance, apply, balance, breaches, fixed, publish_rules, purchase

LONG = {"field": "event.fields.length", "operator": "ge", "value": "100"}


async def record(engine: AsyncEngine, shop: ShopReference, name: str, event_id: str, **more: object) -> RecordedEvent:
    async with tenant_transaction(engine, shop.program_id) as connection:
        return await record_event(
            connection,
            shop.program_id,
            shop.shop_id,
            1,
            name=name,
            event_id=event_id,
            **more,  # type: ignore[arg-type]
        )


async def test_a_review_pays_once_whoever_tells_it_again(engine: AsyncEngine, shop: ShopReference) -> None:
    await publish_rules(engine, shop, fixed("review", 50, "review"))
    await apply(engine, shop, created(1))

    assert await record(engine, shop, "review", "r-1") == RecordedEvent(new=True, points=50)
    assert await record(engine, shop, "review", "r-1") == RecordedEvent(new=False, points=50)
    assert await balance(engine, shop) == Balance(50)
    assert await breaches(engine, shop) == {}


async def test_of_several_who_tell_it_at_once_one_is_told_that_it_was_new(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    await publish_rules(engine, shop, fixed("review", 50, "review"))
    await apply(engine, shop, created(1))
    found: list[RecordedEvent] = []

    async def tell() -> None:
        found.append(await record(engine, shop, "review", "r-1"))

    async with anyio.create_task_group() as group:
        for _ in range(6):
            group.start_soon(tell)

    assert sorted(one.new for one in found) == [False] * 5 + [True]
    assert {one.points for one in found} == {50}


async def test_a_custom_event_is_asked_by_its_fields(engine: AsyncEngine, shop: ShopReference) -> None:
    rule = fixed("essay", 25, "custom", event_name="essay", condition={"kind": "compare", **LONG})
    await publish_rules(engine, shop, rule)
    await apply(engine, shop, created(1))

    short = await record(engine, shop, "essay", "1", fields={"length": Decimal(99)})
    long = await record(engine, shop, "essay", "2", fields={"length": Decimal(100)})
    assert (short.points, long.points) == (0, 25)


async def test_a_cap_bounds_what_events_give(engine: AsyncEngine, shop: ShopReference) -> None:
    cap = {"handle": "reviews", "period": "month", "points": 80}
    await publish_rules(engine, shop, fixed("review", 50, "review", caps=[cap]))
    await apply(engine, shop, created(1))
    given = [(await record(engine, shop, "review", str(number), occurred_at=PAID_AT)).points for number in range(3)]

    assert given == [50, 30, 0]
    assert await breaches(engine, shop) == {}


async def test_subscribing_to_the_newsletter_pays_once_in_a_life(engine: AsyncEngine, shop: ShopReference) -> None:
    await publish_rules(engine, shop, fixed("news", 10, "newsletter"))
    yes, no = Consent(1, True, PAID_AT), Consent(1, False, PAID_AT + timedelta(hours=1))
    again = Consent(1, True, PAID_AT + timedelta(hours=2))
    await apply(engine, shop, created(1), yes)
    await apply(engine, shop, no)
    await apply(engine, shop, again, yes)

    assert await balance(engine, shop) == Balance(10)


async def test_joining_pays_by_every_rule_for_it_and_only_once_over_versions(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    await publish_rules(engine, shop, fixed("sign-up", 100, "sign_up"), fixed("more", 5, "sign_up"))
    await apply(engine, shop, created(1))
    await publish_rules(engine, shop, fixed("welcome", 70, "sign_up"), purchase())
    await apply(engine, shop, order(10, [line("45.00")]))

    assert await balance(engine, shop) == Balance(150)
    assert await breaches(engine, shop) == {}


async def test_a_visit_pays_once_a_day(engine: AsyncEngine, shop: ShopReference) -> None:
    await publish_rules(engine, shop, fixed("visit", 1, "visit"))
    await apply(engine, shop, created(1))
    for day in (date(2026, 3, 1), date(2026, 3, 1), date(2026, 3, 2)):
        async with tenant_transaction(engine, shop.program_id) as connection:
            await record_visit(connection, shop.program_id, shop.shop_id, 1, day)

    assert await balance(engine, shop) == Balance(2)


async def test_a_birthday_is_celebrated_once_on_its_day(engine: AsyncEngine, shop: ShopReference) -> None:
    await publish_rules(engine, shop, fixed("birthday", 200, "birthday"))
    await apply(engine, shop, created(1), created(2))
    today = datetime.now(UTC).date()
    async with tenant_transaction(engine, shop.program_id) as connection:
        statement = text(
            "UPDATE members SET birthday_month = :month, birthday_day = :day, birthday_set_on = :set_on "
            "WHERE member_id = (SELECT member_id FROM customers WHERE customer_id = 1)"
        )
        told = {"month": today.month, "day": today.day, "set_on": today - timedelta(days=40)}
        await connection.execute(statement, told)
    counted = []
    for _ in range(2):
        async with tenant_transaction(engine, shop.program_id) as connection:
            counted.append(await celebrate(connection, shop.program_id))

    assert counted == [1, 0]
    assert (await balance(engine, shop, 1), await balance(engine, shop, 2)) == (Balance(200), Balance(0))


async def test_a_balance_that_can_be_no_larger_costs_nobody_else_their_birthday(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    await publish_rules(engine, shop, fixed("birthday", 200, "birthday"))
    await apply(engine, shop, created(1), created(2))
    async with tenant_transaction(engine, shop.program_id) as connection:
        rich = (await member_of_customer(connection, shop.program_id, shop.shop_id, 1)).member_id
        await adjust_points(
            connection, shop.program_id, rich, points=POINTS_MAXIMUM, reason="Test", actor="staff", idempotency_key="1"
        )
        today = datetime.now(UTC).date()
        await connection.execute(
            text("UPDATE members SET birthday_month = :month, birthday_day = :day, birthday_set_on = :set_on"),
            {"month": today.month, "day": today.day, "set_on": today - timedelta(days=40)},
        )
    async with tenant_transaction(engine, shop.program_id) as connection:
        assert await celebrate(connection, shop.program_id) == 1

    assert await balance(engine, shop, 2) == Balance(200)
    assert await balance(engine, shop, 1) == Balance(POINTS_MAXIMUM)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"name": "No Such"}, "INVALID_NAME"),
        ({"name": "x" * 65}, "INVALID_NAME"),
        ({"event_id": ""}, "INVALID_ID"),
        ({"event_id": "a\x00b"}, "INVALID_ID"),
        ({"occurred_at": datetime(1999, 1, 1, tzinfo=UTC)}, "INVALID_TIME"),
        ({"occurred_at": datetime.now(UTC) + timedelta(days=1)}, "INVALID_TIME"),
        ({"fields": {"Not A Name": "x"}}, "INVALID_FIELD"),
        ({"fields": {"much": Decimal("NaN")}}, "INVALID_FIELD"),
        ({"fields": {"long": "x" * 201}}, "INVALID_FIELD"),
        ({"customer_id": 404}, "CUSTOMER_NOT_FOUND"),
    ],
)
async def test_a_report_that_makes_no_sense_is_refused_and_changes_nothing(
    engine: AsyncEngine, shop: ShopReference, given: dict[str, object], code: str
) -> None:
    await publish_rules(engine, shop, fixed("any", 10, "manual"))
    await apply(engine, shop, created(1))
    asked = {"customer_id": 1, "name": "manual", "event_id": "1", **given}
    with pytest.raises(EventRefused) as refused:
        async with tenant_transaction(engine, shop.program_id) as connection:
            await record_event(connection, shop.program_id, shop.shop_id, **asked)  # type: ignore[arg-type]

    assert refused.value.code == code
    assert await balance(engine, shop) == Balance(0)


async def test_an_event_of_one_batch_told_twice_counts_once(engine: AsyncEngine, shop: ShopReference) -> None:
    await publish_rules(engine, shop, fixed("review", 50, "review"))
    told = MemberEvent(1, "review", "r-9", PAID_AT)
    await apply(engine, shop, told, told)
    await apply(engine, shop, told)

    assert await balance(engine, shop) == Balance(50)
    assert await breaches(engine, shop) == {}
