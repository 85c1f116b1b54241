"""Orders that use codes, and refunds of them: every number worked out by hand, in any order of arrival.

Complaints 7 and 8 of the behaviour reference: spent points that are taken twice or never come back, and a balance that
is wrong after a cancellation with a refund.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import anyio
import pytest

from engine.audit import run_audit
from engine.database import tenant_transaction
from engine.events import Order, Refund
from engine.rewards.definitions import FreeShipping, PercentOff
from engine.rewards.ending import cancel_redemption
from engine.rewards.redemptions import Redemption
from engine.rewards.settling import not_issued, withdrawn
from tests.support.facts import PAID_AT, line, refund
from tests.support.rewards import ORDER, Rewarding, five_off, with_code


async def standing(rewarding: Rewarding, one: Redemption) -> tuple[str, int, int, int]:
    """(status, points spent, points given back since, points available)."""
    now = await rewarding.read(one)
    return now.status, now.captured, now.restored, (await rewarding.member()).available


async def test_an_order_spends_the_points_of_its_code(rewarding: Rewarding) -> None:
    await rewarding.earn(1400)
    one = await rewarding.ready(await rewarding.reward())

    await rewarding.apply(with_code(one, [line("45.00")], 500))

    assert await standing(rewarding, one) == ("USED", 500, 0, 1000 + 40)
    used = await rewarding.read(one)
    assert (used.used_order_id, used.applied_minor, used.order_name, used.can_cancel) == (ORDER, 500, "#700", False)


@pytest.mark.parametrize(("applied", "spent"), [(500, 500), (499, 499), (250, 250), (1, 1), (900, 500), (0, 0)])
async def test_only_what_was_really_applied_is_spent(rewarding: Rewarding, applied: int, spent: int) -> None:
    await rewarding.earn(1400)
    one = await rewarding.ready(await rewarding.reward())

    await rewarding.apply(with_code(one, [line("100.00")], applied))

    earned = (10_000 - applied + 50) // 100 if applied % 100 else (10_000 - applied) // 100
    assert (await standing(rewarding, one))[:2] == ("USED", spent)
    assert abs((await rewarding.member()).available - (1500 - spent + earned)) <= 1


async def test_the_part_that_is_spent_is_rounded_half_to_even_and_is_at_least_one(rewarding: Rewarding) -> None:
    await rewarding.earn(4900)
    reward = await rewarding.reward(five_off(cost={"kind": "fixed", "points": 5}))
    spent = {}
    for applied in (1, 50, 150, 250, 350, 499):  # of 500: 0.01, 0.5, 1.5, 2.5, 3.5, 4.99 points
        one = await rewarding.ready(reward, key=str(applied))
        await rewarding.apply(with_code(one, [line("10.00")], applied, order_id=ORDER + applied))
        spent[applied] = (await rewarding.read(one)).captured
    assert spent == {1: 1, 50: 1, 150: 2, 250: 2, 350: 4, 499: 5}


@pytest.mark.parametrize(
    ("value", "kind"), [(PercentOff(percentage=Decimal(10)), "percent"), (FreeShipping(), "shipping")]
)
async def test_other_codes_spend_all_their_points(
    rewarding: Rewarding, value: PercentOff | FreeShipping, kind: str
) -> None:
    await rewarding.earn(1400)
    one = await rewarding.ready(await rewarding.reward(five_off(value=value)))

    await rewarding.apply(with_code(one, [line("45.00")], 123, kind=kind))

    assert (await standing(rewarding, one))[:2] == ("USED", 500)


async def test_a_code_that_took_nothing_off_costs_nothing(rewarding: Rewarding) -> None:
    """Complaint 9: points gone, no discount."""
    await rewarding.earn(1400)
    one = await rewarding.ready(await rewarding.reward(five_off(value=FreeShipping())))

    await rewarding.apply(with_code(one, [line("45.00")], 0, kind="shipping"))

    assert await standing(rewarding, one) == ("USED", 0, 0, 1500 + 45)


async def test_a_refund_in_parts_gives_back_what_it_takes_of_the_discount(rewarding: Rewarding) -> None:
    """Complaint 7. 10.00 off 4 × 25.00: each unit that goes back takes a quarter of the 500 points with it."""
    await rewarding.earn(1400)
    one = await rewarding.ready(
        await rewarding.reward(five_off(value={"kind": "amount_off", "amounts": {"USD": 1000}}))
    )
    await rewarding.apply(with_code(one, [line("25.00", quantity=4)], 1000))
    assert await standing(rewarding, one) == ("USED", 500, 0, 1000 + 90)

    await rewarding.apply(refund(1, ORDER, "22.50"))
    assert await standing(rewarding, one) == ("USED", 500, 125, 1000 + 125 + 68)  # 90 − half-even(90 × 22.5 / 90)
    await rewarding.apply(refund(2, ORDER, "45.00", quantity=2))
    assert await standing(rewarding, one) == ("USED", 500, 375, 1000 + 375 + 22)  # 90 − half-even(67.5)
    await rewarding.apply(refund(3, ORDER, "22.50"))
    assert await standing(rewarding, one) == ("USED", 500, 500, 1500)
    await rewarding.apply(refund(3, ORDER, "22.50"), refund(1, ORDER, "22.50"), refund(4, ORDER, "22.50"))
    assert await standing(rewarding, one) == ("USED", 500, 500, 1500)


async def test_points_that_came_back_are_in_their_own_lots(rewarding: Rewarding, database_url: str) -> None:
    await rewarding.earn(300)
    await rewarding.earn(400, order_id=900_002)
    one = await rewarding.ready(await rewarding.reward())
    await rewarding.apply(with_code(one, [line("5.00", quantity=2)], 500))
    await rewarding.apply(refund(1, ORDER, "2.50"), refund(2, ORDER, "2.50"))

    assert await standing(rewarding, one) == ("USED", 500, 500, 800)
    async with tenant_transaction(rewarding.engine, rewarding.shop.program_id) as connection:
        rows = await connection.exec_driver_sql("SELECT quantity, remaining FROM lots ORDER BY lot_id")
        assert sorted((row.quantity, row.remaining) for row in rows if row.remaining) == [
            (100, 100),
            (300, 300),
            (400, 400),
        ]


def news(one: Redemption) -> list[Order | Refund]:
    paid = with_code(one, [line("30.00")], 500)
    canceled = replace(
        paid, cancelled=True, updated_at=PAID_AT + timedelta(hours=2), refunds=(refund(1, ORDER, "25.00"),)
    )
    return [paid, refund(1, ORDER, "25.00"), canceled]


@pytest.mark.parametrize("arrival", list(itertools.permutations(range(3))))
async def test_a_cancellation_and_its_refund_give_back_once_in_any_order(
    rewarding: Rewarding, arrival: tuple[int, ...]
) -> None:
    """Complaint 8: 0 instead of 50."""
    await rewarding.earn(1400)
    one = await rewarding.ready(await rewarding.reward())
    facts = news(one)

    for place in arrival:
        await rewarding.apply(facts[place])

    assert await standing(rewarding, one) == ("USED", 500, 500, 1500)


async def test_all_at_once_ends_the_same(rewarding: Rewarding) -> None:
    await rewarding.earn(1400)
    one = await rewarding.ready(await rewarding.reward())

    await rewarding.apply(*reversed(news(one)))

    assert await standing(rewarding, one) == ("USED", 500, 500, 1500)


async def test_a_free_delivery_comes_back_with_the_last_unit(rewarding: Rewarding) -> None:
    await rewarding.earn(1400)
    one = await rewarding.ready(await rewarding.reward(five_off(value=FreeShipping())))
    await rewarding.apply(with_code(one, [line("20.00", quantity=2)], 590, kind="shipping"))

    await rewarding.apply(refund(1, ORDER, "20.00"))
    assert (await standing(rewarding, one))[2] == 0
    await rewarding.apply(refund(2, ORDER, "20.00"))
    assert await standing(rewarding, one) == ("USED", 500, 500, 1500)


async def test_money_without_lines_gives_back_by_its_part_of_the_goods(rewarding: Rewarding) -> None:
    await rewarding.earn(1400)
    one = await rewarding.ready(await rewarding.reward())
    await rewarding.apply(with_code(one, [line("45.00")], 500))

    await rewarding.apply(refund(1, ORDER, None, moved=[(1000, "USD")]))

    assert await standing(rewarding, one) == ("USED", 500, 125, 1000 + 125 + 30)


async def test_an_unpaid_order_that_is_canceled_gives_all_back(rewarding: Rewarding) -> None:
    await rewarding.earn(1400)
    one = await rewarding.ready(await rewarding.reward())
    await rewarding.apply(with_code(one, [line("45.00")], 500, paid=False))
    assert await standing(rewarding, one) == ("READY", 0, 0, 1000)
    assert not (await rewarding.read(one)).can_cancel

    await rewarding.apply(with_code(one, [line("45.00")], 500, paid=False, cancelled=True, hours=1))

    assert await standing(rewarding, one) == ("CANCELED", 0, 0, 1500)


async def test_an_order_is_known_before_the_worker_is(rewarding: Rewarding) -> None:
    """The shop made the code and the answer was lost: its order settles the redemption."""
    await rewarding.earn(1400)
    one = await rewarding.redeem(await rewarding.reward())

    await rewarding.apply(with_code(one, [line("45.00")], 500, code=(one.made_code or "").lower()))

    assert await standing(rewarding, one) == ("USED", 500, 0, 1040)
    async with tenant_transaction(rewarding.engine, rewarding.shop.program_id) as connection:
        assert (await not_issued(connection, one.program_id, one.redemption_id, "late")).status == "USED"


@pytest.mark.parametrize("points", [1400, 400])
async def test_a_code_that_is_used_after_its_points_came_back_costs_them_again(
    rewarding: Rewarding, points: int
) -> None:
    await rewarding.earn(points)
    reward = await rewarding.reward()
    one = await rewarding.ready(reward)
    async with tenant_transaction(rewarding.engine, rewarding.shop.program_id) as connection:
        await cancel_redemption(connection, one.program_id, one.shop_id, 1, one.redemption_id)
        await withdrawn(connection, one.program_id, one.redemption_id)
    if points == 400:
        await rewarding.redeem(reward, key="again")

    await rewarding.apply(with_code(one, [line("45.00")], 500))
    await rewarding.apply(with_code(one, [line("45.00")], 500, hours=1))

    now, member = await rewarding.read(one), await rewarding.member()
    assert (now.status, now.failure, now.used_order_id) == ("CANCELED", "used-late", ORDER)
    assert (member.available, member.debt) == ((1040, 0) if points == 1400 else (0, 460))


async def test_a_code_is_spent_once_however_many_orders_carry_it(rewarding: Rewarding) -> None:
    await rewarding.earn(1400)
    one = await rewarding.ready(await rewarding.reward())
    await rewarding.apply(with_code(one, [line("45.00")], 500))

    await rewarding.apply(with_code(one, [line("45.00")], 500, order_id=ORDER + 1, customer=2))

    assert await standing(rewarding, one) == ("USED", 500, 0, 1040)
    assert (await rewarding.read(one)).failure == "second-use"


async def test_a_code_that_another_customer_used_is_spent_and_noted(rewarding: Rewarding) -> None:
    await rewarding.earn(1400)
    one = await rewarding.ready(await rewarding.reward())

    await rewarding.apply(with_code(one, [line("45.00")], 500, customer=2))

    assert await standing(rewarding, one) == ("USED", 500, 0, 1000)
    assert (await rewarding.read(one)).failure == "used-by-another-customer"


async def test_the_audit_finds_nothing_after_all_of_this(rewarding: Rewarding, database_url: str) -> None:
    await rewarding.earn(2900)
    reward = await rewarding.reward(five_off(stock=10))
    for number, applied in enumerate((500, 250, 0)):
        one = await rewarding.ready(reward, key=str(number))
        await rewarding.apply(with_code(one, [line("45.00")], applied, order_id=ORDER + number))
        await rewarding.apply(refund(number + 1, ORDER + number, "20.00", quantity=1))
    await rewarding.redeem(reward, key="open")

    report = await anyio.to_thread.run_sync(run_audit, database_url)

    assert {check.name: check.breaches for check in report.checks if check.breaches} == {}
