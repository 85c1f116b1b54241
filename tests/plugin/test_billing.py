"""Plans sold by subscription, the whole way in the demo store: bought, billed, failed, recovered, canceled."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.billing.changing import Change
from engine.billing.holding import billing_standing, confirm_billing
from engine.billing.repairs import repairs_of, settle_repair
from engine.billing.requests import cancel_contract, change_contract, pause_contract, resume_contract
from engine.database import tenant_transaction
from engine.memberships.catalog import create_plan
from engine.shops import ShopReference
from plugin.devstore.seed import product_by_handle
from plugin.settings import Settings
from plugin.shopify import admin_client
from tests.support.fulfilling import TROUBLE, Died
from tests.support.subscribing import Subscribing, die_at, monthly


@pytest.fixture
async def subscribing(
    engine: AsyncEngine, shop: ShopReference, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Subscribing]:
    """A plan that is sold by the month."""
    monkeypatch.setattr(admin_client, "_backoff_seconds", lambda _: 0.0)
    monkeypatch.setattr(admin_client, "_throttle_seconds", lambda *_: 0.0)
    subscribing = Subscribing(engine, shop, settings, tmp_path)
    await subscribing.open()
    yield subscribing
    await subscribing.close()


async def test_given_a_subscription_when_it_is_bought_then_its_first_month_is_paid_and_the_next_one_waits(
    subscribing: Subscribing,
) -> None:
    order = subscribing.buy()
    await subscribing.hear()
    await subscribing.settle()

    contract, membership = await subscribing.contract(), await subscribing.membership()
    assert (contract.status, contract.price_minor, contract.currency, contract.next_cycle) == ("active", 900, "USD", 2)
    assert contract.origin_order_id == order["id"]
    assert contract.next_billing_at == contract.schedule.start(2)
    assert contract.payment_ends_on is not None
    assert sorted(await subscribing.facts()) == ["contract_opened", "period_paid", "purchased"]
    # The order that brought the contract is no purchase besides: the term is one month, not a month and 30 days.
    assert (membership.state, membership.way, membership.ends_at) == ("active", "contract", contract.next_billing_at)
    assert subscribing.charges() == []


async def test_given_a_cycle_that_is_due_when_the_round_comes_then_it_is_charged_once(subscribing: Subscribing) -> None:
    subscribing.buy(days_ago=32)
    await subscribing.hear()
    await subscribing.settle()

    (charge,) = subscribing.charges()
    contract = await subscribing.contract()
    assert charge["key"] == f"laurel-{subscribing.key.contract_id}-2-1"
    assert await subscribing.states() == [(2, 1, "succeeded")]
    assert (contract.next_cycle, contract.next_billing_at) == (3, contract.schedule.start(3))
    assert (await subscribing.membership()).ends_at == contract.schedule.start(3)
    paid = subscribing.store.order(charge["order_id"])
    assert paid is not None
    assert (paid["total_price"], paid["source_name"]) == ("9.00", "subscription_contract")


@pytest.mark.parametrize("trouble", [one for one in TROUBLE if one != "user_error_next"])
async def test_whatever_the_shop_does_a_cycle_is_charged_exactly_once(subscribing: Subscribing, trouble: str) -> None:
    subscribing.buy(days_ago=32)
    await subscribing.hear()
    await subscribing.call()
    setattr(subscribing.store.misbehavior, trouble, 2)
    await subscribing.settle()

    assert [charge["key"] for charge in subscribing.charges()] == [f"laurel-{subscribing.key.contract_id}-2-1"]
    assert await subscribing.states() == [(2, 1, "succeeded")]


DEATHS = [
    "call-after-claim", "billing-before-asked", "billing-before-call", "billing-after-call", "call-before-write",
    "call-before-commit", "call-after-commit",
]  # fmt: skip


@pytest.mark.parametrize("point", DEATHS)
async def test_given_a_worker_that_dies_at_any_step_when_another_goes_on_then_it_is_never_a_second_charge(
    subscribing: Subscribing, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    subscribing.buy(days_ago=32)
    await subscribing.hear()
    await subscribing.call()
    await subscribing.bill()
    die_at(monkeypatch, point)
    with pytest.raises(Died):
        await subscribing.call()

    await subscribing.settle()

    assert len(subscribing.charges()) == 1
    assert await subscribing.states() == [(2, 1, "succeeded")]


async def test_given_a_lost_answer_and_a_lost_webhook_when_it_is_looked_up_then_the_same_attempt_is_adopted(
    subscribing: Subscribing,
) -> None:
    subscribing.buy(days_ago=32)
    await subscribing.hear()
    await subscribing.call()
    await subscribing.bill()
    subscribing.store.misbehavior.drop_ratio = 1.0
    subscribing.store.misbehavior.drop_connection_after_next = 1
    await subscribing.call()
    assert await subscribing.states() == [(2, 1, "asked")]

    await subscribing.call()

    assert await subscribing.states() == [(2, 1, "succeeded")]
    assert len(subscribing.charges()) == 1


async def test_given_a_soft_failure_when_its_day_comes_then_the_next_attempt_pays_and_the_period_is_its_own(
    subscribing: Subscribing,
) -> None:
    subscribing.fail_next("INSUFFICIENT_FUNDS")
    subscribing.buy(days_ago=32)
    await subscribing.hear()
    await subscribing.settle()

    assert await subscribing.states() == [(2, 1, "failed")]
    assert (await subscribing.membership()).state == "past_due"
    waiting = await subscribing.contract()
    assert waiting.next_billing_at is not None
    first = (await subscribing.attempts())[0]
    assert (waiting.next_billing_at - first.due_at) == timedelta(days=3)
    await subscribing.settle()
    assert await subscribing.states() == [(2, 1, "failed")]

    await subscribing.sql("UPDATE contracts SET next_billing_at = now()")
    await subscribing.sql("UPDATE billing_attempts SET due_at = due_at - interval '3 days', "
                          "settled_at = settled_at - interval '3 days'")  # fmt: skip
    await subscribing.settle()

    contract = await subscribing.contract()
    assert await subscribing.states() == [(2, 1, "failed"), (2, 2, "succeeded")]
    membership = await subscribing.membership()
    assert (membership.state, membership.ends_at) == ("active", contract.schedule.start(3))
    assert [one["key"][-3:] for one in subscribing.charges()] == ["2-2"]


async def test_given_an_expired_card_when_another_is_given_then_it_is_tried_at_once_and_not_before(
    subscribing: Subscribing,
) -> None:
    subscribing.fail_next("EXPIRED_CARD")
    subscribing.buy(days_ago=32)
    await subscribing.hear()
    await subscribing.settle()
    assert [(one.state, one.failure_class) for one in await subscribing.attempts()] == [("failed", "expired_card")]

    subscribing.store.contract_book.new_card(subscribing.key.contract_id, 12, datetime.now(UTC).year + 4)
    await subscribing.hear()
    await subscribing.settle()

    assert await subscribing.states() == [(2, 1, "failed"), (2, 2, "succeeded")]


async def test_given_a_challenge_when_the_shopper_confirms_then_it_is_paid_and_never_asked_for_again(
    subscribing: Subscribing,
) -> None:
    subscribing.challenge_next()
    subscribing.buy(days_ago=32)
    await subscribing.hear()
    await subscribing.settle()
    (attempt,) = await subscribing.attempts()
    assert attempt.state == "challenged"
    await subscribing.pass_days(20)
    await subscribing.settle()
    assert await subscribing.states() == [(2, 1, "challenged")]

    (shown,) = subscribing.store.contract_book.attempts(subscribing.store.contract_book.all()[0])
    subscribing.store.contract_book.confirm(shown["id"], passed=True)
    await subscribing.hear()

    assert await subscribing.states() == [(2, 1, "succeeded")]
    assert len(subscribing.charges()) == 1


async def test_given_failures_to_the_last_day_when_none_is_left_then_the_contract_is_canceled_in_the_shop(
    subscribing: Subscribing,
) -> None:
    subscribing.fail_next(*["INSUFFICIENT_FUNDS"] * 4)
    subscribing.buy(days_ago=32)
    await subscribing.hear()
    await subscribing.settle()
    for days in (3, 2, 2):
        await subscribing.sql("UPDATE contracts SET next_billing_at = now()")
        await subscribing.sql(f"UPDATE billing_attempts SET due_at = due_at - interval '{days} days', "
                              f"settled_at = settled_at - interval '{days} days'")  # fmt: skip
        await subscribing.settle()

    assert [state for _, _, state in await subscribing.states()] == ["failed"] * 4
    assert (await subscribing.contract()).status == "cancelled"
    assert subscribing.store.contract_book.all()[0]["status"] == "CANCELLED"
    assert subscribing.charges() == []
    assert (await subscribing.membership()).billed is False


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


@pytest.mark.parametrize("point", [None, "contract-before-call", "contract-after-call", "call-before-commit"])
async def test_given_wishes_when_the_worker_dies_or_not_then_the_shop_does_what_was_wished_for_last(
    subscribing: Subscribing, monkeypatch: pytest.MonkeyPatch, point: str | None
) -> None:
    subscribing.buy(days_ago=10)
    await subscribing.hear()
    await subscribing.settle()
    program_id = subscribing.shop.program_id
    for request, status in ((pause_contract, "PAUSED"), (resume_contract, "ACTIVE"), (cancel_contract, "CANCELLED")):
        async with tenant_transaction(subscribing.engine, program_id) as connection:
            more = (None,) if request is pause_contract else ()
            await request(connection, *subscribing.key, *more)
        if point is not None:
            die_at(monkeypatch, point)
            with pytest.raises(Died):
                await subscribing.call()
        await subscribing.settle()

        assert subscribing.store.contract_book.all()[0]["status"] == status
        assert (await subscribing.contract()).wanted == {}
        assert (await subscribing.contract()).status == status.lower()


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


@pytest.mark.parametrize("backwards", [False, True])
async def test_given_news_told_three_times_or_backwards_when_all_is_heard_then_the_state_is_the_same(
    subscribing: Subscribing, backwards: bool
) -> None:
    subscribing.buy(days_ago=32)
    subscribing.store.contract_book.charge(subscribing.key.contract_id, f"laurel-{subscribing.key.contract_id}-2-1")
    await subscribing.hear(times=3, backwards=backwards)
    await subscribing.settle()

    contract, membership = await subscribing.contract(), await subscribing.membership()
    assert await subscribing.states() == [(2, 1, "succeeded")]
    assert (contract.next_cycle, len(subscribing.charges())) == (3, 1)
    assert (membership.state, membership.ends_at) == ("active", contract.schedule.start(3))
    assert sorted(set(await subscribing.facts())) == ["contract_opened", "period_paid", "purchased"]


async def test_given_a_trial_when_it_ends_then_the_first_charge_follows(
    engine: AsyncEngine, shop: ShopReference, settings: Settings, tmp_path: Path
) -> None:
    subscribing = Subscribing(engine, shop, settings, tmp_path)
    await subscribing.open(monthly(trial_days=14))
    subscribing.buy(days_ago=15)
    await subscribing.hear()
    await subscribing.call()
    assert (await subscribing.contract()).trial_ends_at is not None
    await subscribing.settle()

    contract = await subscribing.contract()
    assert [charge["key"][-3:] for charge in subscribing.charges()] == ["2-1"]
    assert contract.next_billing_at == contract.schedule.start(3)
    await subscribing.close()
