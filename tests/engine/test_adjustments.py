"""Adjustments by hand: exact balances, who and why, once for each key, and nothing below zero."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import anyio
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.adjustments import Adjustment, AdjustmentRefused, End, adjust_points
from engine.applying import apply_events
from engine.audit import run_audit
from engine.database import tenant_transaction
from engine.idempotency import IdempotencyKeyReused
from engine.ledger import MemberKey
from engine.members import Member, history, member_of_customer
from engine.overview import overview
from engine.program import default_definition
from engine.publishing import publish
from engine.reservations import reserve
from engine.shops import ShopReference
from tests.support.facts import events, line, order, refund

ACTOR = "staff:17"


async def member(engine: AsyncEngine, shop: ShopReference) -> Member:
    async with tenant_transaction(engine, shop.program_id) as connection:
        return await member_of_customer(connection, shop.program_id, shop.shop_id, 1)


async def adjust(
    engine: AsyncEngine, shop: ShopReference, points: int, *, reason: str = "Sorry for the delay", key: str = "k1",
    actor: str = ACTOR, expires: End = "program",
) -> Adjustment:  # fmt: skip
    member_id = (await member(engine, shop)).member_id
    async with tenant_transaction(engine, shop.program_id) as connection:
        return await adjust_points(
            connection, shop.program_id, member_id, points=points, reason=reason, actor=actor, idempotency_key=key,
            expires=expires,
        )  # fmt: skip


async def ends(engine: AsyncEngine, shop: ShopReference) -> list[tuple[int, datetime | None]]:
    async with tenant_transaction(engine, shop.program_id) as connection:
        rows = await connection.execute(
            text("SELECT remaining, expires_at FROM lots WHERE remaining > 0 ORDER BY lot_id")
        )
        return [(row.remaining, row.expires_at) for row in rows]


async def breaches(database_url: str) -> dict[str, int]:
    report = await anyio.to_thread.run_sync(run_audit, database_url)
    return {check.name: check.breaches for check in report.checks if check.breaches}


async def refusal(engine: AsyncEngine, shop: ShopReference, points: int, **given: str) -> tuple[str, str]:
    with pytest.raises(AdjustmentRefused) as refused:
        await adjust(engine, shop, points, **given)  # type: ignore[arg-type]
    return refused.value.code, refused.value.field


async def test_complaint_17_every_change_by_hand_is_a_posting_with_an_actor_and_a_reason(
    engine: AsyncEngine, shop: ShopReference, database_url: str
) -> None:
    given = await adjust(engine, shop, 500, key="give")
    taken = await adjust(engine, shop, -120, reason="Given twice", key="take", actor="staff:18")
    now = await member(engine, shop)
    async with tenant_transaction(engine, shop.program_id) as connection:
        entries = await history(connection, shop.program_id, now.member_id, 10)
        figures = await overview(connection, shop.program_id, 1)
        actors = (await connection.execute(text("SELECT actor FROM transactions ORDER BY transaction_id"))).scalars()

        assert list(actors) == [ACTOR, "staff:18"]
    assert (given.available_before, given.available_after, taken.available_before) == (0, 500, 500)
    assert (taken.points, taken.available_after, taken.reason, taken.actor) == (-120, 380, "Given twice", "staff:18")
    assert [(entry.kind, entry.points, entry.detail["reason"]) for entry in entries] == [
        ("adjust", -120, "Given twice"),
        ("adjust", 500, "Sorry for the delay"),
    ]
    assert (now.available, now.lifetime) == (380, 500)
    assert (figures.issued, figures.taken_back, figures.outstanding) == (500, 120, 380)
    assert [(day.issued, day.taken_back) for day in figures.days] == [(500, 120)]
    assert await breaches(database_url) == {}


async def test_given_points_end_as_the_program_says_or_with_the_day_that_is_named_or_never(
    engine: AsyncEngine, shop: ShopReference, database_url: str
) -> None:
    definition = default_definition().model_copy(update={"time_zone": "America/New_York"})
    async with tenant_transaction(engine, shop.program_id) as connection:
        await publish(connection, shop.program_id, definition, effective_from=None, actor="tests")
    await adjust(engine, shop, 1, key="a")
    await adjust(engine, shop, 2, key="b", expires=date(2031, 3, 9))
    await adjust(engine, shop, 3, key="c", expires="never")

    found = await ends(engine, shop)

    zone = ZoneInfo("America/New_York")
    year = datetime.now(zone).replace(tzinfo=None) + timedelta(days=365)
    first = found[0][1]
    assert first is not None
    assert abs(first.astimezone(zone).replace(tzinfo=None) - year) < timedelta(minutes=1)
    assert found[1:] == [(2, datetime(2031, 3, 10, 4, tzinfo=UTC)), (3, None)]  # the clocks went forward on the 9th
    assert await breaches(database_url) == {}


async def test_taken_points_are_those_that_end_first_and_never_more_than_there_are(
    engine: AsyncEngine, shop: ShopReference, database_url: str
) -> None:
    await adjust(engine, shop, 10, key="a", expires="never")
    await adjust(engine, shop, 10, key="b", expires=date(2031, 1, 1))
    await adjust(engine, shop, -15, key="c")

    assert [remaining for remaining, _ in await ends(engine, shop)] == [5]
    assert await refusal(engine, shop, -6, key="d") == ("INSUFFICIENT_POINTS", "points")
    key = MemberKey(shop.program_id, (await member(engine, shop)).member_id)
    async with tenant_transaction(engine, shop.program_id) as connection:
        await reserve(connection, key, 4, purpose="test", actor="tests", held_for=timedelta(hours=1))
    assert await refusal(engine, shop, -2, key="e") == ("INSUFFICIENT_POINTS", "points")
    assert (await adjust(engine, shop, -1, key="f")).available_after == 0
    assert await breaches(database_url) == {}


async def test_given_points_pay_back_a_debt_first(engine: AsyncEngine, shop: ShopReference, database_url: str) -> None:
    async with tenant_transaction(engine, shop.program_id) as connection:
        await apply_events(connection, events(shop, order(10, [line("50.00")])))
    await adjust(engine, shop, -150, key="a")
    async with tenant_transaction(engine, shop.program_id) as connection:
        await apply_events(connection, events(shop, refund(1, 10, "50.00")))

    given = await adjust(engine, shop, 60, key="b")

    assert (given.points, given.available_before, given.available_after) == (60, 0, 10)
    assert ((await member(engine, shop)).debt, (await member(engine, shop)).lifetime) == (0, 160)
    assert await breaches(database_url) == {}


async def test_the_same_key_is_the_same_adjustment_and_with_other_input_an_error(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    await member(engine, shop)
    both = await asyncio.gather(adjust(engine, shop, 40), adjust(engine, shop, 40))

    assert both[0] == both[1] == await adjust(engine, shop, 40)
    with pytest.raises(IdempotencyKeyReused):
        await adjust(engine, shop, 41)
    assert (await adjust(engine, shop, 40, actor="staff:99")).available_after == 80  # a key belongs to its actor
    assert (await member(engine, shop)).available == 80


@pytest.mark.parametrize(
    ("points", "given", "refused"),
    [
        (0, {}, ("POINTS_INVALID", "points")),
        (2**53, {}, ("POINTS_INVALID", "points")),
        (-(2**63), {}, ("POINTS_INVALID", "points")),
        (1, {"reason": "  "}, ("REASON_INVALID", "reason")),
        (1, {"reason": "x" * 201}, ("REASON_INVALID", "reason")),
        (1, {"reason": "a\0b"}, ("REASON_INVALID", "reason")),
        (1, {"reason": "a\ud800b"}, ("REASON_INVALID", "reason")),
        (1, {"actor": ""}, ("ACTOR_INVALID", "actor")),
        (-1, {}, ("INSUFFICIENT_POINTS", "points")),
    ],
)
async def test_what_cannot_be_adjusted_is_refused_and_changes_nothing(
    engine: AsyncEngine, shop: ShopReference, points: int, given: dict[str, str], refused: tuple[str, str]
) -> None:
    assert await refusal(engine, shop, points, **given) == refused
    assert (await member(engine, shop)).version == 1


async def test_a_day_that_is_past_a_balance_that_cannot_be_and_nobodys_points_are_refused(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    await adjust(engine, shop, 10)
    past = datetime.now(UTC).date() - timedelta(days=2)
    with pytest.raises(AdjustmentRefused, match="last day"):
        await adjust(engine, shop, 1, key="b", expires=past)
    with pytest.raises(AdjustmentRefused, match="so large"):
        await adjust(engine, shop, 2**53 - 10, key="c")
    async with tenant_transaction(engine, shop.program_id) as connection:
        with pytest.raises(AdjustmentRefused, match="no such member"):
            await adjust_points(
                connection, shop.program_id, 999_999, points=1, reason="r", actor="a", idempotency_key="d"
            )
        await connection.execute(text("UPDATE members SET closed_at = now()"))
    with pytest.raises(AdjustmentRefused, match="left"):
        await adjust(engine, shop, 1, key="e")
