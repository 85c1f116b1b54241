"""Codes of perks on orders: noted once with what they were worth, less what was refunded, whatever comes first."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from engine.database import tenant_transaction
from engine.events import AmountPair, Fact, Order, OrderDiscount
from tests.support.facts import PAID_AT, amount, line, order, refund
from tests.support.perks import Perking, gold, percent, plus

ORDER = 4_000


def with_perk(code: str, applied: str = "5", *, order_id: int = ORDER, paid: bool = True, hours: int = 0) -> Order:
    """An order for 50.00 whose code took something off its only line."""
    off = amount(applied)
    bought = replace(line("50.00", line_id=1), discount=off, code_discounts=((0, off),))
    made = order(order_id, [bought], paid=paid, updated_at=PAID_AT + timedelta(hours=hours))
    return replace(made, discounts=(OrderDiscount(code, "percent", off),), total=AmountPair(4500, 4500))


async def given_code(perking: Perking) -> str:
    """The member's code for ten percent."""
    await perking.follow(gold(percent()))
    (one,) = await perking.deliveries()
    assert one.code is not None
    return one.code


async def benefits(perking: Perking) -> list[tuple[str, str, int, str]]:
    """What was recorded: grantor, perk, worth in minor units, currency."""
    async with tenant_transaction(perking.rewarding.engine, perking.rewarding.shop.program_id) as connection:
        rows = await connection.execute(text("SELECT grantor, perk, value_minor, currency FROM benefit_entries"))
        return [tuple(row) for row in rows]


async def used(perking: Perking) -> tuple[str, int | None, bool]:
    """The only delivery's state, the order that used it, and whether it is known when."""
    (one,) = await perking.deliveries()
    return one.state, one.used_order_id, one.used_at == PAID_AT


async def test_given_a_code_when_a_paid_order_uses_it_then_its_worth_is_a_benefit_once(perking: Perking) -> None:
    code = await given_code(perking)

    for _ in range(2):
        await perking.rewarding.apply(with_perk(code.lower()))

    assert await used(perking) == ("delivered", ORDER, True)
    assert await benefits(perking) == [("tier:gold", "ten", 500, "USD")]


async def test_given_a_used_code_when_the_tier_is_lost_then_it_stays(perking: Perking) -> None:
    await perking.rewarding.apply(with_perk(await given_code(perking)))

    await perking.follow(plus())

    assert await used(perking) == ("delivered", ORDER, True)


async def test_given_a_code_that_was_taken_back_when_an_order_used_it_all_the_same_then_that_counts(
    perking: Perking,
) -> None:
    code = await given_code(perking)
    await perking.follow(plus())

    await perking.rewarding.apply(with_perk(code))

    assert await used(perking) == ("delivered", ORDER, True)


@pytest.mark.parametrize("first", ["order", "refund"])
async def test_given_a_refund_of_half_when_it_comes_first_or_last_then_half_the_benefit_is_left(
    perking: Perking, first: str
) -> None:
    off = amount("5")
    bought = replace(line("25.00", 2, line_id=1), discount=off, code_discounts=((0, off),))
    code = await given_code(perking)
    facts: list[Fact] = [replace(with_perk(code), lines=(bought,)), refund(9, ORDER, "22.50")]

    for fact in facts if first == "order" else reversed(facts):
        await perking.rewarding.apply(fact)

    assert await benefits(perking) == [("tier:gold", "ten", 250, "USD")]


async def test_given_an_unpaid_order_or_another_one_when_it_carries_the_code_then_nothing_is_counted(
    perking: Perking,
) -> None:
    code = await given_code(perking)
    await perking.rewarding.apply(with_perk(code, paid=False))
    assert (await used(perking), await benefits(perking)) == (("waiting", None, False), [])
    await perking.rewarding.apply(with_perk(code, hours=1))

    await perking.rewarding.apply(with_perk(code, "7", order_id=ORDER + 1))

    assert await used(perking) == ("delivered", ORDER, True)
    assert await benefits(perking) == [("tier:gold", "ten", 500, "USD")]
