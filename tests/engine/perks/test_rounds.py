"""What falls due by time alone: birthday points once a year, each month's code, calls that were lost."""

from __future__ import annotations

import asyncio

import pytest

from engine.perks.birthdays import give_birthday_points
from engine.perks.definitions import BirthdayPoints
from engine.perks.rounds import DueCodes, ask_perks_again, try_refused_again
from engine.standings import review_due
from tests.support.perks import BORN_TODAY, Perking, percent
from tests.support.programs import breaches

PRESENT = BirthdayPoints(handle="birthday", points=250)


async def test_given_a_birthday_when_its_round_comes_again_and_again_then_there_is_one_present(
    perking: Perking,
) -> None:
    await perking.everybody_has(PRESENT)
    await perking.sql(BORN_TODAY)
    before, program = (await perking.rewarding.member()).available, perking.rewarding.shop.program_id

    assert sum(await asyncio.gather(*(perking.step(give_birthday_points, program) for _ in range(3)))) == 1
    assert await perking.step(give_birthday_points, program) == 0

    assert (await perking.rewarding.member()).available == before + 250
    (one,) = await perking.deliveries()
    assert (one.kind, one.grantor, one.perk, one.state) == ("birthday_points", "tier:base", "birthday", "delivered")
    assert await perking.sql("SELECT grantor, perk, value_minor, points FROM benefit_entries") == [
        ("tier:base", "birthday", 0, 250)
    ]
    assert await breaches(perking.rewarding.engine, perking.rewarding.shop) == {}


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE members SET birthday_set_on = birthday_set_on + 30",  # told on the day itself
        "UPDATE members SET birthday_day = birthday_day % 28 + 1",
        "UPDATE members SET closed_at = now()",
        "UPDATE member_tiers SET tier = 'other'",
        "UPDATE member_tiers SET review_at = now() - interval '1 second'",  # it may be over
        "UPDATE customers SET deleted_at = now()",
    ],
)
async def test_given_somebody_who_is_due_no_present_when_the_round_comes_then_there_is_none(
    perking: Perking, change: str
) -> None:
    await perking.everybody_has(PRESENT)
    await perking.sql(BORN_TODAY)
    await perking.sql(change)

    assert await perking.step(give_birthday_points, perking.rewarding.shop.program_id) == 0
    assert await perking.deliveries() == []


async def test_given_a_new_month_when_the_round_comes_then_its_code_is_given_once(perking: Perking) -> None:
    await perking.everybody_has(percent("month"))
    (first,) = await perking.deliveries()
    assert await perking.step(DueCodes().deliver) == 0
    await perking.sql("UPDATE perk_deliveries SET created_at = created_at - interval '32 days', occasion = 'before'")

    await perking.sql("UPDATE member_tiers SET review_at = now() - interval '1 second'")
    await perking.step(DueCodes().deliver)
    assert len(await perking.deliveries()) == 1  # the tier may be over: first it is reviewed
    await perking.step(review_due)

    assert [await perking.step(DueCodes().deliver) for _ in range(2)] == [1, 0]

    _, second = await perking.deliveries()
    assert (second.state, second.code == first.code) == ("waiting", False)


async def test_given_more_members_than_a_page_when_the_round_goes_on_then_it_reaches_everybody(
    perking: Perking,
) -> None:
    for customer in (2, 3, 4):
        await perking.rewarding.earn(10, customer=customer, order_id=900_001 + customer)
    await perking.everybody_has(percent("month"))
    await perking.sql("UPDATE perk_deliveries SET created_at = created_at - interval '32 days', occasion = 'before'")

    due = DueCodes(page=2)

    assert [await perking.step(due.deliver) for _ in range(4)] == [2, 2, 0, 0]


async def test_given_a_code_that_was_taken_back_when_its_tier_is_held_again_then_another_is_given(
    perking: Perking,
) -> None:
    await perking.everybody_has(percent("once"))
    await perking.sql("UPDATE perk_deliveries SET state = 'revoked'")

    assert await perking.step(DueCodes().deliver) == 1

    assert await perking.states() == [("ten", "once", "revoked"), ("ten", "once #2", "waiting")]


async def test_given_lost_or_refused_calls_when_they_are_asked_for_again_then_each_is_open_once(
    perking: Perking,
) -> None:
    await perking.everybody_has(percent("once"))
    shop = perking.rewarding.shop
    await perking.sql("DELETE FROM outside_calls")
    await perking.sql("UPDATE perk_deliveries SET created_at = created_at - interval '2 minutes'")
    await perking.sql("UPDATE customer_marks SET wanted_at = wanted_at - interval '2 minutes'")
    assert [await perking.step(ask_perks_again) for _ in range(2)] == [2, 0]
    await perking.sql("UPDATE outside_calls SET state = 'failed'")
    await perking.sql("UPDATE perk_deliveries SET state = 'failed', failure = 'refused: ACCESS_DENIED'")
    await perking.sql("UPDATE customer_marks SET failure = 'refused: ACCESS_DENIED', shown_at = now()")
    assert await perking.step(ask_perks_again) == 0

    assert await perking.step(try_refused_again, shop.program_id, shop.shop_id) == 2

    assert await perking.step(ask_perks_again) == 2
    assert await perking.states() == [("ten", "once", "waiting")]
    assert await perking.sql("SELECT kind FROM outside_calls WHERE state = 'waiting' ORDER BY kind") == [
        ("customer-mark",), ("perk-issue",)
    ]  # fmt: skip
