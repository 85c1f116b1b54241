"""Redemptions in the demo store: exactly one code, or all points back, whatever the shop does and when we die."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.rewards.definitions import (
    CombinesWith,
    FreeProduct,
    FreeShipping,
    GiftCard,
    PercentOff,
    RewardDefinition,
    StoreCredit,
)
from engine.rewards.ending import cancel_redemption, expire_codes
from engine.rewards.redemptions import Redemption
from engine.shops import ShopReference, uninstall_shop
from plugin.settings import Settings
from plugin.shopify import admin_client
from tests.support.fulfilling import Died, Fulfilling, die_at
from tests.support.rewards import five_off

CUSTOMER = 7_000_000_000_001


@pytest.fixture
async def fulfilling(
    engine: AsyncEngine, shop: ShopReference, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Fulfilling]:
    """A member with 1,500 points in a shop that works."""
    monkeypatch.setattr(admin_client, "_backoff_seconds", lambda _: 0.0)
    monkeypatch.setattr(admin_client, "_throttle_seconds", lambda *_: 0.0)
    fulfilling = Fulfilling(engine, shop, settings, tmp_path)
    await fulfilling.open()
    await fulfilling.earn(1400, customer=CUSTOMER)
    yield fulfilling
    await fulfilling.close()


async def redeemed(
    fulfilling: Fulfilling, definition: RewardDefinition | None = None, handle: str = "five-off"
) -> Redemption:
    return await fulfilling.redeem(await fulfilling.reward(definition, handle), key=handle, customer=CUSTOMER)


async def available(fulfilling: Fulfilling) -> int:
    return (await fulfilling.member(CUSTOMER)).available


async def test_a_code_is_made_for_one_customer_and_one_use(fulfilling: Fulfilling) -> None:
    made = await redeemed(
        fulfilling, five_off(minimum_subtotal={"USD": 1000}, combines_with=CombinesWith(shipping=True))
    )

    await fulfilling.settle()

    one = await fulfilling.read(made)
    (code,) = fulfilling.codes()
    assert (one.status, one.code, one.external_id) == ("READY", code.code, f"gid://shopify/DiscountCodeNode/{code.id}")
    assert (code.kind, code.value, code.usage_limit, code.once_per_customer) == ("fixed_amount", "5.00", 1, True)
    assert (code.customer_ids, code.minimum_subtotal) == ([CUSTOMER], "10.00")
    assert code.combines_with == {"orderDiscounts": False, "productDiscounts": False, "shippingDiscounts": True}
    assert code.ends_at is not None
    assert datetime.fromisoformat(code.ends_at) == one.expires_at
    assert await available(fulfilling) == 1000


@pytest.mark.parametrize(
    ("value", "kind", "worth"),
    [
        (PercentOff(percentage=Decimal("12.5")), "percentage", "0.125"),
        (FreeShipping(maximum_price={"USD": 1500}), "free_shipping", "0"),
        (FreeProduct(variant_ids=(46_001, 46_002)), "percentage", "1.0"),
    ],
)
async def test_other_codes_say_what_they_give(
    fulfilling: Fulfilling, value: PercentOff | FreeShipping | FreeProduct, kind: str, worth: str
) -> None:
    await redeemed(fulfilling, five_off(value=value))
    await fulfilling.settle()

    (code,) = fulfilling.codes()
    assert (code.kind, code.value) == (kind, worth)
    assert code.variant_ids == (list(value.variant_ids) if isinstance(value, FreeProduct) else None)


async def test_store_credit_is_given_and_its_points_are_spent(fulfilling: Fulfilling) -> None:
    made = await redeemed(fulfilling, five_off(value=StoreCredit(amounts={"USD": 525}, lasts_days=30)))
    await fulfilling.settle()

    assert fulfilling.credits() == ["5.25"]
    one = await fulfilling.read(made)
    assert (one.status, one.captured, one.code) == ("USED", 500, None)


async def test_a_gift_card_is_ready_and_its_points_are_spent(fulfilling: Fulfilling) -> None:
    made = await redeemed(fulfilling, five_off(value=GiftCard(amounts={"USD": 500}, lasts_days=365)))
    await fulfilling.settle()

    (card,) = fulfilling.cards()
    one = await fulfilling.read(made)
    assert (one.status, one.captured, one.external_id) == ("READY", 500, card["id"])
    assert one.code is not None
    assert str(card["lastCharacters"]) == one.code[-4:].lower()


TROUBLE = [
    "throttle_next", "fail_before_next", "fail_after_success_next", "drop_connection_before_next",
    "drop_connection_after_next", "hang_after_success_next", "unauthorized_next", "user_error_next",
]  # fmt: skip
VALUES = {
    "code": five_off(),
    "shipping": five_off(value=FreeShipping()),
    "credit": five_off(value=StoreCredit(amounts={"USD": 500})),
    "card": five_off(value=GiftCard(amounts={"USD": 500})),
}


@pytest.mark.parametrize("trouble", TROUBLE)
async def test_whatever_the_shop_does_it_is_made_once_or_all_points_come_back(
    fulfilling: Fulfilling, trouble: str
) -> None:
    await fulfilling.earn(500, customer=CUSTOMER, order_id=900_002)
    left, existing = 2000, 0
    for handle, definition in VALUES.items():
        made = await redeemed(fulfilling, definition, handle)
        fulfilling.misbehave(**{trouble: 2})
        await fulfilling.settle()

        one = await fulfilling.read(made)
        if one.status == "FAILED":
            assert trouble == "user_error_next"
        else:
            assert one.status in ("READY", "USED")
            left, existing = left - 500, existing + 1
        assert (fulfilling.existing(), await available(fulfilling)) == (existing, left)


DEATHS = [
    "call-after-claim", "fulfillment-before-call", "fulfillment-after-call", "call-before-write", "call-before-commit",
    "call-after-commit",
]  # fmt: skip


@pytest.mark.parametrize("point", DEATHS)
async def test_a_worker_that_dies_between_two_steps_leaves_one_of_each(
    fulfilling: Fulfilling, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    await fulfilling.earn(500, customer=CUSTOMER, order_id=900_002)
    for number, (handle, definition) in enumerate(VALUES.items(), start=1):
        made = await redeemed(fulfilling, definition, handle)
        die_at(monkeypatch, point)
        with pytest.raises(Died):
            await fulfilling.step()

        await fulfilling.settle()

        assert (await fulfilling.read(made)).status in ("READY", "USED")
        assert (fulfilling.existing(), await available(fulfilling)) == (number, 2000 - 500 * number)


async def test_an_unknown_outcome_shows_and_is_settled_in_time_by_giving_up(fulfilling: Fulfilling) -> None:
    made = await redeemed(fulfilling)
    fulfilling.misbehave(fail_after_success_next=1)
    await fulfilling.step()
    assert (await fulfilling.read(made)).status == "UNKNOWN"
    assert len(fulfilling.codes()) == 1

    fulfilling.network.down = True
    await fulfilling.step()
    await fulfilling.later(minutes=12)
    await fulfilling.settle()

    one = await fulfilling.read(made)
    assert (one.status, one.code, await available(fulfilling)) == ("FAILED", None, 1500)
    assert await fulfilling.open_calls(["reward-guard"]) == ["reward-guard"]
    fulfilling.network.down = False
    await fulfilling.step()
    (code,) = fulfilling.codes()
    assert code.status(datetime.now(UTC)) == "EXPIRED"
    assert await fulfilling.open_calls(["reward-guard"]) == []


async def test_store_credit_that_turns_up_after_giving_up_is_taken_back(fulfilling: Fulfilling) -> None:
    await redeemed(fulfilling, VALUES["credit"])
    fulfilling.misbehave(fail_after_success_next=1)
    await fulfilling.step()
    fulfilling.network.down = True
    await fulfilling.later(minutes=12)
    await fulfilling.settle()
    fulfilling.network.down = False

    await fulfilling.step()

    assert fulfilling.credits() == ["5.00", "-5.00"]
    assert await available(fulfilling) == 1500


async def test_a_shop_that_is_away_gets_the_code_when_it_is_back(fulfilling: Fulfilling) -> None:
    made = await redeemed(fulfilling)
    fulfilling.network.down = True
    for _ in range(3):
        await fulfilling.step()
    assert (await fulfilling.read(made)).status == "PENDING"

    fulfilling.network.down = False
    await fulfilling.settle()

    assert (await fulfilling.read(made)).status == "READY"


async def test_an_uninstalled_shop_waits_and_then_all_points_come_back(fulfilling: Fulfilling) -> None:
    made = await redeemed(fulfilling)
    async with tenant_transaction(fulfilling.engine, fulfilling.shop.program_id) as connection:
        await uninstall_shop(connection, fulfilling.shop, triggered_at=datetime.now(UTC))
    await fulfilling.step()
    assert (await fulfilling.read(made)).status == "PENDING"

    await fulfilling.later(minutes=12)
    await fulfilling.settle()

    assert ((await fulfilling.read(made)).status, await available(fulfilling)) == ("FAILED", 1500)
    assert await fulfilling.open_calls(["reward-guard"]) == []  # nothing was ever asked of the shop


async def test_a_scope_that_was_not_granted_fails_at_once(fulfilling: Fulfilling) -> None:
    fulfilling.store.change_scopes(["read_orders"])
    made = await redeemed(fulfilling)
    await fulfilling.settle()

    one = await fulfilling.read(made)
    assert (one.status, one.failure, await available(fulfilling)) == ("FAILED", "refused: ACCESS_DENIED", 1500)


async def test_two_workers_make_one_code(fulfilling: Fulfilling) -> None:
    made = await redeemed(fulfilling)

    claimed = await asyncio.gather(*(fulfilling.calls.claim(8) for _ in range(5)))
    (call,) = [call for calls in claimed for call in calls]
    await fulfilling.sql("UPDATE outside_calls SET lease_until = now()")
    (again,) = await fulfilling.calls.claim(8)
    await asyncio.gather(fulfilling.calls.make(call), fulfilling.calls.make(again))
    await fulfilling.settle()

    assert len(fulfilling.codes()) == 1
    assert (await fulfilling.read(made)).status == "READY"


async def cancel(fulfilling: Fulfilling, made: Redemption) -> Redemption:
    async with tenant_transaction(fulfilling.engine, fulfilling.shop.program_id) as connection:
        return await cancel_redemption(
            connection, fulfilling.shop.program_id, fulfilling.shop.shop_id, CUSTOMER, made.redemption_id
        )


async def test_a_canceled_code_is_dead_before_its_points_come_back(fulfilling: Fulfilling) -> None:
    made = await redeemed(fulfilling)
    await fulfilling.settle()

    assert (await cancel(fulfilling, made)).status == "PENDING"
    assert await available(fulfilling) == 1000
    await fulfilling.settle()

    one = await fulfilling.read(made)
    assert (one.status, one.code, await available(fulfilling)) == ("CANCELED", None, 1500)
    assert [code.status(datetime.now(UTC)) for code in fulfilling.codes()] == ["EXPIRED"]
    assert (await cancel(fulfilling, made)).status == "CANCELED"


async def test_a_code_that_was_used_before_it_was_canceled_waits_for_its_order(fulfilling: Fulfilling) -> None:
    made = await redeemed(fulfilling)
    await fulfilling.settle()
    (code,) = fulfilling.codes()
    code.used_by.append(CUSTOMER)
    fulfilling.store.discounts._save(code)

    await cancel(fulfilling, made)
    await fulfilling.settle()

    one = await fulfilling.read(made)
    assert (one.status, one.can_cancel, await available(fulfilling)) == ("READY", False, 1000)


@pytest.mark.parametrize("trouble", [one for one in TROUBLE if one != "user_error_next"])
async def test_canceling_ends_whatever_the_shop_does(fulfilling: Fulfilling, trouble: str) -> None:
    made = await redeemed(fulfilling)
    await fulfilling.settle()
    fulfilling.misbehave(**{trouble: 2})
    await cancel(fulfilling, made)

    await fulfilling.settle()

    assert ((await fulfilling.read(made)).status, await available(fulfilling)) in [("CANCELED", 1500), ("READY", 1000)]


async def test_a_code_that_cannot_be_taken_back_stays_good(fulfilling: Fulfilling) -> None:
    made = await redeemed(fulfilling)
    await fulfilling.settle()
    fulfilling.network.down = True
    await cancel(fulfilling, made)
    await fulfilling.step()
    await fulfilling.later(minutes=12)
    await fulfilling.settle()

    assert ((await fulfilling.read(made)).status, await available(fulfilling)) == ("READY", 1000)


@pytest.mark.parametrize(("on_expiry", "left"), [("restore", 1500), ("forfeit", 1000)])
async def test_a_code_that_nobody_used_runs_out(fulfilling: Fulfilling, on_expiry: str, left: int) -> None:
    made = await redeemed(fulfilling, five_off(code_days=1, on_expiry=on_expiry))
    await fulfilling.settle()
    await fulfilling.later(minutes=1441)
    async with tenant_transaction(fulfilling.engine, fulfilling.shop.program_id) as connection:
        assert await expire_codes(connection) == 1
    await fulfilling.settle()

    assert ((await fulfilling.read(made)).status, await available(fulfilling)) == ("EXPIRED", left)
