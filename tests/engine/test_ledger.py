"""The ledger under refunds, expiry, holds and debts: exact balances, and an audit that finds nothing."""

from __future__ import annotations

from datetime import timedelta

import anyio
import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.applying import apply_events
from engine.audit import AuditReport, audit_due, last_breaches, run_audit
from engine.database import tenant_transaction
from engine.events import Fact
from engine.expiry import expire_due
from engine.ledger import InsufficientPoints, MemberKey
from engine.members import Member, history, member_of_customer
from engine.reservations import ReservationSettled, reserve, settle, void_due
from engine.sealing import seal_program
from engine.shops import ShopReference
from tests.support.facts import PAID_AT, events, line, order, refund

HOUR = timedelta(hours=1)


async def apply(engine: AsyncEngine, shop: ShopReference, *facts: Fact) -> None:
    async with tenant_transaction(engine, shop.program_id) as connection:
        await apply_events(connection, events(shop, *facts))


async def member(engine: AsyncEngine, shop: ShopReference) -> Member:
    async with tenant_transaction(engine, shop.program_id) as connection:
        return await member_of_customer(connection, shop.program_id, shop.shop_id, 1)


async def rewind(engine: AsyncEngine, shop: ShopReference, by: timedelta) -> None:
    """Let time pass: every lot's end comes nearer."""
    async with tenant_transaction(engine, shop.program_id) as connection:
        await connection.execute(text("SET LOCAL ROLE postgres"))  # the app itself may not move an end
        for table in ("lots", "awards"):
            await connection.execute(text(f"UPDATE {table} SET expires_at = expires_at - :by"), {"by": by})
        await connection.execute(text("UPDATE members SET next_expiry_at = next_expiry_at - :by"), {"by": by})


async def hold(engine: AsyncEngine, shop: ShopReference, points: int, held_for: timedelta = HOUR) -> int:
    key = MemberKey(shop.program_id, (await member(engine, shop)).member_id)
    async with tenant_transaction(engine, shop.program_id) as connection:
        return await reserve(connection, key, points, purpose="test", actor="tests", held_for=held_for)


async def end(engine: AsyncEngine, shop: ShopReference, reservation_id: int, capture: int) -> None:
    async with tenant_transaction(engine, shop.program_id) as connection:
        await settle(connection, shop.program_id, reservation_id, capture=capture, actor="tests")


async def sealed_audit(engine: AsyncEngine, shop: ShopReference, url: str) -> AuditReport:
    async with tenant_transaction(engine, shop.program_id) as connection:
        await seal_program(connection, shop.program_id)
    return await anyio.to_thread.run_sync(run_audit, url)


async def test_a_clean_ledger_passes_the_audit(engine: AsyncEngine, shop: ShopReference, database_url: str) -> None:
    await apply(engine, shop, order(10, [line("45.00")]), refund(1, 10, "15.00"))
    await apply(engine, shop, refund(2, 10, "30.00"))
    report = await sealed_audit(engine, shop, database_url)

    assert {check.name: check.breaches for check in report.checks if check.breaches} == {}
    assert (report.blocks, report.sealed_transactions, report.lags["unsealed transactions"]) == (1, 3, 0)


@pytest.mark.parametrize(
    ("tampering", "found_by"),
    [
        ("UPDATE members SET available = available + 1", {"balance-available", "lots"}),
        ("UPDATE transfers SET amount = amount + 1 WHERE position = 0", {"content-hashes", "transactions"}),
        ("UPDATE transactions SET content_hash = sha256('x')", {"content-hashes", "block-chain"}),
        ("UPDATE transactions SET detail = '{}'", {"content-hashes"}),
        ("DELETE FROM transactions WHERE kind = 'earn'", {"sealed-once", "one-effect", "block-chain"}),
        ("DELETE FROM effect_keys", {"one-effect"}),
        ("DELETE FROM blocks", {"sealed-once"}),
        ("UPDATE blocks SET previous_hash = sha256('x')", {"block-chain"}),
        ("UPDATE awards SET posted = posted + 1", {"awards", "lifetime"}),
        ("UPDATE lots SET remaining = remaining - 1", {"lots", "lot-consumption"}),
        ("UPDATE lots SET expires_at = NULL", {"next-expiry"}),
        ("UPDATE lots SET quantity = quantity + 1, expired = 1", {"lots-expired", "lot-consumption"}),
        ("UPDATE members SET next_expiry_at = NULL", {"next-expiry"}),
        ("UPDATE orders SET snapshot = jsonb_set(snapshot, '{lines,0,1}', '2')", {"orders-worth"}),
        ("UPDATE transactions SET kind = 'clawback', detail = '{\"posted\": \"x\"}'", {"awards", "content-hashes"}),
    ],
)
async def test_the_audit_finds_what_an_owner_changed_by_hand(
    engine: AsyncEngine, shop: ShopReference, database_url: str, tampering: str, found_by: set[str]
) -> None:
    await apply(engine, shop, order(10, [line("45.00")]))
    await sealed_audit(engine, shop, database_url)
    with psycopg.connect(database_url, autocommit=True) as owner:
        owner.execute(tampering.encode())
    report = await sealed_audit(engine, shop, database_url)

    assert found_by <= {check.name for check in report.checks if check.breaches}


@pytest.mark.parametrize("table", ["transactions", "transfers", "effect_keys", "lot_consumptions", "blocks"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET program_id = program_id", "DELETE FROM {}", "TRUNCATE {}"])
async def test_the_app_cannot_change_what_was_written(
    engine: AsyncEngine, shop: ShopReference, table: str, statement: str
) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        async with tenant_transaction(engine, shop.program_id) as connection:
            await connection.execute(text(statement.format(table)))


async def test_points_end_on_their_instant_and_reads_leave_them_out_before_the_sweep(
    engine: AsyncEngine, shop: ShopReference, database_url: str
) -> None:
    await apply(engine, shop, order(10, [line("45.00")]))
    await rewind(engine, shop, timedelta(days=363))
    assert (await member(engine, shop)).available == 145

    await rewind(engine, shop, timedelta(days=2))
    assert (await member(engine, shop)).available == 0
    async with tenant_transaction(engine, shop.program_id) as connection:
        assert await expire_due(connection) == 1
        assert await expire_due(connection) == 0
        entries = await history(connection, shop.program_id, (await member(engine, shop)).member_id, 10)
    assert sorted((entry.kind, entry.points) for entry in entries) == [
        ("bonus", 100), ("earn", 45), ("expire", -100), ("expire", -45),
    ]  # fmt: skip
    assert (await member(engine, shop)).lifetime == 145
    assert (await sealed_audit(engine, shop, database_url)).breaches == 0


async def test_a_refund_of_points_that_ran_out_leaves_no_debt(
    engine: AsyncEngine, shop: ShopReference, database_url: str
) -> None:
    await apply(engine, shop, order(10, [line("45.00")]))
    await rewind(engine, shop, timedelta(days=366))
    await apply(engine, shop, refund(1, 10, "45.00"))

    found = await member(engine, shop)
    assert (found.available, found.debt, found.lifetime) == (0, 0, 100)
    assert (await sealed_audit(engine, shop, database_url)).breaches == 0


async def test_a_refund_of_spent_points_becomes_a_debt_that_the_next_order_pays(
    engine: AsyncEngine, shop: ShopReference, database_url: str
) -> None:
    await apply(engine, shop, order(10, [line("45.00")]))
    await end(engine, shop, await hold(engine, shop, 140), capture=140)
    await apply(engine, shop, refund(1, 10, "45.00"))
    found = await member(engine, shop)
    assert (found.available, found.debt) == (0, 40)

    await apply(engine, shop, order(11, [line("50.00")]))
    found = await member(engine, shop)
    assert (found.available, found.debt, found.lifetime) == (10, 0, 150)
    assert (await sealed_audit(engine, shop, database_url)).breaches == 0


async def test_a_hold_captures_in_part_and_returns_the_rest_to_its_lots(
    engine: AsyncEngine, shop: ShopReference, database_url: str
) -> None:
    await apply(engine, shop, order(10, [line("45.00")]))
    reservation = await hold(engine, shop, 120)
    assert (await member(engine, shop)).available == 25

    await end(engine, shop, reservation, capture=70)
    assert (await member(engine, shop)).available == 75
    with pytest.raises(ReservationSettled):
        await end(engine, shop, reservation, capture=0)
    assert (await sealed_audit(engine, shop, database_url)).breaches == 0


async def test_points_that_came_back_from_a_hold_live_thirty_days_at_least(
    engine: AsyncEngine, shop: ShopReference, database_url: str
) -> None:
    await apply(engine, shop, order(10, [line("45.00")]))
    reservation = await hold(engine, shop, 145)
    await rewind(engine, shop, timedelta(days=400))
    await end(engine, shop, reservation, capture=0)

    assert (await member(engine, shop)).available == 145
    await rewind(engine, shop, timedelta(days=29))
    assert (await member(engine, shop)).available == 145
    await rewind(engine, shop, timedelta(days=2))
    assert (await member(engine, shop)).available == 0
    assert (await sealed_audit(engine, shop, database_url)).breaches == 0


async def test_points_of_a_lot_that_were_not_held_keep_their_end_when_others_come_back(
    engine: AsyncEngine, shop: ShopReference, database_url: str
) -> None:
    await apply(engine, shop, order(10, [line("45.00")]))
    reservation = await hold(engine, shop, 1)
    await rewind(engine, shop, timedelta(days=400))
    await end(engine, shop, reservation, capture=0)

    assert (await member(engine, shop)).available == 1
    assert (await sealed_audit(engine, shop, database_url)).breaches == 0


async def test_points_that_come_back_from_a_hold_pay_a_debt_first(
    engine: AsyncEngine, shop: ShopReference, database_url: str
) -> None:
    await apply(engine, shop, order(10, [line("500.00")]))
    reservation = await hold(engine, shop, 600)
    await apply(engine, shop, refund(1, 10, "500.00"))
    assert (await member(engine, shop)).debt == 500

    await end(engine, shop, reservation, capture=0)
    found = await member(engine, shop)
    assert (found.available, found.debt) == (100, 0)
    assert (await sealed_audit(engine, shop, database_url)).breaches == 0


async def test_a_hold_whose_time_is_over_is_voided_once(engine: AsyncEngine, shop: ShopReference) -> None:
    await apply(engine, shop, order(10, [line("45.00")]))
    await hold(engine, shop, 100, held_for=timedelta(seconds=-1))
    async with tenant_transaction(engine, shop.program_id) as connection:
        assert await void_due(connection) == 1
        assert await void_due(connection) == 0

    assert (await member(engine, shop)).available == 145


async def test_a_hundred_holds_at_once_never_hold_more_than_there_is(
    engine: AsyncEngine, shop: ShopReference, database_url: str
) -> None:
    await apply(engine, shop, order(10, [line("45.00")]))
    outcomes: list[bool] = []

    async def attempt() -> None:
        try:
            await hold(engine, shop, 20)
        except InsufficientPoints:
            outcomes.append(False)
        else:
            outcomes.append(True)

    async with anyio.create_task_group() as group:
        for _ in range(100):
            group.start_soon(attempt)

    assert (outcomes.count(True), outcomes.count(False)) == (7, 93)
    assert (await member(engine, shop)).available == 5
    assert (await sealed_audit(engine, shop, database_url)).breaches == 0


async def test_the_database_itself_refuses_a_balance_below_zero(engine: AsyncEngine, shop: ShopReference) -> None:
    await member(engine, shop)
    with pytest.raises(IntegrityError, match="members_available_check"):
        async with tenant_transaction(engine, shop.program_id) as connection:
            await connection.execute(text("UPDATE members SET available = -1"))


async def test_a_delivery_from_the_year_9999_moves_no_end(engine: AsyncEngine, shop: ShopReference) -> None:
    future = PAID_AT.replace(month=1, day=1, year=9998)
    await apply(engine, shop, order(10, [line("45.00")], occurred_at=future, updated_at=future))
    async with tenant_transaction(engine, shop.program_id) as connection:
        ends = (await connection.execute(text("SELECT max(expires_at) FROM lots"))).scalar_one()

    assert ends == PAID_AT + timedelta(days=366)


async def test_the_nightly_audit_runs_once_a_day_and_remembers_what_it_found(
    engine: AsyncEngine, shop: ShopReference, database_url: str
) -> None:
    await apply(engine, shop, order(10, [line("45.00")]))
    assert await audit_due(engine, [shop.program_id]) == 0

    with psycopg.connect(database_url, autocommit=True) as owner:
        owner.execute("UPDATE members SET available = available + 1")
        assert await audit_due(engine, [shop.program_id]) == 0, "audited today already"
        owner.execute("UPDATE audits SET audited_at = audited_at - interval '1 day'")
    assert await audit_due(engine, [shop.program_id]) == 2
    async with tenant_transaction(engine, shop.program_id) as connection:
        assert await last_breaches(connection) == 2
