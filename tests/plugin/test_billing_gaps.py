"""Subscriptions where it matters that nothing is charged: uninstalls, pauses, wishes, drafts, changes of plan."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from engine.billing.changing import Change
from engine.billing.holding import billing_standing, confirm_billing
from engine.billing.repairs import repairs_of, settle_repair
from engine.billing.requests import cancel_contract, change_contract, pause_contract, resume_contract
from engine.database import tenant_transaction
from engine.memberships.catalog import create_plan
from plugin.devstore.seed import product_by_handle
from tests.support.fulfilling import Died
from tests.support.subscribing import Subscribing
from tests.support.subscription_shop import die_at, monthly


async def test_complaint_12_given_an_uninstall_and_a_return_when_billing_goes_on_then_nothing_of_the_gap_is_charged(
    subscribing: Subscribing,
) -> None:
    subscribing.buy(days_ago=100)
    await subscribing.hear()
    await subscribing.call()
    subscribing.store.uninstall_app()
    await subscribing.hear()
    await subscribing.settle()
    assert subscribing.charges() == []

    await subscribing.return_app()
    await subscribing.follow_up()
    await subscribing.settle()
    held = await subscribing.contract()
    assert subscribing.charges() == []
    assert held.held_since is not None
    assert held.next_billing_at is not None
    assert held.next_billing_at > datetime.now(UTC)
    assert held.next_billing_at == held.schedule.start(held.next_cycle)
    assert held.next_cycle == 5
    assert "period_skipped" in await subscribing.facts()

    program_id, shop_id, _ = subscribing.key
    async with tenant_transaction(subscribing.engine, program_id) as connection:
        asked = await billing_standing(connection, program_id, shop_id)
        confirmed = await confirm_billing(connection, program_id, shop_id, "staff:1")
    assert asked is not None
    assert (asked.held_since is not None, asked.contracts) == (True, 1)
    assert confirmed is not None
    assert (confirmed.held_since, confirmed.resumed_at is not None) == (None, True)
    await subscribing.settle()
    assert subscribing.charges() == []
    assert (await subscribing.contract()).next_cycle == 5


@pytest.mark.parametrize("moment", ["before the call", "after the call", "in dunning"])
async def test_complaint_12_given_a_charge_under_way_when_the_app_goes_and_returns_then_it_is_not_made_up_for(
    subscribing: Subscribing, moment: str
) -> None:
    if moment == "in dunning":
        subscribing.fail_next("INSUFFICIENT_FUNDS")
    subscribing.buy(days_ago=32)
    await subscribing.hear()
    await subscribing.call()
    await subscribing.bill()
    if moment == "after the call":
        subscribing.store.misbehavior.fail_before_next = 1
        await subscribing.call()
    elif moment == "in dunning":
        await subscribing.settle()
    subscribing.store.uninstall_app()
    await subscribing.hear()
    await subscribing.pass_days(4)

    await subscribing.return_app()
    program_id, shop_id, _ = subscribing.key
    async with tenant_transaction(subscribing.engine, program_id) as connection:
        await confirm_billing(connection, program_id, shop_id, "staff:1")
    await subscribing.follow_up()
    await subscribing.settle()
    await subscribing.settle()

    assert subscribing.charges() == []
    contract = await subscribing.contract()
    assert (contract.next_cycle, contract.next_billing_at) == (3, contract.schedule.start(3))


async def test_given_a_merchant_who_pauses_and_activates_when_a_cycle_comes_then_it_follows_what_was_left(
    subscribing: Subscribing,
) -> None:
    subscribing.buy(days_ago=10)
    await subscribing.hear()
    await subscribing.settle()
    subscribing.store.contract_book.set_status(subscribing.key.contract_id, "PAUSED")
    await subscribing.hear()
    await subscribing.settle()
    paused = await subscribing.contract()
    assert (paused.status, paused.next_billing_at) == ("paused", None)
    assert (await subscribing.membership()).state == "paused"

    subscribing.store.contract_book.set_status(subscribing.key.contract_id, "ACTIVE")
    await subscribing.hear()
    await subscribing.settle()

    again = await subscribing.contract()
    assert again.status == "active"
    assert again.next_billing_at == again.schedule.start(2)
    assert (await subscribing.membership()).state == "active"


async def test_given_a_contract_that_is_canceled_in_the_shop_when_its_time_comes_then_nothing_is_charged(
    subscribing: Subscribing,
) -> None:
    subscribing.buy(days_ago=10)
    await subscribing.hear()
    subscribing.store.contract_book.set_status(subscribing.key.contract_id, "CANCELLED")
    await subscribing.hear()
    await subscribing.settle()
    await subscribing.pass_days(40)
    await subscribing.settle()

    assert (await subscribing.contract()).status == "cancelled"
    assert (subscribing.charges(), (await subscribing.contract()).next_billing_at) == ([], None)


async def test_given_wishes_when_the_worker_dies_on_the_way_then_the_shop_does_what_was_wished_for_last(
    subscribing: Subscribing, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribing.buy(days_ago=10)
    await subscribing.hear()
    await subscribing.settle()
    wishes = (
        (pause_contract, "PAUSED", "contract-before-call"),
        (resume_contract, "ACTIVE", "contract-after-call"),
        (cancel_contract, "CANCELLED", "call-before-commit"),
    )
    for request, status, point in wishes:
        async with tenant_transaction(subscribing.engine, subscribing.shop.program_id) as connection:
            more = (None,) if request is pause_contract else ()
            await request(connection, *subscribing.key, *more)
        die_at(monkeypatch, point)
        with pytest.raises(Died):
            await subscribing.call()
        await subscribing.settle()

        contract = await subscribing.contract()
        assert subscribing.store.contract_book.all()[-1]["status"] == status, point
        assert (contract.wanted, contract.status) == ({}, status.lower()), point


async def test_given_a_dearer_plan_when_it_is_changed_at_once_then_the_rest_is_charged_and_the_whole_price_follows(
    subscribing: Subscribing,
) -> None:
    subscribing.buy(days_ago=10)
    await subscribing.hear()
    await subscribing.settle()
    before = await subscribing.contract()
    other = product_by_handle("wool-throw")
    assert other is not None
    program_id = subscribing.shop.program_id
    async with tenant_transaction(subscribing.engine, program_id) as connection:
        definition = monthly(title="Gold", product_ids=(other.id,), prices={"USD": 1500}, selling_plan_id=None)
        plan = await create_plan(connection, program_id, "gold", definition, actor="tests")
        change = Change(plan.plan_id, plan.version, 1500, other.variant_id, first_price_minor=403)
        await change_contract(connection, *subscribing.key, change, at_end=False)
    await subscribing.settle()

    after, line = await subscribing.contract(), subscribing.store.contract_book.all()[0]["line"]
    (charge,) = subscribing.charges()
    order = subscribing.store.order(charge["order_id"])
    assert order is not None
    assert (order["subtotal_price"], order["line_items"][0]["product_id"]) == ("4.03", other.id)
    assert (line["price"], line["variant_id"]) == ("15.00", other.variant_id)
    assert (after.plan_id, after.price_minor, after.wanted) == (plan.plan_id, 1500, {})
    assert (after.next_cycle, after.next_billing_at) == (3, before.next_billing_at)
    assert "plan_changed" in await subscribing.facts()


async def test_complaint_23_given_a_draft_order_with_a_selling_plan_when_no_contract_comes_then_a_person_sees_it(
    subscribing: Subscribing,
) -> None:
    order = subscribing.buy(source_name="shopify_draft_order")
    await subscribing.hear()
    await subscribing.follow_up()
    await subscribing.call()
    await subscribing.sql("UPDATE membership_facts SET recorded_at = now() - interval '61 minutes'")
    await subscribing.follow_up()
    await subscribing.call()

    program_id = subscribing.shop.program_id
    async with tenant_transaction(subscribing.engine, program_id) as connection:
        (repair,) = await repairs_of(connection, program_id)
        settled = await settle_repair(connection, program_id, repair.repair_id, "granted", "staff:7")
        left = await repairs_of(connection, program_id)
    assert (repair.reason, repair.order_id, repair.contract_id) == ("order_without_contract", order["id"], None)
    assert (settled.resolution, settled.settled_by, left) == ("granted", "staff:7", [])


async def test_complaint_23_given_a_draft_order_without_a_selling_plan_when_it_is_paid_then_it_is_a_purchase(
    subscribing: Subscribing,
) -> None:
    subscribing.buy(source_name="shopify_draft_order", subscription=False)
    await subscribing.hear()
    await subscribing.sql("UPDATE membership_facts SET recorded_at = now() - interval '61 minutes'")
    await subscribing.follow_up()
    await subscribing.call()

    async with tenant_transaction(subscribing.engine, subscribing.shop.program_id) as connection:
        assert await repairs_of(connection, subscribing.shop.program_id) == []
    assert await subscribing.facts() == ["purchased"]
