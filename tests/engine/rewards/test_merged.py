"""Redemptions of a member who was merged into another: their codes, limits and points go with them, and come back."""

from __future__ import annotations

import pytest

from engine.database import tenant_transaction
from engine.events import CustomersMerged
from engine.rewards.audit_checks import REWARD_CHECKS
from engine.rewards.catalog import rewards_of
from engine.rewards.definitions import MemberLimit
from engine.rewards.ending import cancel_redemption
from engine.rewards.reasons import RedemptionRefused
from engine.rewards.redemptions import redemptions_of_member
from engine.rewards.settling import withdrawn
from tests.support.facts import PAID_AT, line, refund
from tests.support.rewards import ORDER, Rewarding, five_off, with_code


@pytest.fixture
async def merged(rewarding: Rewarding) -> Rewarding:
    """Customer 1 redeemed twice, then became customer 2, who has 1,100 points."""
    await rewarding.earn(1400, customer=1)
    await rewarding.earn(1000, customer=2, order_id=900_002)
    reward = await rewarding.reward(five_off(limit=MemberLimit(count=3)))
    await rewarding.ready(reward, key="used")
    await rewarding.ready(reward, key="canceled")
    await rewarding.apply(CustomersMerged(kept_customer_id=2, removed_customer_id=1, occurred_at=PAID_AT))
    return rewarding


async def test_codes_of_the_removed_customer_are_the_kept_ones(merged: Rewarding) -> None:
    member, program_id = await merged.member(2), merged.shop.program_id
    async with tenant_transaction(merged.engine, program_id) as connection:
        canceled, used = await redemptions_of_member(connection, program_id, member.member_id, 10)
        await cancel_redemption(connection, program_id, merged.shop.shop_id, 2, canceled.redemption_id)
        await withdrawn(connection, program_id, canceled.redemption_id)
    assert (await merged.member(2)).available == 1100 + 500 + 500

    await merged.apply(with_code(used, [line("45.00")], 500, customer=2))
    assert (await merged.member(2)).available == 2100 + 40
    await merged.apply(refund(1, ORDER, "40.00"))
    assert (await merged.member(2)).available == 2600


async def test_what_the_removed_customer_had_counts_against_the_limit(merged: Rewarding) -> None:
    async with tenant_transaction(merged.engine, merged.shop.program_id) as connection:
        (reward,) = await rewards_of(connection, merged.shop.program_id)
        for check in REWARD_CHECKS:
            row = (await connection.exec_driver_sql(check.sql.replace(":programs", "%(programs)s"), {
                "programs": [merged.shop.program_id]})).one()  # fmt: skip
            assert row.breaches == 0, check.name
    await merged.redeem(reward, key="1", customer=2)
    with pytest.raises(RedemptionRefused, match="LIMIT_REACHED"):
        await merged.redeem(reward, key="2", customer=2)
