"""Purchases at partners are approved by time and by hand, declined, reversed and appealed; limits decline them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from engine.conversions.appeals import AppealRefused, appeal, appeals_of, decide
from engine.conversions.deciding import DecisionRefused, approve, decline, reverse
from engine.conversions.reading import changes_of, conversion_view, conversions_of, purchases_of_member
from engine.conversions.store import Conversion
from engine.database import tenant_transaction
from tests.support.trading import TEN_A_DOLLAR, Trading, purchase, refund

pytestmark = pytest.mark.anyio


async def pending(trading: Trading, **agreed: Any) -> tuple[Any, Conversion, datetime]:
    """A purchase of 20 dollars yesterday that is held for a week."""
    partner = await trading.partner(hold_days=7, **agreed)
    claim = await trading.claim(await trading.offer(partner, TEN_A_DOLLAR))
    day = await trading.now() - timedelta(days=1)
    await trading.report(partner, **purchase(1, day, member=claim.made_code))
    one = await trading.conversion(partner, "#1")
    assert one is not None
    assert one.state == "pending"
    return partner, one, day


async def test_approved_by_hand_and_then_reversed_by_hand(trading: Trading) -> None:
    partner, one, _ = await pending(trading)

    async with tenant_transaction(trading.engine, trading.program_id) as connection:
        approved = await approve(connection, one.program_id, one.conversion_id, actor="staff:1")
    again_at = approved.approved_at
    async with tenant_transaction(trading.engine, trading.program_id) as connection:
        assert (await approve(connection, one.program_id, one.conversion_id, actor="staff:2")).approved_at == again_at
    assert (await trading.member()).available == 200
    assert await trading.breaches() == {}
    async with tenant_transaction(trading.engine, trading.program_id) as connection:
        after = await reverse(connection, one.program_id, one.conversion_id, reason="Test order", actor="staff:1")

    assert (after.state, after.reason, after.due_points) == ("reversed", "Test order", 0)
    assert [(kind, points) for kind, points, _, _ in await trading.books(partner)] == [
        ("issued", 200),
        ("clawed_back", 200),
    ]
    assert (await trading.member()).available == 0
    assert await trading.breaches() == {}


async def test_a_declined_one_is_appealed_upheld_appealed_again_and_approved(trading: Trading) -> None:
    partner, one, day = await pending(trading)
    key = (one.program_id, one.conversion_id)
    async with tenant_transaction(trading.engine, trading.program_id) as connection:
        with pytest.raises(DecisionRefused, match="Say why"):
            await decline(connection, *key, reason=" ", actor="staff:1")
    async with tenant_transaction(trading.engine, trading.program_id) as connection:
        with pytest.raises(AppealRefused, match="only what is declined"):
            await appeal(connection, *key, said="Please", actor="partner:key")
    async with tenant_transaction(trading.engine, trading.program_id) as connection:
        await decline(connection, *key, reason="Not a new customer", actor="staff:1")
    assert ((await trading.member()).available, (await trading.member()).pending) == (0, 0)

    async with tenant_transaction(trading.engine, trading.program_id) as connection:
        with pytest.raises(AppealRefused) as refused:
            await appeal(connection, *key, said="Mine!", actor="partner:x", partner_id=one.partner_id + 1)
    assert refused.value.code == "CONVERSION_NOT_FOUND"
    for said, decision in (("They were new.", "upheld"), ("Here is the proof.", "approved")):
        async with tenant_transaction(trading.engine, trading.program_id) as connection:
            await appeal(connection, *key, said=said, actor="partner:key", partner_id=one.partner_id)
        async with tenant_transaction(trading.engine, trading.program_id) as connection:
            made = await decide(connection, *key, decision=decision, note="", actor="staff:2")  # type: ignore[arg-type]
            again = await decide(connection, *key, decision=decision, note="", actor="staff:3")  # type: ignore[arg-type]
        assert again == made

    assert (await trading.member()).available == 200
    assert len(await trading.books(partner)) == 1
    async with tenant_transaction(trading.engine, trading.program_id) as connection:
        kinds = [change.kind for change in await changes_of(connection, *key)]
        assert len(await appeals_of(connection, *key)) == 2
        view = await conversion_view(connection, *key)
        assert await conversion_view(connection, *key, partner_id=one.partner_id + 1) is None
        mine = await purchases_of_member(connection, one.program_id, one.member_id, 10)
        assert await conversions_of(connection, one.program_id, 10, states=("pending", "declined")) == []
        for of in (None, one.partner_id):
            assert await conversions_of(connection, one.program_id, 10, partner_id=of, states=("approved",)) == mine
            before = one.conversion_id
            assert await conversions_of(connection, one.program_id, 10, before, states=("approved",)) == []
        assert await conversions_of(connection, one.program_id, 10, partner_id=one.partner_id, appealed=False) == mine
    assert kinds == ["reported", "declined", "appealed", "upheld", "appealed", "approved"]
    assert view is not None
    assert [view] == mine
    assert (view.partner_handle, view.offer_title, len(view.subject)) == ("harbor-coffee", "Earn there", 32)
    assert view.appeal is not None
    assert view.appeal.decision == "approved"
    assert day == view.conversion.occurred_at
    assert await trading.breaches() == {}


async def test_a_pending_one_that_is_refunded_in_full_is_never_approved(trading: Trading) -> None:
    partner, one, day = await pending(trading)

    await trading.report(partner, **refund(1, day + timedelta(hours=1)))

    after = await trading.conversion(partner, "#1")
    assert after is not None
    assert (after.state, after.approves_at) == ("reversed", None)
    assert await trading.books(partner) == []
    async with tenant_transaction(trading.engine, trading.program_id) as connection:
        with pytest.raises(DecisionRefused, match="It is reversed"):
            await approve(connection, one.program_id, one.conversion_id, actor="staff:1")
    assert await trading.breaches() == {}


async def test_a_budget_of_points_is_used_to_the_point_and_refunds_open_it_again(trading: Trading) -> None:
    partner = await trading.partner()
    offer = await trading.offer(partner, TEN_A_DOLLAR, budget={"unit": "points", "amount": 300})
    claim = await trading.claim(offer)
    day = await trading.now() - timedelta(days=1)
    await trading.report(partner, **purchase(1, day, "20.00", member=claim.made_code))

    over = await trading.report(partner, **purchase(2, day, "10.06", member=claim.made_code))
    exact = await trading.report(partner, **purchase(3, day, "10.00", member=claim.made_code))

    assert (over.state, over.code) == ("applied", "BUDGET_USED_UP")
    assert (exact.state, exact.code) == ("applied", None)
    stands = await trading.stands(offer)
    assert stands.budget is not None
    assert (stands.state, stands.budget.free, stands.budget.spent) == ("exhausted", 0, 300)
    await trading.report(partner, **refund(1, day + timedelta(hours=1), "5.00"))
    stands = await trading.stands(offer)
    assert stands.budget is not None
    assert (stands.state, stands.budget.free, stands.budget.spent) == ("published", 50, 250)
    assert (await trading.member()).available == 250
    assert await trading.breaches() == {}


async def test_caps_and_prepaid_money_decline_what_they_do_not_cover(trading: Trading) -> None:
    capped = await trading.partner("capped", caps=[{"kind": "issued", "period": "day", "points": 250}])
    prepaid = await trading.partner("prepaid", billing="prepaid")
    day = await trading.now() - timedelta(days=2)
    first = await trading.claim(await trading.offer(capped, TEN_A_DOLLAR))
    second = await trading.claim(await trading.offer(prepaid, TEN_A_DOLLAR))
    await trading.report(capped, **purchase(1, day, "20.00", member=first.made_code))

    full = await trading.report(capped, **purchase(2, day, "5.10", member=first.made_code))
    unpaid = await trading.report(prepaid, **purchase(1, day, "20.00", member=second.made_code))

    assert (full.code, unpaid.code) == ("CAP_REACHED", "PREPAID_USED_UP")
    assert await trading.books(prepaid) == []
    assert (await trading.member()).available == 200
    one = await trading.conversion(prepaid, "#1")
    assert one is not None
    async with tenant_transaction(trading.engine, trading.program_id) as connection:
        await appeal(connection, one.program_id, one.conversion_id, said="We paid", actor="staff:1")
    async with tenant_transaction(trading.engine, trading.program_id) as connection:
        with pytest.raises(AppealRefused) as refused:
            await decide(connection, one.program_id, one.conversion_id, decision="approved", note="", actor="staff:1")
        await connection.rollback()
    assert refused.value.code == "PREPAID_USED_UP"
    assert await trading.breaches() == {}


async def test_who_left_gets_nothing_for_what_was_pending_and_nothing_is_owed_for_it(trading: Trading) -> None:
    partner, one, _ = await pending(trading)
    async with tenant_transaction(trading.engine, trading.program_id) as connection:
        await connection.execute(
            text("UPDATE members SET closed_at = now() WHERE program_id = :program_id AND member_id = :member_id"),
            one.member._asdict(),
        )
        await connection.execute(text("UPDATE conversions SET approves_at = now() - interval '1 hour'"))
    async with tenant_transaction(trading.engine, trading.program_id) as connection:
        with pytest.raises(DecisionRefused, match="left the program"):
            await approve(connection, one.program_id, one.conversion_id, actor="staff:1")

    assert await trading.approve_due() == 1

    after = await trading.conversion(partner, "#1")
    assert after is not None
    assert (after.state, after.reason) == ("declined", "MEMBER_LEFT")
    assert await trading.books(partner) == []
    assert await trading.breaches() == {}
