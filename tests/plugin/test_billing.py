"""Plans sold by subscription, the whole way in the demo store: bought, billed, failed, recovered, canceled."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.memberships.definitions import FixedDay
from engine.shops import ShopReference
from plugin.settings import Settings
from tests.support.fulfilling import TROUBLE, Died
from tests.support.subscribing import Subscribing
from tests.support.subscription_shop import die_at, monthly


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


async def test_whatever_the_shop_does_a_cycle_is_charged_exactly_once(subscribing: Subscribing) -> None:
    troubles = [one for one in TROUBLE if one != "user_error_next"]
    for number, trouble in enumerate(troubles, 1):
        subscribing.buy(days_ago=32)
        await subscribing.hear()
        await subscribing.call()
        setattr(subscribing.store.misbehavior, trouble, 2)
        await subscribing.settle()

        assert await subscribing.states() == [(2, 1, "succeeded")], trouble
        assert len(subscribing.charges()) == number, trouble


DEATHS = [
    "call-after-claim", "billing-before-asked", "billing-before-call", "billing-after-call", "call-before-write",
    "call-before-commit", "call-after-commit",
]  # fmt: skip


async def test_given_a_worker_that_dies_at_any_step_when_another_goes_on_then_it_is_never_a_second_charge(
    subscribing: Subscribing, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, point in enumerate(DEATHS, 1):
        subscribing.buy(days_ago=32)
        await subscribing.hear()
        await subscribing.call()
        await subscribing.bill()
        die_at(monkeypatch, point)
        with pytest.raises(Died):
            await subscribing.call()

        await subscribing.settle()

        assert await subscribing.states() == [(2, 1, "succeeded")], point
        assert len(subscribing.charges()) == number, point


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


async def test_complaint_23_given_a_fixed_day_when_somebody_joins_the_day_before_then_they_do_not_pay_twice(
    engine: AsyncEngine, shop: ShopReference, settings: Settings, tmp_path: Path
) -> None:
    fixed_at = datetime.now(ZoneInfo("America/New_York")) - timedelta(days=2)
    subscribing = Subscribing(engine, shop, settings, tmp_path)
    await subscribing.open(monthly(fixed_day=FixedDay(day=fixed_at.day)))
    subscribing.buy(days_ago=3)
    await subscribing.hear()
    await subscribing.settle()

    contract, membership = await subscribing.contract(), await subscribing.membership()
    (charge,) = subscribing.charges()
    paid = subscribing.store.order(charge["order_id"])
    assert paid is not None
    assert "0.28" <= paid["total_price"] <= "0.33"  # a day, of 23 to 25 hours, of a month of 28 to 31 days at 9.00
    assert (contract.price_minor, contract.next_cycle, membership.ends_at) == (900, 3, contract.schedule.start(3))
    assert membership.term is not None
    assert membership.term.paid_minor == 900  # what the checkout took beyond that day, and the charge
    await subscribing.close()
