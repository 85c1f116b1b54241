"""From orders to the shop and back: a tier that they reach brings its perks, and a refund takes them away again."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.database import tenant_transaction
from engine.merging import merge_members
from engine.perks.definitions import CustomerTag, PercentCode
from engine.program import BEGINNING_OF_TIME
from engine.standings import review_due
from engine.tiers.definitions import Tier, TierProgram
from engine.tiers.requirements import AtLeast
from engine.tiers.versions import publish_tiers
from plugin.devstore.misbehavior import Chaos
from tests.support.facts import line, order, refund
from tests.support.fulfilling import CUSTOMER, Fulfilling
from tests.support.perks import Perking, member_key

SECOND_CUSTOMER = CUSTOMER + 1
LADDER = TierProgram(
    currency="USD",
    hold_days=30,
    tiers=(
        Tier(handle="base", name="Base", perks=(CustomerTag(handle="tag", tag="member"),)),
        Tier(
            handle="gold",
            name="Gold",
            enter=AtLeast(metric="spend", amount=Decimal(2_000)),
            perks=(
                CustomerTag(handle="tag", tag="gold"),
                PercentCode(handle="ten", percentage=Decimal(10), each="term"),
            ),
        ),
    ),
)


@pytest.fixture
async def perking(fulfilling: Fulfilling) -> Perking:
    """A customer who has spent 1,400.00 of the 2,000.00 that gold asks for."""
    async with tenant_transaction(fulfilling.engine, fulfilling.shop.program_id) as connection:
        await publish_tiers(connection, fulfilling.shop.program_id, LADDER, BEGINNING_OF_TIME, "tests")
    async with tenant_transaction(fulfilling.engine, fulfilling.shop.program_id) as connection:
        assert await review_due(connection) == 1
    await fulfilling.settle()
    return Perking(fulfilling)


def shown(fulfilling: Fulfilling, customer: int = CUSTOMER) -> tuple[list[str], str]:
    """The customer's tags and the value of their metafield."""
    owner = f"gid://shopify/Customer/{customer}"
    standing = fulfilling.store.metafields(owner)["laurel"]["standing"]["value"]
    return sorted(fulfilling.store.people.tags(customer)), standing


def standing(tier: str) -> str:
    """The metafield's value of a tier."""
    return f'{{"plan":null,"plan_until":null,"tier":"{tier}","tier_name":"{tier.title()}"}}'


async def test_given_an_order_that_reaches_a_tier_when_it_is_refunded_in_time_then_perks_come_and_go(
    fulfilling: Fulfilling, perking: Perking
) -> None:
    assert shown(fulfilling) == (["member"], standing("base"))

    await fulfilling.apply(order(901, [line("600.00")], customer=CUSTOMER))
    await fulfilling.settle()

    assert shown(fulfilling) == (["gold"], standing("gold"))
    (code,) = [one for one in await perking.deliveries() if one.code]
    found = fulfilling.store.discounts.by_code(code.code or "")
    assert (code.state, found is not None and found.value) == ("delivered", "0.1")

    await fulfilling.apply(refund(77, 901, "600.00"))
    await fulfilling.settle()

    assert shown(fulfilling) == (["member"], standing("base"))
    (code,) = [one for one in await perking.deliveries() if one.code]
    assert code.state == "revoked"


async def test_given_chaos_when_a_tier_comes_and_goes_often_then_the_shop_ends_as_it_should_be(
    fulfilling: Fulfilling, perking: Perking
) -> None:
    fulfilling.misbehave(chaos=Chaos(ratio=0.5, seed=7), hang_ms=60_000)
    for number in range(4):
        await fulfilling.apply(order(910 + number, [line("600.00")], customer=CUSTOMER))
        await fulfilling.step()
        await fulfilling.apply(refund(80 + number, 910 + number, "600.00"))
        await fulfilling.step()
    await fulfilling.apply(order(999, [line("600.00")], customer=CUSTOMER))
    await fulfilling.settle()

    assert shown(fulfilling) == (["gold"], standing("gold"))
    known = {one.code: one.state for one in await perking.deliveries() if one.code}
    made = [one for one in fulfilling.store.discounts.all() if one.code.startswith("LRP-")]
    assert {one.code for one in made} <= set(known)
    good = [one.code for one in made if fulfilling.store.discounts.status(one) == "ACTIVE"]
    assert good == [code for code, state in known.items() if state == "delivered"]
    assert len(good) <= 1


async def test_given_members_who_become_one_when_they_are_merged_then_each_customer_shows_the_same(
    fulfilling: Fulfilling, perking: Perking
) -> None:
    program_id, shop_id = fulfilling.shop.program_id, fulfilling.shop.shop_id
    await fulfilling.apply(
        order(949, [line("600.00")], customer=CUSTOMER), order(950, [line("7.00")], customer=SECOND_CUSTOMER)
    )
    await fulfilling.settle()
    assert shown(fulfilling, SECOND_CUSTOMER) == (["member"], standing("base"))

    async with tenant_transaction(fulfilling.engine, program_id) as connection:
        giver = await member_key(connection, program_id, shop_id, SECOND_CUSTOMER)
        receiver = await member_key(connection, program_id, shop_id, CUSTOMER)
        await merge_members(connection, giver, receiver, actor="tests")
    await fulfilling.settle()

    for customer in (CUSTOMER, SECOND_CUSTOMER):
        assert shown(fulfilling, customer) == (["gold"], standing("gold"))
    assert len([one for one in await perking.deliveries() if one.code]) == 1
