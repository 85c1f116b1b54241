"""Grants by file: a dry run that says what every row would do, and one effect for each row, for good."""

from __future__ import annotations

import asyncio
import io
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.files.checks import BulkRequest, check_file
from engine.files.operations import BulkRefused
from engine.files.rows import PROBLEMS, customer_by_id, problem_text
from engine.members import history
from engine.privacy import redact_customer
from engine.shops import ShopReference
from tests.support.files import ACTOR, balances, breaches, carry_out, check, members, problems, start, take, totals


async def test_a_dry_run_says_what_every_row_would_do_and_does_nothing(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    await members(engine, shop, 3)
    yesterday = (datetime.now(UTC) - timedelta(days=2)).date()
    operation = await check(
        engine,
        shop,
        "customer_id,points,reason,expires_on\n"
        "1,100,,\n"
        "2,50,Winner,2031-12-31\n"
        "2,25,Second prize,\n"
        "2,25,Second prize,\n"
        "9,10,,\n"
        ",10,,\n"
        "x1,10,,\n"
        "3,0,,\n3,-5,,\n3,1.5,,\n3,1e3,,\n3,9007199254740992,,\n3,٣,,\n"
        f"3,10,,31/12/2031\n3,10,,2031-02-31\n3,10,,{yesterday}\n3,10,,20311231\n"
        f"3,10,{'x' * 201},\n"
        "3,10,,,surplus\n",
    )
    counted = await totals(engine, shop, operation)

    assert await problems(engine, shop, operation) == {
        5: "same-as-row:4", 6: "customer-unknown", 7: "customer-missing", 8: "customer-invalid",
        9: "points-invalid:points", 10: "points-invalid:points", 11: "points-invalid:points",
        12: "points-invalid:points", 13: "points-invalid:points", 14: "points-invalid:points",
        15: "date-invalid:expires_on", 16: "date-invalid:expires_on", 17: "date-past:expires_on",
        18: "date-invalid:expires_on", 19: "reason-invalid", 20: "too-many-cells",
    }  # fmt: skip
    assert (operation.state, operation.rows_total, operation.rows_done, operation.points_total) == (
        "checked", 19, 16, 175,
    )  # fmt: skip
    assert (counted.waiting, counted.points_waiting, counted.members, counted.shared) == (3, 175, 2, 1)
    assert counted.problems["points-invalid"] == 6
    assert await balances(engine, shop, 3) == [0, 0, 0]


async def test_a_file_is_carried_out_with_who_why_and_which_row(
    engine: AsyncEngine, shop: ShopReference, database_url: str
) -> None:
    first = (await members(engine, shop, 2))[1]
    done = await take(engine, shop, "customer_id;points;reason;expires_on\n1;100;;\n2;50;Winner;2031-12-31\n7;1;;\n")
    async with tenant_transaction(engine, shop.program_id) as connection:
        entry = (await history(connection, shop.program_id, first.member_id, 1))[0]
        ends = (await connection.execute(text("SELECT expires_at::text FROM lots WHERE quantity = 50"))).scalar_one()
        actors = (await connection.execute(text("SELECT DISTINCT actor FROM transactions"))).scalars().all()

    assert (done.state, done.rows_done, done.rows_total, done.points_total) == ("finished", 3, 3, 150)
    assert (entry.kind, entry.points) == ("adjust", 100)
    assert entry.detail == {
        "reason": "Thank you", "operation": str(done.operation_id), "row": "2", "available_before": "0",
        "available_after": "100", "debt_before": "0", "debt_after": "0",
    }  # fmt: skip
    assert ends == "2032-01-01 00:00:00+00"
    assert actors == [ACTOR]
    assert await balances(engine, shop, 2) == [100, 50]
    assert await breaches(database_url) == {}


async def test_the_same_file_twice_has_no_second_effect_even_when_all_else_was_forgotten(
    engine: AsyncEngine, shop: ShopReference, database_url: str
) -> None:
    await members(engine, shop, 2)
    content = "customer_id,points\n1,100\n2,50\n"
    first = await take(engine, shop, content)
    again = await take(engine, shop, content, name="renamed.csv")
    async with tenant_transaction(engine, shop.program_id) as connection:
        await connection.execute(text("DELETE FROM bulk_rows"))
        await connection.execute(text("DELETE FROM bulk_operations"))
    anew = await take(engine, shop, content)

    assert again.operation_id == first.operation_id
    assert (anew.operation_id != first.operation_id, anew.state, anew.rows_done) == (True, "finished", 2)
    assert await balances(engine, shop, 2) == [100, 50]
    assert await breaches(database_url) == {}


async def test_a_file_that_is_handed_in_twice_at_once_is_one_operation(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    await members(engine, shop, 1)
    content = "customer_id,points\n1,100\n"
    one, other = await asyncio.gather(check(engine, shop, content), check(engine, shop, content))

    assert (one.operation_id, one.rows_total) == (other.operation_id, other.rows_total)
    await start(engine, shop, one)
    await asyncio.gather(carry_out(engine, shop, one), carry_out(engine, shop, other))
    assert await balances(engine, shop, 1) == [100]


async def test_rows_that_had_no_effect_are_looked_at_again_when_the_file_comes_again(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    await members(engine, shop, 1)
    content = "customer_id,points\n1,100\n2,50\n"
    first = await take(engine, shop, content)
    assert await problems(engine, shop, first) == {3: "customer-unknown"}
    await members(engine, shop, 2)

    again = await take(engine, shop, content)

    assert (again.state, again.rows_done, again.points_total) == ("finished", 2, 150)
    assert await balances(engine, shop, 2) == [100, 50]


async def test_the_same_file_of_another_shop_means_other_customers(engine: AsyncEngine, shop: ShopReference) -> None:
    await members(engine, shop, 1)
    other = ShopReference(shop.program_id, shop.shop_id + 1, "other.myshopify.com", True)
    first = await check(engine, shop, "customer_id,points\n1,100\n")
    second = await check(engine, other, "customer_id,points\n1,100\n")

    assert first.operation_id != second.operation_id
    assert await problems(engine, other, second) == {2: "customer-unknown"}


async def test_an_unknown_customer_becomes_a_member_where_that_is_asked_for_and_nobody_forgotten_comes_back(
    engine: AsyncEngine, shop: ShopReference, database_url: str
) -> None:
    content = "customer_id,points\n1,100\n2,50\n2,60\n3,5\n"
    async with tenant_transaction(engine, shop.program_id) as connection:
        await redact_customer(connection, shop.program_id, shop.shop_id, 3, [], datetime.now(UTC))
    checked = await check(engine, shop, content, enroll=True)
    counted = await totals(engine, shop, checked)
    async with tenant_transaction(engine, shop.program_id) as connection:
        await redact_customer(connection, shop.program_id, shop.shop_id, 1, [], datetime.now(UTC))
    done = await carry_out(engine, shop, await start(engine, shop, checked))
    async with tenant_transaction(engine, shop.program_id) as connection:
        cells = (await connection.execute(text("SELECT DISTINCT cells::text FROM bulk_rows"))).scalars().all()

    assert (counted.members, counted.newcomers, counted.shared) == (2, 2, 1)
    assert await problems(engine, shop, done) == {2: "customer-erased", 5: "customer-erased"}
    assert (await members(engine, shop, 2))[2].available == 110
    assert cells == ["{}"]
    assert await breaches(database_url) == {}


async def test_who_left_between_the_dry_run_and_the_grant_gets_nothing(
    engine: AsyncEngine, shop: ShopReference, database_url: str
) -> None:
    left = (await members(engine, shop, 2))[1]
    checked = await check(engine, shop, "customer_id,points\n1,100\n2,50\n")
    async with tenant_transaction(engine, shop.program_id) as connection:
        await connection.execute(
            text("UPDATE members SET closed_at = now() WHERE member_id = :one"), {"one": left.member_id}
        )
    done = await carry_out(engine, shop, await start(engine, shop, checked))

    assert await problems(engine, shop, done) == {2: "customer-closed"}
    assert (done.points_total, done.rows_done) == (50, 2)
    assert await balances(engine, shop, 2) == [0, 50]
    assert await breaches(database_url) == {}


async def test_a_balance_that_cannot_be_costs_only_its_own_row(
    engine: AsyncEngine, shop: ShopReference, database_url: str
) -> None:
    await members(engine, shop, 2)
    most = 2**53 - 1
    done = await take(engine, shop, f"customer_id,points\n1,{most}\n1,1\n2,7\n")

    assert await problems(engine, shop, done) == {3: "balance-too-large"}
    assert await balances(engine, shop, 2) == [most, 7]
    assert await breaches(database_url) == {}


@pytest.mark.parametrize(("name", "reason", "code"), [("", "Why", "NAME_INVALID"), ("a.csv", " ", "REASON_INVALID")])
async def test_a_file_comes_with_a_name_and_a_reason(
    engine: AsyncEngine, shop: ShopReference, name: str, reason: str, code: str
) -> None:
    with pytest.raises(BulkRefused) as refused:
        await check(engine, shop, "customer_id,points\n1,1\n", name=name, reason=reason)
    assert refused.value.code == code


async def test_an_address_names_the_member_who_proved_to_own_it(engine: AsyncEngine, shop: ShopReference) -> None:
    known = await members(engine, shop, 3)
    async with tenant_transaction(engine, shop.program_id) as connection:
        for customer, key in ((1, b"ann"), (2, b"bob"), (3, b"bob")):
            await connection.execute(
                text("UPDATE customers SET email_key = :key WHERE customer_id = :customer"),
                {"key": key, "customer": customer},
            )
    operation = await check(
        engine,
        shop,
        "email,points\nann,1\nbob,2\ncid,3\n",
        enroll=True,
        reader=lambda cells: cells["email"].encode(),
    )

    assert await problems(engine, shop, operation) == {3: "customer-ambiguous", 4: "customer-unknown"}
    await carry_out(engine, shop, await start(engine, shop, operation))
    assert (await members(engine, shop, 1))[1].available == known[1].available + 1


def test_every_problem_can_be_said_in_words() -> None:
    assert problem_text("same-as-row:17") == "the same as row 17, which counts"
    assert all(problem_text(f"{code}:x") for code in PROBLEMS)


async def test_before_the_program_is_published_nothing_says_how_long_points_live(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    async with tenant_transaction(engine, shop.program_id) as connection:
        await connection.execute(text("SET LOCAL ROLE postgres"))
        await connection.execute(text("DELETE FROM program_versions"))
    request = BulkRequest(shop.program_id, shop.shop_id, "grant", "a.csv", "Why", ACTOR)
    with pytest.raises(BulkRefused, match="Publish"):
        async with tenant_transaction(engine, shop.program_id) as connection:
            await check_file(connection, request, io.BytesIO(b"customer_id,points\n1,1\n"), customer_by_id)
