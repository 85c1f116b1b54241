"""Complaints about what is spent, what expires and what lies in several shops; see `test_complaints`."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.adjustments import adjust_points
from engine.applying import apply_events
from engine.database import tenant_transaction
from engine.events import AmountPair, Customer, CustomerSeen, Fact, MemberEvent, Order, Refund
from engine.expirations import expiring_soon
from engine.expiry import expire_due
from engine.merging import merge_members
from engine.rewards.definitions import FixedCost
from engine.rewards.ending import cancel_redemption
from engine.rewards.reasons import RedemptionRefused
from engine.rewards.settling import withdrawn
from engine.rewards.standing import quote
from engine.shops import ShopReference
from tests.support.complaints import Complainant
from tests.support.facts import PAID_AT, line, order, refund
from tests.support.ledger_driver import Driver, second, snapshot
from tests.support.order_model import DAY, Earning, Rules
from tests.support.order_model import Order as Bought
from tests.support.rewards import ORDER, five_off, with_code
from tests.support.rules import fixed, program, rule

DOLLAR = Rules((Earning("dollar", Fraction(1, 100)),))


@pytest.fixture
def one(engine: AsyncEngine, shop: ShopReference) -> Complainant:
    return Complainant(engine, shop)


@pytest.fixture
def driver(database_url: str) -> Iterator[Driver]:
    driver = Driver(database_url)
    yield driver
    driver.close()


async def test_complaint_2_what_is_checked_is_what_is_taken_wherever_points_came_from(one: Complainant) -> None:
    """2: points are validated on the whole balance and deducted from those of one kind: a discount for nothing."""
    await one.publish(program(rule(), fixed("review", 25, trigger="review")), effective_from=PAID_AT - DAY)
    await one.apply(order(10, [line("75.00")]), MemberEvent(1, "review", "r", PAID_AT))
    async with tenant_transaction(one.engine, one.shop.program_id) as connection:
        await adjust_points(
            connection, *(await one.key()), points=400, reason="Gift", actor="staff", idempotency_key="a"
        )
    reward = await one.reward()
    await one.redeem(reward, key="first")
    assert await one.numbers() == (0, 0, 500)

    with pytest.raises(RedemptionRefused) as refused:
        await one.redeem(reward, key="second")
    assert (refused.value.code, refused.value.details["missing"]) == ("NOT_ENOUGH_POINTS", 500)
    assert await one.breaches() == {}


async def test_complaint_5_one_balance_is_spent_once_in_many_checkouts_at_once(one: Complainant) -> None:
    """5: store credit redeemed twice in concurrent checkouts."""
    await one.earn(400)
    reward = await one.reward()

    async def attempt(number: int) -> str:
        try:
            return (await one.redeem(reward, key=f"checkout-{number}")).state
        except RedemptionRefused as refused:
            return refused.code

    assert Counter(await asyncio.gather(*map(attempt, range(20)))) == {"pending": 1, "NOT_ENOUGH_POINTS": 19}
    assert await one.numbers() == (0, 0, 500)
    assert await one.breaches() == {}


async def test_complaint_7_spent_points_come_back_once_and_to_their_own_lots(one: Complainant) -> None:
    """7: a refund takes the spent points a second time, or never gives them back."""
    await one.earn(400)
    before = await one.read_rows("SELECT lot_id, remaining, expires_at FROM lots ORDER BY lot_id")
    used = await one.ready(await one.reward())
    await one.apply(with_code(used, [line("5.00")], 500))
    assert await one.numbers() == (0, 0, 500)

    for number in (1, 1, 2):
        await one.apply(refund(number, ORDER, "5.00"))
    assert await one.numbers() == (500, 0, 500)
    assert await one.read_rows("SELECT lot_id, remaining, expires_at FROM lots ORDER BY lot_id") == before
    assert await one.breaches() == {}


@pytest.mark.parametrize("places", list(itertools.permutations(range(3))))
async def test_complaint_8_cancel_and_refund_in_any_order_end_right(
    one: Complainant, places: tuple[int, int, int]
) -> None:
    """8: the balance is wrong after cancel + refund: 0 instead of 50."""
    await one.earn(450)
    used = await one.ready(await one.reward())
    bought = with_code(used, [line("45.00", discount="5.00")], 500)
    canceled = replace(bought, cancelled=True, updated_at=PAID_AT + DAY)
    facts: list[Fact] = [bought, canceled, refund(1, ORDER, "40.00")]
    for place in places:
        await one.apply(facts[place])

    assert await one.numbers() == (550, 0, 550)
    assert await one.breaches() == {}


async def test_complaint_9_an_order_that_does_not_meet_the_conditions_costs_no_points(one: Complainant) -> None:
    """9: points redeemed though the order does not meet the reward's conditions: points gone, no discount."""
    await one.earn(400)
    reward = await one.reward(five_off(minimum_subtotal={"USD": 3_000}))
    async with tenant_transaction(one.engine, one.shop.program_id) as connection:
        asked = (one.shop.program_id, one.shop.shop_id, 1, reward, None, 2_999)
        quoted = await quote(connection, *asked)
    assert [(reason.code, dict(reason.details)) for reason in quoted.reasons] == [
        ("BELOW_MINIMUM_SUBTOTAL", {"minimum_minor": 3_000, "currency": "USD"})
    ]

    used = await one.ready(reward)
    await one.apply(with_code(used, [line("20.00")], 0))
    assert ((await one.read(used)).captured, await one.numbers()) == (0, (520, 0, 520))


async def test_complaint_9_a_code_that_was_never_applied_gives_all_back(one: Complainant) -> None:
    """9: points are taken even when the discount then fails."""
    await one.earn(400)
    unused = await one.ready(await one.reward())
    async with tenant_transaction(one.engine, one.shop.program_id) as connection:
        await cancel_redemption(connection, one.shop.program_id, one.shop.shop_id, 1, unused.redemption_id)
        await withdrawn(connection, one.shop.program_id, unused.redemption_id)

    assert await one.numbers() == (500, 0, 500)


def pay(driver: Driver, number: int, cents: int) -> None:
    driver.clock.move(second())
    bought = Bought(number, 1, 1, DOLLAR, driver.clock.now, cents, 1)
    told = driver.events([snapshot(bought, driver.clock.now)])
    driver.do(lambda connection: apply_events(connection, told))


def available(driver: Driver) -> int:
    return driver.numbers()[0][1][0]


def test_complaint_14_each_earning_has_its_own_end_and_all_of_them_are_told(driver: Driver) -> None:
    """14: the whole balance expires at once; only one date is shown."""
    driver.install(DOLLAR, 1)
    pay(driver, 1, 1_000)
    driver.clock.move(10 * DAY)
    pay(driver, 2, 2_000)
    driver.clock.move(340 * DAY)
    key = driver.member_key(1)
    told = driver.do(lambda connection: expiring_soon(connection, *key))
    assert [(one.points, one.days_left) for one in told] == [(110, 15), (20, 25)]

    driver.clock.move(15 * DAY - 2 * second())
    assert available(driver) == 130
    driver.clock.move(second())
    assert available(driver) == 20
    driver.do(expire_due)
    assert (available(driver), driver.audit()) == (20, {})
    driver.clock.move(10 * DAY + second())
    assert available(driver) == 0


def test_complaint_15_every_kind_of_points_has_an_end_and_the_sweep_finds_it(driver: Driver) -> None:
    """15: expiry selects by a label: lots written with another one never expire."""
    driver.install(DOLLAR, 2)
    pay(driver, 1, 1_000)
    key, other, now = driver.member_key(1), driver.member_key(2), driver.clock.now
    review = driver.events([MemberEvent(1, "review", "r", now), MemberEvent(2, "review", "s", now)])
    driver.do(lambda connection: apply_events(connection, review))
    given = {"reason": "Gift", "actor": "staff", "idempotency_key": "a"}
    driver.do(lambda connection: adjust_points(connection, *key, points=5, **given))  # type: ignore[arg-type]
    driver.do(lambda connection: merge_members(connection, other, key, actor="staff"))
    assert available(driver) == 100 + 10 + 40 + 5 + 40

    driver.clock.move(366 * DAY)
    driver.do(expire_due)
    assert driver.numbers()[0] == {1: (0, 0, 0, 0, 195), 2: (0, 0, 0, 0, 0)}
    assert driver.numbers()[1] == {}
    assert driver.audit() == {}


def euros(order_id: int, price: str) -> Order:
    return order(order_id, [line(price, currency="EUR")], currency="EUR", customer=9)


async def test_complaint_24_two_shops_in_two_currencies_are_one_program_with_one_balance(one: Complainant) -> None:
    """24: one shop is one program, in one currency."""
    rates = {"kind": "per_money", "rates": {"USD": 1, "EUR": 2}}
    await one.publish(program(rule(formula=rates)), effective_from=PAID_AT - DAY)
    berlin = await one.second_shop("laurel-berlin.myshopify.com", "EUR")
    await one.apply(order(10, [line("45.00")]))
    await berlin.apply(euros(10, "30.00"))
    async with tenant_transaction(one.engine, one.shop.program_id) as connection:
        await merge_members(connection, await berlin.key(9), await one.key(1), actor="staff")
    assert await one.numbers(1) == await berlin.numbers(9) == (105, 0, 105)

    await berlin.apply(refund(1, 10, "15.00", currency="EUR"))
    assert await one.numbers(1) == (75, 0, 75)
    await one.apply(refund(1, 10, "45.00"))
    assert await berlin.numbers(9) == (30, 0, 30)
    await berlin.apply(euros(11, "5.00"))
    assert await one.numbers(1) == (40, 0, 40)
    assert await one.breaches() == {}


async def test_complaint_24_points_earned_in_one_shop_are_spent_in_the_other_at_its_own_price(one: Complainant) -> None:
    """24: fixed rewards drift with the rate of exchange, and buy nothing in the other shop."""
    berlin = await one.second_shop("laurel-berlin.myshopify.com", "EUR")
    await one.earn(400)
    await berlin.apply(CustomerSeen(Customer(9), True, PAID_AT))
    async with tenant_transaction(one.engine, one.shop.program_id) as connection:
        await merge_members(connection, await berlin.key(9), await one.key(1), actor="staff")
    both = five_off(cost=FixedCost(points=500), value={"kind": "amount_off", "amounts": {"USD": 500, "EUR": 450}})
    reward = await one.reward(both)
    made = await berlin.redeem(reward, customer=9)

    assert (made.promise.currency, made.promise.amount_minor) == ("EUR", 450)
    assert await one.numbers(1) == (100, 0, 600)


async def test_complaint_24_a_return_as_store_credit_is_a_return(one: Complainant) -> None:
    """24: returns that are paid out as store credit are not seen as refunds."""
    await one.apply(order(10, [line("45.00", 3)]))
    await one.apply(refund(1, 10, "45.00", moved=()))
    by_credit = Refund(2, 10, PAID_AT + DAY, (), ((4_500, "USD"),), AmountPair(0, 0))
    await one.apply(by_credit)

    assert await one.numbers() == (145, 0, 145)
