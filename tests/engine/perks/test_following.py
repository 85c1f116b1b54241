"""Perks follow entitlements in the database: written once, for any number of members in a few statements."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction, transaction_time
from engine.ledger import MemberKey
from engine.perks.entitlements import NOTHING
from engine.perks.following import follow
from engine.privacy import redact_customer
from engine.shops import ShopReference
from tests.support.perks import TAG, Perking, gold, percent, plus, shipping

MANY = 500
_ENROLL = """
    WITH new AS (
        INSERT INTO members (program_id, member_id, joined_at)
        SELECT :program_id, nextval('ledger_ids'), now() FROM generate_series(1, :many) RETURNING member_id
    )
    INSERT INTO customers (program_id, shop_id, customer_id, member_id)
    SELECT :program_id, :shop_id, 50000 + row_number() OVER (), member_id FROM new RETURNING member_id
"""


async def test_given_many_members_when_their_perks_follow_then_it_takes_a_few_statements_and_once(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    given = {"program_id": shop.program_id, "shop_id": shop.shop_id, "many": MANY}
    async with tenant_transaction(engine, shop.program_id) as connection:
        rows = (await connection.execute(text(_ENROLL), given)).fetchall()
    changes = {MemberKey(shop.program_id, row.member_id): gold(TAG, percent(), shipping("month")) for row in rows}
    statements: list[str] = []
    event.listen(engine.sync_engine, "before_cursor_execute", lambda *told: statements.append(told[2]))

    fewer = {key: gold(tier="silver") for key in changes}
    for wanted, expected in ((changes, 9), (changes, 5), (fewer, 6)):
        async with tenant_transaction(engine, shop.program_id) as connection:
            now = await transaction_time(connection)
            statements.clear()
            await follow(connection, wanted, now)
        assert len(statements) <= expected
        assert not _deliveries_before_marks(statements)

    async with tenant_transaction(engine, shop.program_id) as connection:
        counted = await connection.execute(
            text("SELECT kind, count(*), count(DISTINCT code) FROM perk_deliveries GROUP BY kind ORDER BY kind")
        )
        assert [tuple(row) for row in counted] == [
            ("customer_tag", MANY, 0), ("free_shipping_code", MANY, MANY), ("percent_code", MANY, MANY)
        ]  # fmt: skip
        calls = await connection.execute(text("SELECT kind, count(*) FROM outside_calls GROUP BY kind ORDER BY kind"))
        assert [tuple(row) for row in calls] == [
            ("customer-mark", MANY), ("perk-issue", 2 * MANY), ("perk-withdraw", 2 * MANY)
        ]  # fmt: skip


def _deliveries_before_marks(statements: list[str]) -> bool:
    """Whether deliveries are locked before marks: calls that are settled lock them the other way round."""
    wrote = [place for place, one in enumerate(statements) if "INSERT INTO customer_marks" in one]
    given = [place for place, one in enumerate(statements) if "INTO perk_deliveries" in one or "FOR UPDATE" in one]
    return bool(given) and min(given) < min(wrote)


async def test_given_somebody_without_a_standing_when_perks_follow_then_nothing_is_written(perking: Perking) -> None:
    await perking.follow(NOTHING)

    async with tenant_transaction(perking.rewarding.engine, perking.rewarding.shop.program_id) as connection:
        written = await connection.execute(text("SELECT count(*) FROM customer_marks"))
        assert written.scalar_one() == 0
    assert await perking.deliveries() == []


async def test_given_months_and_terms_when_time_passes_then_each_has_a_code_of_its_own(
    perking: Perking,
) -> None:
    perks = gold(percent("month"), shipping("term"))
    for days in (0, 0, 31, 62):
        await perking.follow(perks, days=days)

    made = await perking.deliveries()
    assert sorted(one.perk for one in made) == ["delivery", "ten", "ten", "ten"]
    assert len({one.code for one in made}) == 4
    assert all(one.code is not None and len(one.code) == 20 and one.code.startswith("LRP-") for one in made)
    assert all(one.ends_at is not None and one.ends_at.microsecond == 0 for one in made)


async def test_given_a_plan_that_runs_out_when_its_perks_follow_then_they_are_taken_back(perking: Perking) -> None:
    key = await perking.key()
    async with tenant_transaction(perking.rewarding.engine, key.program_id) as connection:
        now = await transaction_time(connection)
    held = plus(percent(), TAG, until=now + timedelta(days=3))
    await perking.follow(held, days=2)
    assert [one.state for one in await perking.deliveries()] == ["waiting", "waiting"]

    await perking.follow(held, days=3)

    assert [one.state for one in await perking.deliveries()] == ["revoking", "revoking"]


async def test_given_two_that_follow_at_once_when_both_are_done_then_there_is_one_code(perking: Perking) -> None:
    await asyncio.gather(*(perking.follow(gold(percent())) for _ in range(4)))

    assert await perking.states() == [("ten", "once", "waiting")]


async def test_given_an_erased_customer_when_perks_are_looked_at_then_nothing_names_them(
    perking: Perking,
) -> None:
    await perking.follow(gold(percent(), TAG))
    shop, before = perking.rewarding.shop, await perking.deliveries()
    async with tenant_transaction(perking.rewarding.engine, shop.program_id) as connection:
        now = await transaction_time(connection)
        await redact_customer(connection, shop.program_id, shop.shop_id, 1, [], now)
        rows = (await connection.execute(text("SELECT customer_id, state, failure FROM perk_deliveries"))).fetchall()
        marks = (await connection.execute(text("SELECT count(*) FROM customer_marks"))).scalar_one()

    assert len(before) == 2
    assert [tuple(row) for row in rows] == [(None, "failed", "the customer was erased")] * 2
    assert marks == 0
