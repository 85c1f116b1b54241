"""Redemptions in the demo store: exactly one code, or all points back, whatever the shop does and when we die."""

from __future__ import annotations

import asyncio
from datetime import datetime
from decimal import Decimal

import pytest

from engine.database import tenant_transaction
from engine.rewards.definitions import (
    CombinesWith,
    FreeProduct,
    FreeShipping,
    GiftCard,
    PercentOff,
    StoreCredit,
)
from engine.rewards.ending import ask_again
from plugin.background.discount_codes import DiscountCode
from plugin.shopify.admin_client import AdminClient, AdminRefusedError, AdminUnreachableError, ShopUnavailableError
from plugin.shopify.token_endpoint import TokenRefusedError
from plugin.shopify.tokens import ShopPausedError
from tests.support.fulfilling import CUSTOMER, TROUBLE, VALUES, Died, Fulfilling, die_at
from tests.support.rewards import five_off


async def test_a_code_is_made_for_one_customer_and_one_use(fulfilling: Fulfilling) -> None:
    made = await fulfilling.redeemed(
        five_off(minimum_subtotal={"USD": 1000}, combines_with=CombinesWith(shipping=True))
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
    assert await fulfilling.available() == 1000


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
    await fulfilling.redeemed(five_off(value=value))
    await fulfilling.settle()

    (code,) = fulfilling.codes()
    assert (code.kind, code.value) == (kind, worth)
    assert code.variant_ids == (list(value.variant_ids) if isinstance(value, FreeProduct) else None)


async def test_store_credit_is_given_and_its_points_are_spent(fulfilling: Fulfilling) -> None:
    made = await fulfilling.redeemed(five_off(value=StoreCredit(amounts={"USD": 525}, lasts_days=30)))
    await fulfilling.settle()

    assert fulfilling.credits() == ["5.25"]
    one = await fulfilling.read(made)
    assert (one.status, one.captured, one.code) == ("USED", 500, None)


async def test_a_gift_card_is_ready_and_its_points_are_spent(fulfilling: Fulfilling) -> None:
    made = await fulfilling.redeemed(five_off(value=GiftCard(amounts={"USD": 500}, lasts_days=365)))
    await fulfilling.settle()

    (card,) = fulfilling.cards()
    one = await fulfilling.read(made)
    assert (one.status, one.captured, one.external_id) == ("READY", 500, f"gid://shopify/GiftCard/{card['number']}")
    assert (card["code"], card["balance"]) == ((one.code or "").lower(), "5.00")


@pytest.mark.parametrize("trouble", TROUBLE)
async def test_whatever_the_shop_does_it_is_made_once_or_all_points_come_back(
    fulfilling: Fulfilling, trouble: str
) -> None:
    await fulfilling.earn(500, customer=CUSTOMER, order_id=900_002)
    left, existing = 2000, 0
    for handle, definition in VALUES.items():
        made = await fulfilling.redeemed(definition, handle)
        fulfilling.misbehave(**{trouble: 2})
        await fulfilling.settle()

        one = await fulfilling.read(made)
        if one.status == "FAILED":
            assert trouble == "user_error_next"
        else:
            assert one.status in ("READY", "USED")
            left, existing = left - 500, existing + 1
        assert (fulfilling.existing(), await fulfilling.available()) == (existing, left)


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
        made = await fulfilling.redeemed(definition, handle)
        die_at(monkeypatch, point)
        with pytest.raises(Died):
            await fulfilling.step()

        await fulfilling.settle()

        assert (await fulfilling.read(made)).status in ("READY", "USED")
        assert (fulfilling.existing(), await fulfilling.available()) == (number, 2000 - 500 * number)


async def test_what_nobody_foresaw_is_given_up_in_time(fulfilling: Fulfilling, monkeypatch: pytest.MonkeyPatch) -> None:
    async def odd(_: DiscountCode, *_terms: object) -> None:
        raise KeyError("id")

    for step in ("make_basic", "look"):
        monkeypatch.setattr(DiscountCode, step, odd)
    made = await fulfilling.redeemed()
    for _ in range(2):
        await fulfilling.step()
        assert (await fulfilling.read(made)).status == "PENDING"
    await fulfilling.later(13)
    await fulfilling.step()

    one = await fulfilling.read(made)
    assert (one.status, one.failure, await fulfilling.available()) == ("FAILED", "failed: KeyError", 1500)
    assert await fulfilling.open_calls(["reward-guard"]) == ["reward-guard"]


async def test_a_scope_that_was_not_granted_fails_at_once(fulfilling: Fulfilling) -> None:
    fulfilling.store.change_scopes(["read_orders"])
    made = await fulfilling.redeemed()
    await fulfilling.settle()

    one = await fulfilling.read(made)
    assert (one.status, one.failure, await fulfilling.available()) == ("FAILED", "refused: ACCESS_DENIED", 1500)


async def test_two_workers_make_one_code(fulfilling: Fulfilling) -> None:
    made = await fulfilling.redeemed()

    claimed = await asyncio.gather(*(fulfilling.calls.claim(8) for _ in range(5)))
    (call,) = [call for calls in claimed for call in calls]
    await fulfilling.sql("UPDATE outside_calls SET lease_until = now()")
    (again,) = await fulfilling.calls.claim(8)
    await asyncio.gather(fulfilling.calls.make(call), fulfilling.calls.make(again))
    await fulfilling.settle()

    assert len(fulfilling.codes()) == 1
    assert (await fulfilling.read(made)).status == "READY"


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (ShopUnavailableError("frozen"), "pending"),
        (ShopPausedError("laurel-demo.myshopify.com"), "pending"),
        (TokenRefusedError("unreachable"), "pending"),
        (AdminUnreachableError("no connection", may_have_happened=False), "pending"),
        (AdminUnreachableError("timed out", may_have_happened=True), "unknown"),
        (AdminRefusedError(("INTERNAL_SERVER_ERROR",)), "unknown"),
        (AdminRefusedError(("ACCESS_DENIED",)), "failed"),
        (KeyError("a bug"), "pending"),
    ],
)
async def test_each_kind_of_trouble_is_taken_for_what_it_is(
    fulfilling: Fulfilling, monkeypatch: pytest.MonkeyPatch, error: Exception, state: str
) -> None:
    async def run(*_: object) -> None:
        raise error

    made = await fulfilling.redeemed()
    monkeypatch.setattr(AdminClient, "run", run)
    await fulfilling.step()

    assert (await fulfilling.read(made)).state == state
    monkeypatch.undo()
    await fulfilling.settle()
    assert (await fulfilling.read(made)).status == ("FAILED" if state == "failed" else "READY")


async def test_store_credit_whose_call_was_lost_is_looked_for_before_it_is_made(fulfilling: Fulfilling) -> None:
    made = await fulfilling.redeemed(VALUES["credit"])
    fulfilling.misbehave(fail_after_success_next=1)
    await fulfilling.step()
    await fulfilling.sql("UPDATE outside_calls SET state = 'failed'")
    await fulfilling.sql("UPDATE redemptions SET created_at = created_at - interval '2 minutes'")
    async with tenant_transaction(fulfilling.engine, fulfilling.shop.program_id) as connection:
        assert await ask_again(connection) == 1
    await fulfilling.settle()

    assert ((await fulfilling.read(made)).status, fulfilling.credits()) == ("USED", ["5.00"])
