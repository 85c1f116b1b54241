"""Perks in the demo store: one code for each occasion, tags and the standing as they are wanted, whoever dies when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.shops import install_shop
from plugin.devstore import discounts
from plugin.shopify.admin_client import AdminClient, AdminRefusedError
from tests.support.fulfilling import CUSTOMER, TROUBLE, Died, Fulfilling, die_at
from tests.support.perks import TAG, Perking, gold, percent, plus, shipping

NO_TIER = {"tier": None, "tier_name": None, "plan": None, "plan_until": None}


@pytest.fixture
def perking(fulfilling: Fulfilling) -> Perking:
    return Perking(fulfilling)


def codes(fulfilling: Fulfilling) -> list[Any]:
    """The discounts that were made for perks."""
    return [one for one in fulfilling.store.discounts.all() if one.code.startswith("LRP-")]


def tags(fulfilling: Fulfilling) -> list[str]:
    return sorted(fulfilling.store.people.tags(CUSTOMER))


def standing(fulfilling: Fulfilling) -> str | None:
    """The metafield's value as it is in the shop."""
    owner = f"gid://shopify/Customer/{CUSTOMER}"
    found = fulfilling.store.metafields(owner).get("laurel", {}).get("standing")
    return None if found is None else found["value"]


async def test_given_a_tier_with_codes_when_it_is_reached_then_each_exists_once_for_that_customer(
    fulfilling: Fulfilling, perking: Perking
) -> None:
    await perking.follow(gold(percent(percentage="12.5"), shipping(maximum_price={"USD": 800})))
    await fulfilling.settle()
    await perking.follow(gold(percent(percentage="12.5"), shipping(maximum_price={"USD": 800})))
    await fulfilling.settle()

    ten, delivery = await perking.deliveries()
    made = {one.code: one for one in codes(fulfilling)}
    assert set(made) == {ten.code, delivery.code}
    first, second = made[ten.code or ""], made[delivery.code or ""]
    assert (first.kind, first.value, first.usage_limit, first.customer_ids) == ("percentage", "0.125", 1, [CUSTOMER])
    assert (second.kind, second.shipping_maximum, second.customer_ids) == ("free_shipping", "8.00", [CUSTOMER])
    assert (ten.state, ten.occasion, ten.external_id) == (
        "delivered", "once", f"gid://shopify/DiscountCodeNode/{first.id}"
    )  # fmt: skip
    assert await perking.states() == [("ten", "once", "delivered"), ("delivery", "once", "delivered")]


async def test_given_a_tier_when_it_is_lost_then_its_unused_code_ends_and_a_used_one_stays(
    fulfilling: Fulfilling, perking: Perking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discounts, "USAGE_LAG", timedelta(0))
    await perking.follow(gold(percent(), shipping()))
    await fulfilling.settle()
    used, unused = await perking.deliveries()
    store = fulfilling.store.discounts
    store.record_use(used.code or "", CUSTOMER, 1)

    await perking.follow(gold(tier="silver"))
    await fulfilling.settle()

    assert await perking.states() == [("ten", "once", "delivered"), ("delivery", "once", "revoked")]
    assert (await perking.deliveries())[0].used_at is not None
    ended = store.by_code(unused.code or "")
    assert ended is not None
    assert ended.ends_at is not None
    assert ended.ends_at <= f"{fulfilling.store.clock():%Y-%m-%dT%H:%M:%SZ}"


async def test_given_a_tag_that_the_merchant_had_set_when_the_perk_ends_then_only_ours_goes(
    fulfilling: Fulfilling, perking: Perking
) -> None:
    fulfilling.store.people.change_tags(CUSTOMER, add=["vip", "wholesale"])
    mine = TAG.model_copy(update={"handle": "other", "tag": "VIP"})
    await perking.follow(gold(TAG, mine))
    await fulfilling.settle()
    assert tags(fulfilling) == ["laurel-gold", "vip", "wholesale"]
    assert standing(fulfilling) == '{"plan":null,"plan_until":null,"tier":"gold","tier_name":"Gold"}'
    assert await perking.states() == [("tag", "set", "delivered"), ("other", "set", "delivered")]

    await perking.follow(gold(tier="silver"))
    await fulfilling.settle()

    assert tags(fulfilling) == ["vip", "wholesale"]
    assert standing(fulfilling) == '{"plan":null,"plan_until":null,"tier":"silver","tier_name":"Silver"}'
    assert await perking.states() == [("tag", "set", "revoked"), ("other", "set", "revoked")]


async def test_given_nothing_changed_when_perks_are_followed_then_the_shop_is_not_asked(
    fulfilling: Fulfilling, perking: Perking
) -> None:
    await perking.follow(gold(TAG, percent()))
    await fulfilling.settle()

    await perking.follow(gold(TAG, percent()))

    assert await fulfilling.step() == 0


async def test_given_a_shop_in_trouble_when_perks_begin_and_end_then_there_is_one_code_and_no_tag_left(
    fulfilling: Fulfilling, perking: Perking
) -> None:
    for number, trouble in enumerate(TROUBLE, 1):
        fulfilling.misbehave(**{trouble: 2, "user_error_code": "INTERNAL_ERROR", "hang_ms": 60_000})
        await perking.follow(gold(TAG, percent(handle=f"ten-{number}")))
        await fulfilling.settle()

        assert [one.state for one in (await perking.deliveries())[-2:]] == ["delivered", "delivered"], trouble
        assert (len(codes(fulfilling)), tags(fulfilling)) == (number, ["laurel-gold"]), trouble

        fulfilling.misbehave(**{trouble: 2})
        await perking.follow(plus())
        await fulfilling.settle()

        assert [one.state for one in (await perking.deliveries())[-2:]] == ["revoked", "revoked"], trouble
        assert (len(codes(fulfilling)), tags(fulfilling)) == (number, []), trouble


DEATHS = [
    "call-after-claim", "perk-before-call", "perk-after-call", "mark-before-tags", "mark-before-standing",
    "mark-after-call", "call-before-write", "call-before-commit", "call-after-commit",
]  # fmt: skip


async def test_given_a_worker_that_dies_when_another_goes_on_then_nothing_is_made_twice_or_left(
    fulfilling: Fulfilling, perking: Perking
) -> None:
    for number, point in enumerate(DEATHS, 1):
        await perking.follow(gold(TAG, percent(handle=f"ten-{number}")))
        with pytest.MonkeyPatch.context() as patch:
            die_at(patch, point)
            with pytest.raises(Died):
                await fulfilling.step()
            await fulfilling.settle()

        made = {one.code for one in codes(fulfilling)}
        assert made == {one.code for one in await perking.deliveries() if one.code}, point
        assert (len(made), tags(fulfilling)) == (number, ["laurel-gold"]), point

        await perking.follow(gold(tier="silver"))
        await fulfilling.settle()

        assert tags(fulfilling) == [], point
        assert {one.state for one in await perking.deliveries()} == {"revoked"}, point


async def test_given_an_uninstalled_shop_when_it_comes_back_then_its_calls_are_made_then(
    fulfilling: Fulfilling, perking: Perking
) -> None:
    await fulfilling.sql("UPDATE shops SET uninstalled_at = now()")
    await perking.follow(gold(TAG, percent()))
    for _ in range(3):
        await fulfilling.step()
    assert (codes(fulfilling), tags(fulfilling), len(await fulfilling.open_calls())) == ([], [], 2)

    await fulfilling.sql("UPDATE shop_directory SET installed = false")
    await install_shop(
        fulfilling.engine, domain=fulfilling.shop.domain, external_id=None, name="Back", currency="USD",
        time_zone="UTC", scopes=[], at=datetime.now(UTC),
    )  # fmt: skip
    for call in await fulfilling.calls.claim(8):
        await fulfilling.calls.make(call)

    assert (len(codes(fulfilling)), tags(fulfilling)) == (1, ["laurel-gold"])


async def test_given_a_missing_scope_when_a_tag_is_due_then_the_call_ends_and_says_so(
    fulfilling: Fulfilling, perking: Perking, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = AdminClient.run

    async def without_scope(self: AdminClient, shop: Any, name: str, variables: Any = None) -> Any:
        if name == "customer_tags_add":
            raise AdminRefusedError(("ACCESS_DENIED",))
        return await run(self, shop, name, variables)

    monkeypatch.setattr(AdminClient, "run", without_scope)
    await perking.follow(gold(TAG))
    await fulfilling.step()

    assert await fulfilling.open_calls() == []
    (tag,) = await perking.deliveries()
    assert (tag.state, tag.failure) == ("failed", "refused: ACCESS_DENIED")


async def test_given_a_newer_wish_while_the_shop_is_spoken_to_then_the_newest_is_shown_in_the_end(
    fulfilling: Fulfilling, perking: Perking, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = AdminClient.run
    told: list[str] = []

    async def meanwhile(self: AdminClient, shop: Any, name: str, variables: Any = None) -> Any:
        answer = await run(self, shop, name, variables)
        if name == "customer_standing_set" and not told:
            told.append(name)
            await perking.follow(gold(tier="silver"))
        return answer

    monkeypatch.setattr(AdminClient, "run", meanwhile)
    await perking.follow(gold(TAG))
    await fulfilling.settle()

    assert told == ["customer_standing_set"]
    assert standing(fulfilling) == '{"plan":null,"plan_until":null,"tier":"silver","tier_name":"Silver"}'
    assert tags(fulfilling) == []


async def test_given_a_lost_tier_before_the_code_was_made_then_no_good_code_is_left(
    fulfilling: Fulfilling, perking: Perking
) -> None:
    await perking.follow(gold(percent()))
    await perking.follow(gold(tier="silver"))
    await fulfilling.settle()

    assert codes(fulfilling) == []
    assert await perking.states() == [("ten", "once", "revoked")]


async def test_given_an_erased_customer_when_their_calls_come_then_nothing_is_made(
    fulfilling: Fulfilling, perking: Perking
) -> None:
    await perking.follow(gold(TAG, percent()))
    await fulfilling.sql("DELETE FROM customer_marks")
    await fulfilling.sql("UPDATE perk_deliveries SET customer_id = NULL")
    await fulfilling.settle()

    assert (codes(fulfilling), tags(fulfilling)) == ([], [])
    assert [one.failure for one in await perking.deliveries() if one.code] == ["the customer was erased"]
