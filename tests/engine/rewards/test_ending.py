"""How redemptions end without an order: canceled, run out, given or refused by the staff; and the table of moves."""

from __future__ import annotations

import itertools
from typing import get_args

import pytest
from sqlalchemy import text

from engine.database import tenant_transaction
from engine.rewards.definitions import Manual, StoreCredit
from engine.rewards.ending import ask_again, cancel_redemption, expire_codes, fulfill_manual, refuse_manual
from engine.rewards.reasons import RedemptionRefused
from engine.rewards.redemptions import Redemption, redemptions_in, redemptions_of_member
from engine.rewards.settling import found_used, issued, not_issued, not_withdrawn, uncertain, withdrawn
from engine.rewards.states import COMPENSATED, MOVES, OPEN, STATUS, IllegalMove, RedemptionState, check_move
from tests.support.facts import line, refund
from tests.support.rewards import ORDER, Rewarding, five_off, with_code

STATES = get_args(RedemptionState)


def test_every_state_has_a_status_and_a_way_out() -> None:
    assert set(MOVES) == set(STATUS) == set(STATES)
    for state in OPEN:
        reached, left = set(), {state}
        while left:
            reached |= left
            left = {target for one in left for target in MOVES[one]} - reached
        assert reached & (COMPENSATED | {"used"})
    for state, target in itertools.product(STATES, STATES):
        if target not in MOVES[state]:
            with pytest.raises(IllegalMove):
                check_move(state, target)


async def cancel(rewarding: Rewarding, one: Redemption, customer: int = 1) -> Redemption:
    async with tenant_transaction(rewarding.engine, rewarding.shop.program_id) as connection:
        return await cancel_redemption(
            connection, rewarding.shop.program_id, rewarding.shop.shop_id, customer, one.redemption_id
        )


async def code_of(attempt: object) -> str:
    with pytest.raises(RedemptionRefused) as refused:
        await attempt  # type: ignore[misc]
    return refused.value.code


async def test_only_its_own_member_cancels_and_only_a_ready_code(rewarding: Rewarding) -> None:
    await rewarding.earn(2900)
    await rewarding.earn(100, customer=2, order_id=900_002)
    reward = await rewarding.reward()
    pending, ready = await rewarding.redeem(reward, key="1"), await rewarding.ready(reward, key="2")
    credit = await rewarding.ready(
        await rewarding.reward(five_off(value=StoreCredit(amounts={"USD": 500})), "credit"), key="3"
    )

    assert await code_of(cancel(rewarding, ready, customer=2)) == "REDEMPTION_NOT_FOUND"
    assert await code_of(cancel(rewarding, pending)) == "NOT_CANCELABLE"
    assert await code_of(cancel(rewarding, credit)) == "NOT_CANCELABLE"
    assert [(await cancel(rewarding, ready)).state for _ in range(2)] == ["canceling", "canceling"]


async def test_a_unit_of_the_stock_comes_back_with_the_points(rewarding: Rewarding) -> None:
    await rewarding.earn(2900)
    reward = await rewarding.reward(five_off(stock=3))
    canceled, failed, kept = [await rewarding.redeem(reward, key=key) for key in "abc"]
    program_id = rewarding.shop.program_id
    async with tenant_transaction(rewarding.engine, program_id) as connection:
        await not_issued(connection, program_id, failed.redemption_id, "refused")
        await not_issued(connection, program_id, failed.redemption_id, "refused")
        await issued(connection, program_id, canceled.redemption_id, "1")
        await cancel_redemption(connection, program_id, kept.shop_id, 1, canceled.redemption_id)
        await withdrawn(connection, program_id, canceled.redemption_id)
        await withdrawn(connection, program_id, canceled.redemption_id)
        left = (await connection.execute(text("SELECT stock_left FROM rewards"))).scalar_one()
    assert left == 2
    assert (await rewarding.member()).available == 2500


async def test_the_staff_give_or_refuse_once(rewarding: Rewarding) -> None:
    await rewarding.earn(2900)
    tour = await rewarding.reward(five_off(value=Manual(instructions="Ring Mara.")), "tour")
    given, refused, taken_back = [await rewarding.redeem(tour, key=key) for key in "abc"]
    program_id = rewarding.shop.program_id
    async with tenant_transaction(rewarding.engine, program_id) as connection:
        listed = await redemptions_in(connection, program_id, ["pending"], 10)
        done = await fulfill_manual(connection, program_id, given.redemption_id, actor="staff:7", note="Monday at 10")
        sorry = await refuse_manual(connection, program_id, refused.redemption_id, actor="staff:7", note="Sold out")
        actors = await connection.execute(
            text("SELECT actor, detail ->> 'spent' FROM transactions WHERE actor LIKE 'st%'")
        )
        assert sorted((row[0], row[1] or "") for row in actors) == [("staff:7", ""), ("staff:7", "500")]
    await cancel(rewarding, taken_back)

    assert [one.redemption_id for one in listed] == [one.redemption_id for one in (taken_back, refused, given)]
    assert (done.status, done.note, done.captured) == ("USED", "Monday at 10", 500)
    assert (sorry.status, sorry.note) == ("FAILED", "Sold out")
    assert (await rewarding.read(given)).captured == 500
    assert (await rewarding.read(taken_back)).status == "CANCELED"
    assert (await rewarding.member()).available == 2500
    for act in (fulfill_manual, refuse_manual):
        async with tenant_transaction(rewarding.engine, program_id) as connection:
            assert await code_of(act(connection, program_id, given.redemption_id, actor="x")) == "NOT_FULFILLABLE"


async def test_a_code_that_ran_out_and_was_used_is_looked_at_again_and_spent_in_the_end(rewarding: Rewarding) -> None:
    await rewarding.earn(1400)
    one = await rewarding.ready(await rewarding.reward(five_off(code_days=1)))
    program_id = rewarding.shop.program_id
    ended = ["ready", "used"]
    for state, days in zip(ended, (2, 61), strict=True):
        async with tenant_transaction(rewarding.engine, program_id) as connection:
            await connection.execute(
                text(
                    "UPDATE redemptions SET created_at = created_at - make_interval(days => :days), expires_at = now()"
                ),
                {"days": days},
            )
            assert await expire_codes(connection) == 1
            assert await expire_codes(connection) == 0
            assert (await found_used(connection, program_id, one.redemption_id)).state == state
    assert ((await rewarding.read(one)).captured, (await rewarding.member()).available) == (500, 1000)


async def test_an_order_that_an_expired_code_took_nothing_off_gives_back_no_forfeited_points(
    rewarding: Rewarding,
) -> None:
    """Those points were gone before the order came, and a refund of it gives back only what it cost: nothing."""
    await rewarding.earn(1400)
    one = await rewarding.ready(await rewarding.reward(five_off(code_days=1, on_expiry="forfeit")))
    async with tenant_transaction(rewarding.engine, rewarding.shop.program_id) as connection:
        await connection.execute(text("UPDATE redemptions SET expires_at = now()"))
        assert await expire_codes(connection) == 1
        await withdrawn(connection, rewarding.shop.program_id, one.redemption_id)

    standings = []
    for fact in (with_code(one, [line("45.00")], 0), refund(1, ORDER, "45.00")):
        await rewarding.apply(fact)
        now = await rewarding.read(one)
        standings.append((now.status, now.captured, now.restored, (await rewarding.member()).available))

    assert standings == [("EXPIRED", 500, 0, 1000 + 45), ("EXPIRED", 500, 0, 1000)]


async def test_what_comes_too_late_changes_nothing(rewarding: Rewarding) -> None:
    await rewarding.earn(1400)
    one = await rewarding.ready(await rewarding.reward())
    program_id = rewarding.shop.program_id
    async with tenant_transaction(rewarding.engine, program_id) as connection:
        for late in (uncertain, withdrawn, found_used, not_withdrawn):
            assert (await late(connection, program_id, one.redemption_id)).state == "ready"
        assert (await not_issued(connection, program_id, one.redemption_id, "late")).state == "ready"
        assert (await issued(connection, program_id, one.redemption_id, "other")).external_id == one.external_id
    assert (await rewarding.member()).available == 1000


async def test_a_redemption_that_lost_its_call_gets_another(rewarding: Rewarding) -> None:
    await rewarding.earn(1400)
    await rewarding.redeem(await rewarding.reward())
    async with tenant_transaction(rewarding.engine, rewarding.shop.program_id) as connection:
        await connection.execute(text("UPDATE redemptions SET created_at = now() - interval '2 minutes'"))
        assert await ask_again(connection) == 0
        await connection.execute(text("UPDATE outside_calls SET state = 'failed'"))
        assert [await ask_again(connection), await ask_again(connection)] == [1, 0]


async def test_a_members_redemptions_are_read_newest_first_by_pages(rewarding: Rewarding) -> None:
    await rewarding.earn(1400)
    reward = await rewarding.reward()
    made = [await rewarding.redeem(reward, key=key) for key in "abc"]
    member = await rewarding.member()
    async with tenant_transaction(rewarding.engine, rewarding.shop.program_id) as connection:
        first = await redemptions_of_member(connection, member.program_id, member.member_id, 2)
        rest = await redemptions_of_member(connection, member.program_id, member.member_id, 2, first[-1].redemption_id)
    assert [one.redemption_id for one in (*first, *rest)] == [one.redemption_id for one in reversed(made)]


async def test_each_move_makes_what_was_kept_of_the_member_unfit(rewarding: Rewarding) -> None:
    await rewarding.earn(1400)
    reward = await rewarding.reward()
    versions = [(await rewarding.member()).version]
    one = await rewarding.redeem(reward)
    versions.append((await rewarding.member()).version)
    async with tenant_transaction(rewarding.engine, rewarding.shop.program_id) as connection:
        await issued(connection, rewarding.shop.program_id, one.redemption_id, "1")
    versions.append((await rewarding.member()).version)
    await cancel(rewarding, one)
    versions.append((await rewarding.member()).version)
    assert versions == sorted(set(versions))
