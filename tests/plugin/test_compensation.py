"""What cannot be made in time is given up: all points come back, and what turns up later is undone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from engine.database import tenant_transaction
from engine.shops import uninstall_shop
from tests.support.fulfilling import VALUES, Died, Fulfilling, die_at


async def test_an_unknown_outcome_shows_and_is_settled_in_time_by_giving_up(fulfilling: Fulfilling) -> None:
    made = await fulfilling.redeemed()
    fulfilling.misbehave(fail_after_success_next=1)
    await fulfilling.step()
    assert (await fulfilling.read(made)).status == "UNKNOWN"
    assert len(fulfilling.codes()) == 1

    fulfilling.network.down = True
    await fulfilling.step()
    await fulfilling.later(minutes=12)
    await fulfilling.settle()

    one = await fulfilling.read(made)
    assert (one.status, one.code, await fulfilling.available()) == ("FAILED", None, 1500)
    assert await fulfilling.open_calls(["reward-guard"]) == ["reward-guard"]
    fulfilling.network.down = False
    await fulfilling.step()
    (code,) = fulfilling.codes()
    assert code.status(datetime.now(UTC)) == "EXPIRED"
    assert await fulfilling.open_calls(["reward-guard"]) == []


async def test_store_credit_that_turns_up_after_giving_up_is_taken_back(fulfilling: Fulfilling) -> None:
    await fulfilling.redeemed(VALUES["credit"])
    fulfilling.misbehave(fail_after_success_next=1)
    await fulfilling.step()
    fulfilling.network.down = True
    await fulfilling.later(minutes=12)
    await fulfilling.settle()
    fulfilling.network.down = False

    await fulfilling.step()

    assert fulfilling.credits() == ["5.00", "-5.00"]
    assert await fulfilling.available() == 1500


async def test_a_shop_that_is_away_gets_the_code_when_it_is_back(fulfilling: Fulfilling) -> None:
    made = await fulfilling.redeemed()
    fulfilling.network.down = True
    for _ in range(3):
        await fulfilling.step()
    assert (await fulfilling.read(made)).status == "PENDING"

    fulfilling.network.down = False
    await fulfilling.settle()

    assert (await fulfilling.read(made)).status == "READY"


async def test_an_uninstalled_shop_waits_and_then_all_points_come_back(fulfilling: Fulfilling) -> None:
    made = await fulfilling.redeemed()
    async with tenant_transaction(fulfilling.engine, fulfilling.shop.program_id) as connection:
        await uninstall_shop(connection, fulfilling.shop, triggered_at=datetime.now(UTC))
    await fulfilling.step()
    assert (await fulfilling.read(made)).status == "PENDING"

    await fulfilling.later(minutes=12)
    await fulfilling.settle()

    assert ((await fulfilling.read(made)).status, await fulfilling.available()) == ("FAILED", 1500)
    assert await fulfilling.open_calls(["reward-guard"]) == []  # nothing was ever asked of the shop


async def test_a_gift_card_that_turns_up_after_giving_up_is_ended(fulfilling: Fulfilling) -> None:
    await fulfilling.redeemed(VALUES["card"])
    fulfilling.misbehave(fail_after_success_next=1)
    await fulfilling.step()
    fulfilling.network.down = True
    await fulfilling.later(minutes=12)
    await fulfilling.settle()
    fulfilling.network.down = False

    await fulfilling.step()

    assert [card["enabled"] for card in fulfilling.cards()] == [False]
    assert await fulfilling.available() == 1500


async def test_a_customer_who_was_erased_gets_the_points_back(fulfilling: Fulfilling) -> None:
    made = await fulfilling.redeemed()
    await fulfilling.sql("UPDATE redemptions SET customer_id = NULL")

    await fulfilling.settle()

    assert (await fulfilling.read(made)).failure == "refused: CUSTOMER_ERASED"
    assert await fulfilling.available() == 1500


async def test_what_is_guarded_holds_up_no_other_credit(fulfilling: Fulfilling) -> None:
    await fulfilling.redeemed(VALUES["credit"])
    fulfilling.misbehave(fail_before_next=1)
    await fulfilling.step()
    fulfilling.network.down = True
    await fulfilling.later(minutes=12)
    await fulfilling.settle()
    fulfilling.network.down = False
    second = await fulfilling.redeemed(VALUES["credit"], "another")
    await fulfilling.settle()
    await fulfilling.step()

    assert ((await fulfilling.read(second)).status, fulfilling.credits()) == ("USED", ["5.00"])
    assert await fulfilling.open_calls(["reward-guard"]) == ["reward-guard"]


async def test_a_guard_that_dies_after_its_debit_takes_nothing_twice(
    fulfilling: Fulfilling, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fulfilling.redeemed(VALUES["credit"], "kept")
    await fulfilling.settle()
    await fulfilling.redeemed(VALUES["credit"], "lost")
    fulfilling.misbehave(fail_after_success_next=1)
    await fulfilling.step()
    fulfilling.network.down = True
    await fulfilling.later(minutes=12)
    await fulfilling.settle()
    fulfilling.network.down = False
    assert fulfilling.credits() == ["5.00", "5.00"]

    die_at(monkeypatch, "call-before-write")
    with pytest.raises(Died):
        await fulfilling.step()
    for _ in range(2):
        await fulfilling.step()

    assert fulfilling.credits() == ["5.00", "5.00", "-5.00"]
    assert await fulfilling.open_calls(["reward-guard"]) == []
