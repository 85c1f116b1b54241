"""Opening balances: exact points, ends, dates of joining and lifetimes, once for each member and end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.adjustments import adjust_points
from engine.applying import apply_events
from engine.database import tenant_transaction
from engine.expiry import expire_due
from engine.members import history
from engine.shops import ShopReference
from tests.support.facts import events, line, order, refund
from tests.support.files import balances, breaches, check, members, problems, take, totals

HEADER = "customer_id,points,expires_on,joined_at,lifetime\n"


async def test_members_come_with_their_points_their_ends_their_day_of_joining_and_all_they_ever_earned(
    engine: AsyncEngine, shop: ShopReference, database_url: str
) -> None:
    done = await take(
        engine,
        shop,
        HEADER + "1,300,2031-06-30,2019-05-04,1000\n1,50,,,\n2,0,,2020-01-01,800\n3,0,,2021-01-01,\n4,7,,,\n",
        kind="import",
    )
    known = await members(engine, shop, 4)
    async with tenant_transaction(engine, shop.program_id) as connection:
        entries = await history(connection, shop.program_id, known[1].member_id, 10)
        lots = await connection.execute(
            text("SELECT remaining, expires_at::date::text FROM lots WHERE member_id = :one ORDER BY lot_id"),
            {"one": known[1].member_id},
        )
        rows = [tuple(row) for row in lots]

    assert (done.state, done.rows_done, done.points_total) == ("finished", 5, 357)
    assert [(one.available, one.lifetime) for one in known.values()] == [(350, 1050), (0, 800), (0, 0), (7, 7)]
    assert [one.joined_at.date().isoformat() for one in known.values()][:3] == [
        "2019-05-04",
        "2020-01-01",
        "2021-01-01",
    ]
    assert [(one.kind, one.points) for one in entries] == [("import", 50), ("import", -700), ("import", 1000)]
    assert entries[1].detail["used_before"] == "700"
    assert rows[0] == (300, "2031-07-01")
    assert rows[1][1] > (datetime.now(UTC) + timedelta(days=363)).date().isoformat()
    assert await breaches(database_url) == {}


async def test_an_opening_balance_comes_once_for_each_member_and_end_also_from_a_corrected_file(
    engine: AsyncEngine, shop: ShopReference, database_url: str
) -> None:
    first = HEADER + "1,300,2031-06-30,,\n2,x,,,\n"
    done = await take(engine, shop, first, kind="import")
    assert await problems(engine, shop, done) == {3: "points-invalid:points"}

    corrected = await take(engine, shop, first.replace("2,x", "2,20") + "1,400,2031-06-30,,\n1,5,,,\n", kind="import")
    again = await take(engine, shop, first, kind="import")

    assert await problems(engine, shop, corrected) == {2: "already-imported", 4: "same-as-row:2"}
    assert (again.operation_id, again.state) == (done.operation_id, "finished")
    assert await balances(engine, shop, 2) == [305, 20]
    assert await breaches(database_url) == {}


async def test_what_an_opening_balance_cannot_be_is_said_row_by_row(engine: AsyncEngine, shop: ShopReference) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date()
    operation = await check(
        engine,
        shop,
        HEADER + f"1,300,,,299\n1,1,,{tomorrow},\n1,,,,\n1,1,2001-01-01,,\n1,1,,,-1\n1,2,,,\n1,3,,,\n",
        kind="import",
    )

    assert await problems(engine, shop, operation) == {
        2: "lifetime-too-small", 3: "date-ahead:joined_at", 4: "points-invalid:points", 5: "date-past:expires_on",
        6: "points-invalid:lifetime", 8: "same-as-row:7",
    }  # fmt: skip
    counted = await totals(engine, shop, operation)
    assert (counted.waiting, counted.members, counted.newcomers, counted.points_waiting) == (1, 1, 1, 2)


async def test_opening_balances_meet_what_members_have_and_owe(
    engine: AsyncEngine, shop: ShopReference, database_url: str
) -> None:
    async with tenant_transaction(engine, shop.program_id) as connection:
        await apply_events(connection, events(shop, order(10, [line("50.00")]), order(11, [line("50.00")], customer=2)))
    known = await members(engine, shop, 2)
    async with tenant_transaction(engine, shop.program_id) as connection:
        await adjust_points(
            connection, shop.program_id, known[2].member_id, points=-150, reason="r", actor="a", idempotency_key="k"
        )
        await apply_events(connection, events(shop, refund(1, 11, "50.00")))

    done = await take(engine, shop, HEADER + "1,10,,,30\n2,60,,,\n2,1,2031-01-01,,9\n", kind="import")

    found = await members(engine, shop, 2)
    assert [(one.available, one.lifetime, one.debt) for one in found.values()] == [(160, 180, 0), (11, 169, 0)]
    assert await problems(engine, shop, done) == {}
    assert await breaches(database_url) == {}


async def test_points_used_elsewhere_cannot_be_told_for_a_member_who_owes_some(
    engine: AsyncEngine, shop: ShopReference, database_url: str
) -> None:
    async with tenant_transaction(engine, shop.program_id) as connection:
        await apply_events(connection, events(shop, order(10, [line("50.00")])))
    member_id = (await members(engine, shop, 1))[1].member_id
    async with tenant_transaction(engine, shop.program_id) as connection:
        await adjust_points(
            connection, shop.program_id, member_id, points=-150, reason="r", actor="a", idempotency_key="k"
        )
        await apply_events(connection, events(shop, refund(1, 10, "50.00")))

    done = await take(engine, shop, HEADER + "1,10,,,30\n", kind="import")

    assert await problems(engine, shop, done) == {2: "member-in-debt"}
    assert await breaches(database_url) == {}


async def test_who_is_known_keeps_the_earlier_day_of_joining(engine: AsyncEngine, shop: ShopReference) -> None:
    before = (await members(engine, shop, 1))[1]
    await take(engine, shop, HEADER + "1,1,,2019-05-04,\n", kind="import")
    await take(engine, shop, HEADER + "1,1,2031-01-01,2022-05-04,\n", kind="import")
    now = (await members(engine, shop, 1))[1]

    assert now.joined_at.date().isoformat() == "2019-05-04"
    assert now.version > before.version


async def test_complaint_15_points_expire_whoever_wrote_them(
    engine: AsyncEngine, shop: ShopReference, database_url: str
) -> None:
    await take(engine, shop, HEADER + "1,300,,,500\n1,20,2031-01-01,,\n", kind="import")
    await take(engine, shop, "customer_id,points,expires_on\n1,40,\n1,50,2031-01-01\n")
    member_id = (await members(engine, shop, 1))[1].member_id
    async with tenant_transaction(engine, shop.program_id) as connection:
        await adjust_points(
            connection, shop.program_id, member_id, points=6, reason="r", actor="a", idempotency_key="k"
        )
        await connection.execute(text("SET LOCAL ROLE postgres"))  # the app itself may not move an award's end
        for table in ("lots", "awards"):
            await connection.execute(text(f"UPDATE {table} SET expires_at = expires_at - interval '20 years'"))
        await connection.execute(text("UPDATE members SET next_expiry_at = next_expiry_at - interval '20 years'"))

    before = await balances(engine, shop, 1)
    async with tenant_transaction(engine, shop.program_id) as connection:
        await expire_due(connection)
        entries = await history(connection, shop.program_id, member_id, 20)

    assert (before, await balances(engine, shop, 1)) == ([0], [0])
    assert sorted(one.points for one in entries if one.kind == "expire") == [-300, -50, -40, -20, -6]
    assert await breaches(database_url) == {}
