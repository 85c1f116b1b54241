"""The audit of rewards: clean after every way to end, and each kind of tampering is found."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import text

from engine.database import tenant_transaction
from engine.rewards.audit_checks import REWARD_CHECKS
from engine.rewards.definitions import GiftCard, Manual
from engine.rewards.ending import cancel_redemption, fulfill_manual, refuse_manual
from engine.rewards.settling import not_issued, uncertain, withdrawn
from tests.support.facts import line, refund
from tests.support.rewards import ORDER, Rewarding, five_off, with_code


async def breaches(rewarding: Rewarding) -> dict[str, int]:
    """The checks that found something."""
    found = {}
    async with tenant_transaction(rewarding.engine, rewarding.shop.program_id) as connection:
        for check in REWARD_CHECKS:
            row = (await connection.execute(text(check.sql), {"programs": [rewarding.shop.program_id]})).one()
            if row.breaches:
                found[check.name] = row.breaches
    return found


async def every_end(rewarding: Rewarding) -> None:
    """One redemption for each way to end, and some that are still open."""
    await rewarding.earn(9900)
    program_id = rewarding.shop.program_id
    reward = await rewarding.reward(five_off(stock=20))
    used = await rewarding.ready(reward, key="used")
    await rewarding.apply(with_code(used, [line("45.00")], 300), refund(1, ORDER, "21.00"))
    nothing = await rewarding.ready(reward, key="nothing")
    await rewarding.apply(with_code(nothing, [line("45.00")], 0, order_id=ORDER + 1))
    canceled, late = await rewarding.ready(reward, key="canceled"), await rewarding.ready(reward, key="late")
    lost, failed = await rewarding.redeem(reward, key="lost"), await rewarding.redeem(reward, key="failed")
    await rewarding.redeem(reward, key="open")
    await rewarding.ready(await rewarding.reward(five_off(value=GiftCard(amounts={"USD": 500})), "card"), key="card")
    tour = await rewarding.reward(five_off(value=Manual()), "tour")
    given, refused = await rewarding.redeem(tour, key="given"), await rewarding.redeem(tour, key="refused")
    async with tenant_transaction(rewarding.engine, program_id) as connection:
        for one in (canceled, late):
            await cancel_redemption(connection, program_id, one.shop_id, 1, one.redemption_id)
            await withdrawn(connection, program_id, one.redemption_id)
        await uncertain(connection, program_id, lost.redemption_id)
        await not_issued(connection, program_id, failed.redemption_id, "refused")
        await fulfill_manual(connection, program_id, given.redemption_id, actor="staff:1", note="See you at 10.")
        await refuse_manual(connection, program_id, refused.redemption_id, actor="staff:1")
    await rewarding.apply(with_code(late, [line("45.00")], 500, order_id=ORDER + 2))


async def test_every_way_to_end_leaves_the_audit_clean(rewarding: Rewarding) -> None:
    await every_end(rewarding)
    assert await breaches(rewarding) == {}


TAMPERING = {
    "DELETE FROM redemptions WHERE state = 'pending'": {"redemptions-held", "idempotency-objects", "reward-stock"},
    "UPDATE redemptions SET state = 'canceled' WHERE state = 'pending'": {"redemptions-settled", "reward-stock"},
    "UPDATE redemptions SET points = points + 1 WHERE state = 'pending'": {"redemptions-held"},
    "UPDATE redemptions SET used_order_id = NULL": {"redemptions-restored"},
    "UPDATE redemptions SET code = NULL WHERE state = 'pending'": {"redemption-codes"},
    "UPDATE redemptions SET unknown_since = now() - interval '16 minutes' WHERE state = 'unknown'": {
        "redemptions-known"
    },
    "UPDATE rewards SET stock_left = stock_left + 1": {"reward-stock"},
    "DELETE FROM idempotency_keys": {"idempotency-objects"},
}


@pytest.mark.parametrize("tampering", TAMPERING)
async def test_tampering_is_found(rewarding: Rewarding, database_url: str, tampering: str) -> None:
    await every_end(rewarding)
    with psycopg.connect(database_url, autocommit=True) as owner:
        owner.execute(tampering.encode())

    assert set(await breaches(rewarding)) == TAMPERING[tampering]
