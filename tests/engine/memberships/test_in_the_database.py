"""Memberships through the whole engine: orders in, rows kept, time passed, wishes heard, members merged."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.billing.repairs import repairs_of
from engine.database import tenant_transaction
from engine.ledger import MemberKey
from engine.memberships.benefits import Benefit, benefits_of, record_benefits, saved_in
from engine.memberships.catalog import archive_plan, update_plan
from engine.memberships.figures import plan_figures
from engine.memberships.joining import join
from engine.memberships.refusals import MembershipRefused
from engine.memberships.requests import cancel, grant, options, pause, resume, withdraw_cancel
from engine.memberships.store import due_members, follow_memberships
from engine.merging import merge_members
from engine.shops import ShopReference
from tests.support.facts import created, refund
from tests.support.joining import PLUS, PRODUCT, Shopping, day, plus


@pytest.fixture
def shopping(engine: AsyncEngine, shop: ShopReference) -> Shopping:
    return Shopping(engine, shop)


async def test_given_a_paid_order_then_the_membership_is_there_and_refunds_shorten_and_end_it(
    shopping: Shopping,
) -> None:
    await shopping.sell()
    await shopping.hear(plus(1, day(-10), 2))
    (found,) = await shopping.memberships()
    assert (found.handle, found.standing.state, found.standing.ends_at) == ("laurel-plus", "active", day(50))
    ((_, state, way, ends_at, review_at),) = await shopping.rows()
    assert (state, way, ends_at) == ("active", "purchase", day(50))
    assert review_at is not None

    await shopping.hear(refund(7, 1, "9.00", created_at=day(-5)))
    assert (await shopping.rows())[0].ends_at == day(20)
    await shopping.hear(refund(8, 1, "9.00", created_at=day(-1)), refund(7, 1, "9.00", created_at=day(-5)))
    ((_, state, _, ends_at, review_at),) = await shopping.rows()
    assert (state, ends_at, review_at) == ("ended", day(-1), None)

    await shopping.hear(plus(2, day(0)))
    again = (await shopping.memberships())[0].standing
    assert (again.state, again.started_at, again.ends_at) == ("active", day(0), day(30))


async def test_given_refunds_before_their_order_and_orders_told_again_then_the_same_membership(
    shopping: Shopping,
) -> None:
    await shopping.sell()
    await shopping.hear(refund(7, 1, "9.00", created_at=day(-5)))
    await shopping.hear(plus(2, day(-3)))
    await shopping.hear(plus(1, day(-10), 2), plus(2, day(-3)))
    await shopping.hear(plus(1, day(-10), 2))
    assert (await shopping.rows())[0].ends_at == day(50)


async def test_given_test_orders_then_only_a_plan_that_says_so_takes_them(shopping: Shopping) -> None:
    plan = await shopping.sell()
    await shopping.hear(created(1), plus(1, day(-2), test=True))
    assert await shopping.rows() == []
    taking = PLUS.model_copy(update={"test_orders": True})
    async with tenant_transaction(shopping.engine, shopping.shop.program_id) as connection:
        await update_plan(connection, plan.program_id, plan.plan_id, taking, expected_version=1, actor="tests")
    await shopping.hear(plus(2, day(1), test=True))  # sold by version 2, which is of today
    assert await shopping.memberships() == []
    assert len(await shopping.memberships(now=day(1))) == 1


async def test_given_no_plan_then_orders_make_no_membership_and_an_archived_one_sells_no_more(
    shopping: Shopping,
) -> None:
    await shopping.hear(plus(1, day(-2)))
    assert await shopping.memberships() == []
    plan = await shopping.sell()
    async with tenant_transaction(shopping.engine, shopping.shop.program_id) as connection:
        await archive_plan(connection, plan.program_id, plan.plan_id, expected_version=1, actor="tests")
    await shopping.hear(plus(2, day(1)))
    await shopping.hear(plus(2, day(1)))
    assert await shopping.memberships(now=day(2)) == []
    async with tenant_transaction(shopping.engine, shopping.shop.program_id) as connection:
        repairs = await repairs_of(connection, shopping.shop.program_id)
    assert [(one.order_id, one.reason) for one in repairs] == [(2, "plan_archived")]


async def test_given_time_that_passed_then_the_member_is_due_and_reviewed(shopping: Shopping) -> None:
    await shopping.sell()
    await shopping.hear(plus(1, day(-10)))
    key = MemberKey(shopping.shop.program_id, await shopping.member())
    async with tenant_transaction(shopping.engine, shopping.shop.program_id) as connection:
        assert await due_members(connection, 10) == []
        await connection.execute(text("UPDATE memberships SET review_at = now() - interval '1 second'"))
        assert await due_members(connection, 10) == [key]
        standings, changed = await follow_memberships(connection, [key], day(20))
        assert (standings[key][0].state, changed) == ("ended", {key})
        _, changed = await follow_memberships(connection, [key], day(20))
        assert changed == set()
        assert await due_members(connection, 10) == []


async def test_given_wishes_then_each_is_heard_once_under_its_key(shopping: Shopping) -> None:
    plan = await shopping.sell()
    await shopping.hear(plus(1, day(-10)))
    async with tenant_transaction(shopping.engine, shopping.shop.program_id) as connection:
        first = await pause(connection, await shopping.wish(plan, "pause"), day(5))
        again = await pause(connection, await shopping.wish(plan, "pause"), day(5))
        assert first.standing.state == again.standing.state == "paused"
        assert first.standing.ends_at == again.standing.ends_at
        with pytest.raises(MembershipRefused) as refusal:
            await pause(connection, await shopping.wish(plan, "pause"), day(6))
        assert refusal.value.code == "IDEMPOTENCY_KEY_REUSED"
        assert options(first).resume
        resumed = await resume(connection, await shopping.wish(plan, "resume"))
        assert resumed.standing.state == "active"
        ending = await cancel(connection, await shopping.wish(plan, "cancel"), "at_end")
        assert (ending.standing.state, options(ending).withdraw) == ("cancel_scheduled", True)
        kept = await withdraw_cancel(connection, await shopping.wish(plan, "keep"))
        assert kept.standing.state == "active"
        ended = await cancel(connection, await shopping.wish(plan, "now"), "now")
        assert ended.standing.state == "ended"
        with pytest.raises(MembershipRefused) as refusal:
            await cancel(connection, await shopping.wish(plan, "later"), "at_end")
        assert refusal.value.code == "NOT_A_MEMBER"
    async with tenant_transaction(shopping.engine, shopping.shop.program_id) as connection:
        owed = await connection.execute(text("SELECT detail FROM membership_facts WHERE kind = 'canceled'"))
        assert owed.scalar_one() == {"refund_due_minor": 900, "currency": "USD", "gives_up": ["1:order:1:1"]}


async def test_given_days_by_hand_then_they_follow_what_was_bought_and_need_a_reason(shopping: Shopping) -> None:
    plan = await shopping.sell()
    await shopping.hear(plus(1, day(-10)))
    async with tenant_transaction(shopping.engine, shopping.shop.program_id) as connection:
        with pytest.raises(MembershipRefused) as refusal:
            await grant(connection, await shopping.wish(plan, "g", staff=True), 10)
        assert refusal.value.code == "REASON_INVALID"
        given = await grant(connection, await shopping.wish(plan, "g", staff=True, reason="a late parcel"), 10)
        assert given.standing.ends_at == day(30)
        with pytest.raises(MembershipRefused) as refusal:
            await grant(connection, await shopping.wish(plan, "h", staff=True, reason="too long"), 3_651)
        assert refusal.value.code == "DAYS_INVALID"


async def test_given_a_merge_then_the_memberships_are_the_receiver_s(shopping: Shopping) -> None:
    await shopping.sell()
    await shopping.hear(plus(1, day(-10), customer=1), plus(2, day(-4), customer=2))
    one, other = await shopping.member(1), await shopping.member(2)
    async with tenant_transaction(shopping.engine, shopping.shop.program_id) as connection:
        await merge_members(
            connection, MemberKey(shopping.shop.program_id, other), MemberKey(shopping.shop.program_id, one),
            actor="tests",
        )  # fmt: skip
    ((member_id, state, _, ends_at, _),) = await shopping.rows()
    assert (member_id, state, ends_at) == (one, "active", day(50))


async def test_given_benefits_then_they_are_summed_by_currency_and_refunds_lower_them(shopping: Shopping) -> None:
    plan = await shopping.sell()
    await shopping.hear(plus(1, day(-10)), refund(7, 1, None, moved=[(300, "USD")], created_at=day(-9)))
    program_id, shop_id = shopping.shop.program_id, shopping.shop.shop_id
    member_id = await shopping.member()

    def benefit(number: int, minor: int, at: float, currency: str = "USD") -> Benefit:
        return Benefit(
            program_id,
            member_id,
            "plan:laurel-plus",
            "ten",
            shop_id,
            "perk-code",
            str(number),
            day(at),
            minor,
            currency,
        )

    async with tenant_transaction(shopping.engine, program_id) as connection:
        await record_benefits(connection, [benefit(1, 3_000, -8), benefit(2, 1_320, -2), benefit(3, 500, -1, "EUR")])
        await record_benefits(connection, [benefit(1, 3_000, -8), benefit(2, 1_320, -2)])
        assert await saved_in(connection, program_id, member_id, day(-365), day(1)) == {"EUR": 500, "USD": 4_320}
        await record_benefits(connection, [benefit(1, 0, -8)])
        assert await saved_in(connection, program_id, member_id, day(-365), day(1)) == {"EUR": 500, "USD": 1_320}
        assert await saved_in(connection, program_id, member_id, day(-365), day(1), "tier:gold") == {}
        assert [one.value_minor for one in await benefits_of(connection, program_id, member_id, 10)] == [500, 1_320]
        figures = await plan_figures(connection, program_id, plan.plan_id, 30)
    assert (figures.members, figures.ended, figures.revenue) == (1, 0, {"USD": 600})
    assert (figures.sold, figures.refunded) == ({"USD": 900}, {"USD": 300})
    assert figures.benefit_cost == {"EUR": 500, "USD": 1_320}


async def test_given_plans_then_no_two_share_a_product_or_handle_and_edits_do_not_overwrite_each_other(
    shopping: Shopping,
) -> None:
    plan = await shopping.sell()
    program_id = shopping.shop.program_id
    for handle, definition, code in (
        ("laurel-plus", PLUS.model_copy(update={"product_ids": ()}), "HANDLE_TAKEN"),
        ("other", PLUS, "PRODUCT_TAKEN"),
        ("Not A Handle", PLUS, "HANDLE_INVALID"),
    ):
        with pytest.raises(MembershipRefused) as refusal:
            await shopping.sell(definition, handle)
        assert refusal.value.code == code
    async with tenant_transaction(shopping.engine, program_id) as connection:
        await update_plan(connection, program_id, plan.plan_id, PLUS, expected_version=1, actor="tests")
        with pytest.raises(MembershipRefused) as refusal:
            await update_plan(connection, program_id, plan.plan_id, PLUS, expected_version=1, actor="tests")
        assert refusal.value.code == "VERSION_CONFLICT"
        offer = await join(connection, program_id, None, plan.plan_id)
        assert (offer.path, offer.product_id) == ("/products/laurel-plus", PRODUCT)
