"""Codes that are taken back: canceled by their member or run out, whatever the shop does meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from engine.database import tenant_transaction
from engine.rewards.ending import expire_codes
from tests.support.fulfilling import CUSTOMER, TROUBLE, Fulfilling
from tests.support.rewards import five_off


async def test_a_canceled_code_is_dead_before_its_points_come_back(fulfilling: Fulfilling) -> None:
    made = await fulfilling.redeemed()
    await fulfilling.settle()

    assert (await fulfilling.cancel(made)).status == "PENDING"
    assert await fulfilling.available() == 1000
    await fulfilling.settle()

    one = await fulfilling.read(made)
    assert (one.status, one.code, await fulfilling.available()) == ("CANCELED", None, 1500)
    assert [code.status(datetime.now(UTC)) for code in fulfilling.codes()] == ["EXPIRED"]
    assert (await fulfilling.cancel(made)).status == "CANCELED"


async def test_a_code_that_was_used_before_it_was_canceled_waits_for_its_order(fulfilling: Fulfilling) -> None:
    made = await fulfilling.redeemed()
    await fulfilling.settle()
    (code,) = fulfilling.codes()
    code.used_by.append(CUSTOMER)
    fulfilling.store.discounts._save(code)

    await fulfilling.cancel(made)
    await fulfilling.settle()

    one = await fulfilling.read(made)
    assert (one.status, one.can_cancel, await fulfilling.available()) == ("READY", False, 1000)


@pytest.mark.parametrize("trouble", [one for one in TROUBLE if one != "user_error_next"])
async def test_canceling_ends_whatever_the_shop_does(fulfilling: Fulfilling, trouble: str) -> None:
    made = await fulfilling.redeemed()
    await fulfilling.settle()
    fulfilling.misbehave(**{trouble: 2})
    await fulfilling.cancel(made)

    await fulfilling.settle()

    assert ((await fulfilling.read(made)).status, await fulfilling.available()) in [("CANCELED", 1500), ("READY", 1000)]


async def test_a_code_that_cannot_be_taken_back_stays_good(fulfilling: Fulfilling) -> None:
    made = await fulfilling.redeemed()
    await fulfilling.settle()
    fulfilling.network.down = True
    await fulfilling.cancel(made)
    await fulfilling.step()
    await fulfilling.later(minutes=12)
    await fulfilling.settle()

    assert ((await fulfilling.read(made)).status, await fulfilling.available()) == ("READY", 1000)


@pytest.mark.parametrize(("on_expiry", "left"), [("restore", 1500), ("forfeit", 1000)])
async def test_a_code_that_nobody_used_runs_out(fulfilling: Fulfilling, on_expiry: str, left: int) -> None:
    made = await fulfilling.redeemed(five_off(code_days=1, on_expiry=on_expiry))
    await fulfilling.settle()
    await fulfilling.later(minutes=1441)
    async with tenant_transaction(fulfilling.engine, fulfilling.shop.program_id) as connection:
        assert await expire_codes(connection) == 1
    await fulfilling.settle()

    assert ((await fulfilling.read(made)).status, await fulfilling.available()) == ("EXPIRED", left)
