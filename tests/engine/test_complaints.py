"""What people complain about in other systems, one test or more for each number of the behaviour reference (§2).

Here: what is earned, refunded and told twice. Spending, expiry and several shops have a file of their own.
"""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import psycopg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.adjustments import adjust_points
from engine.database import tenant_transaction
from engine.events import CustomersMerged, Fact, MemberEvent, OrderDiscount, OrderEdit
from engine.program import Definition, default_definition
from engine.rules.rule import PerMoney
from engine.shops import ShopReference
from tests.support.complaints import Complainant
from tests.support.facts import PAID_AT, amount, created, line, order, refund
from tests.support.rules import compare, fixed, program, rule

HOUR = timedelta(hours=1)


@pytest.fixture
def one(engine: AsyncEngine, shop: ShopReference) -> Complainant:
    return Complainant(engine, shop)


def rated(rate: str) -> Definition:
    """The default program with another rate."""
    given = default_definition()
    purchase = given.rules[0].model_copy(update={"formula": PerMoney(rates={"USD": Decimal(rate)})})
    return given.model_copy(update={"rules": (purchase, given.rules[1])})


@pytest.mark.parametrize("parts", [["45.00"], ["15.00", "30.00"], ["0.01", "22.22", "22.77"], ["15.00"] * 3])
async def test_complaint_1_who_buys_and_is_refunded_keeps_no_points(one: Complainant, parts: list[str]) -> None:
    """1: buy → earn → refund keeps the points: unlimited points at no cost."""
    await one.apply(order(10, [line("45.00", 3)]))
    earned = await one.numbers()
    for number, part in enumerate(parts * 3):
        await one.apply(refund(number + 1, 10, part))

    assert earned == (235, 0, 235)
    assert await one.numbers() == (100, 0, 100)
    assert await one.breaches() == {}


async def test_complaint_3_a_return_of_spent_points_leaves_a_debt_that_the_next_order_pays(one: Complainant) -> None:
    """3: no negative points on a sales return."""
    await one.earn(400, order_id=10)
    await one.redeem(await one.reward())
    await one.apply(refund(1, 10, "400.00"))
    assert await one.numbers() == (0, 400, 100)

    await one.earn(450, order_id=11)
    assert await one.numbers() == (50, 0, 550)
    assert await one.breaches() == {}


async def test_complaint_4_an_event_that_is_delivered_again_pays_once(one: Complainant) -> None:
    """4: the same event delivered again pays again."""
    bought, back = order(10, [line("45.00")]), refund(1, 10, "15.00")
    review = MemberEvent(1, "review", "r-1", PAID_AT + HOUR)
    await one.publish(program(rule(), fixed("review", 25, trigger="review")), effective_from=PAID_AT - HOUR)
    await asyncio.gather(*(one.apply(bought, bought, review) for _ in range(6)))
    await asyncio.gather(*(one.apply(back, bought, back) for _ in range(4)))

    assert await one.numbers() == (55, 0, 55)
    assert [entry.points for entry in await one.history()] == [25, 45, -15]
    assert await one.breaches() == {}


async def test_complaint_4_a_redemption_that_is_posted_twice_is_one(one: Complainant) -> None:
    """4: a double POST redeems twice."""
    await one.earn(1_400)
    reward = await one.reward()
    made = await asyncio.gather(*(one.redeem(reward, key="double-click") for _ in range(5)))

    assert len({redemption.redemption_id for redemption in made}) == 1
    assert (await one.numbers())[0] == 1_000


@pytest.mark.parametrize("later", ["doubled", "disabled", "deleted"])
async def test_complaint_6_a_refund_takes_back_by_the_rule_that_gave(one: Complainant, later: str) -> None:
    """6: the clawback uses today's rule: disabled, nothing is removed; doubled, too much is."""
    await one.apply(order(10, [line("45.00")]))
    given = default_definition()
    off = given.rules[0].model_copy(update={"enabled": False})
    changed = {
        "doubled": rated("2"),
        "disabled": given.model_copy(update={"rules": (off, given.rules[1])}),
        "deleted": given.model_copy(update={"rules": given.rules[1:]}),
    }
    await one.publish(changed[later])
    await one.apply(refund(1, 10, "15.00"))
    assert (await one.numbers())[0] == 100 + 30

    await one.apply(refund(2, 10, "30.00"))
    assert await one.numbers() == (100, 0, 100)
    assert await one.breaches() == {}


async def test_complaint_16_who_prunes_the_history_lets_nobody_earn_again(one: Complainant, database_url: str) -> None:
    """16: the log is the audit trail and the guard against duplicates: pruned, everybody earns again, past limits."""
    daily = [{"handle": "daily", "period": "day", "points": 50}]
    await one.publish(program(rule(caps=daily)), effective_from=PAID_AT - HOUR)
    bought = [order(number, [line("30.00")]) for number in (10, 11)]
    await one.apply(*bought)
    with psycopg.connect(database_url, autocommit=True) as owner:
        for table in ("transfers", "transactions", "deliveries"):
            owner.execute(f"TRUNCATE {table}".encode())
    await one.apply(*bought, order(12, [line("30.00")]))

    assert await one.numbers() == (50, 0, 50)
    assert await one.read_rows("SELECT count(*) FROM transactions") == [(0,)]


async def test_complaint_17_nothing_changes_a_balance_but_an_entry_with_its_actor(one: Complainant) -> None:
    """17: actions are missing from the log, and the staff's own balance pays for what they do."""
    await one.apply(created(1), order(10, [line("900.00")]))
    await one.apply(refund(1, 10, "300.00"))
    await one.redeem(await one.reward())
    staff = await one.member(77)
    async with tenant_transaction(one.engine, one.shop.program_id) as connection:
        key = await one.key()
        await adjust_points(
            connection, *key, points=-50, reason="Goodwill undone", actor="staff:77", idempotency_key="a"
        )

    entries = await one.history()
    assert [(entry.kind, entry.points) for entry in entries] == [
        ("bonus", 100), ("earn", 900), ("clawback", -300), ("reserve", -500), ("adjust", -50),
    ]  # fmt: skip
    assert sum(entry.points for entry in entries) == (await one.numbers())[0] == 150
    actors = await one.read_rows("SELECT kind, actor FROM transactions ORDER BY transaction_id")
    assert [actor for _, actor in actors] == ["program", "program", "program", "member", "staff:77"]
    assert (await one.member(77)).version == staff.version


async def test_complaint_18_points_are_not_earned_and_subtracted_again(one: Complainant) -> None:
    """18: points earned, then immediately subtracted; ghosts of the same award."""
    facts: list[Fact] = [created(1), order(10, [line("45.00")]), order(10, [line("45.00")], updated_at=PAID_AT + HOUR)]
    for some in itertools.permutations(facts):
        await one.apply(*some)
        await one.apply(*some)

    assert [(entry.kind, entry.points) for entry in await one.history()] == [("bonus", 100), ("earn", 45)]
    assert await one.read_rows("SELECT rule, posted, revision FROM awards ORDER BY rule") == [
        ("purchase", 45, 1), ("sign-up", 100, 1),
    ]  # fmt: skip


async def test_complaint_22_a_guest_earns_when_the_account_comes(one: Complainant) -> None:
    """22: guests and new-style accounts earn nothing."""
    await one.apply(order(10, [line("45.00")], customer=None, guest_email_key=b"ada"))
    await one.apply(refund(1, 10, "15.00"))
    await one.apply(created(1, email_key=b"ada"))

    assert await one.numbers() == (130, 0, 130)


async def test_complaint_22_a_second_card_of_one_person_becomes_one_with_the_first(one: Complainant) -> None:
    """22: the till shows a second card for the same person."""
    await one.apply(order(10, [line("45.00")]), order(11, [line("30.00")], customer=2))
    await one.apply(CustomersMerged(kept_customer_id=1, removed_customer_id=2, occurred_at=PAID_AT + HOUR))
    await one.apply(refund(1, 11, "30.00"), order(12, [line("5.00")], customer=2))

    assert await one.numbers() == await one.numbers(2) == (250, 0, 250)
    assert (await one.member(1)).member_id == (await one.member(2)).member_id
    assert await one.breaches() == {}


async def test_complaint_25_the_base_is_what_was_really_paid_for_goods_and_is_told(one: Complainant) -> None:
    """25: points on gift cards, on voided items, on the amount before the reward; nobody can say of what base."""
    goods = replace(line("40.00", 2, discount="10.00"), code_discounts=((0, amount("10.00")),))
    card, voided = line("50.00", line_id=2, gift_card=True), line("25.00", line_id=3)
    bought = replace(
        order(10, [goods, card, voided]),
        shipping=amount("9.00"), discounts=(OrderDiscount("LRL-CODE", "amount", amount("10.00")),),
    )  # fmt: skip
    await one.apply(bought, OrderEdit(5, 10, PAID_AT + HOUR, ((3, 1),)))

    (bonus, earned) = await one.history()
    assert (bonus.points, earned.points) == (100, 70)
    told = {name: earned.detail[name] for name in ("order", "base", "currency", "rate", "refunded")}
    assert told == {"order": "#10", "base": "70.00", "currency": "USD", "rate": "1", "refunded": "0.00"}


@pytest.mark.parametrize(("price", "points"), [("49.99", 0), ("50.00", 50)])
async def test_complaint_25_a_minimum_spend_is_a_minimum(one: Complainant, price: str, points: int) -> None:
    """25: the minimum spend is not enforced."""
    least = compare("order.base", "ge", amounts={"USD": "50.00"})
    await one.publish(program(rule(condition=least)), effective_from=PAID_AT - HOUR)
    await one.apply(order(10, [line(price)]))

    assert (await one.numbers())[0] == points
