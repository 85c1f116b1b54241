"""What offers hold of a person is told, goes with them, and is of one person after a merge."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine.database import tenant_transaction
from engine.ledger import MemberKey
from engine.merging import merge_members, unmerge_members
from engine.offers.privacy import erase_offers_of_nobody
from engine.privacy import export_customer, redact_customer
from tests.support.trading import TEN_A_DOLLAR, Trading, purchase, refund

pytestmark = pytest.mark.anyio


async def told(trading: Trading, customer: int) -> dict[str, Any]:
    async with tenant_transaction(trading.engine, trading.program_id) as connection:
        return await export_customer(connection, trading.program_id, trading.shop.shop_id, customer)


async def test_who_is_erased_is_known_to_no_partner_and_what_they_returned_is_still_taken_back(
    trading: Trading,
) -> None:
    partner = await trading.partner()
    offer = await trading.offer(partner, TEN_A_DOLLAR)
    ada, bea = await trading.claim(offer, 1), await trading.claim(offer, 2)
    day = await trading.now() - timedelta(days=3)
    await trading.report(partner, **purchase(1, day, "20.00", member=ada.made_code))
    assert ada.made_code is not None
    assert bea.made_code is not None
    before = await told(trading, 1)
    assert [claim["code"] for claim in before["offer_claims"]] == [ada.made_code]
    assert [number["number"] for number in before["partner_numbers"]] == [ada.made_code.replace("-", "")]
    assert [(one["reference"], one["points"]) for one in before["partner_purchases"]] == [("#1", 200)]
    assert bea.made_code not in str(before)

    async with tenant_transaction(trading.engine, trading.program_id) as connection:
        now = await trading.now()
        await redact_customer(connection, trading.program_id, trading.shop.shop_id, 1, [], now)

    unknown = await trading.report(partner, **purchase(2, day, "20.00", member=ada.made_code))
    assert (unknown.state, unknown.code) == ("refused", "MEMBER_UNKNOWN")
    returned = await trading.report(partner, **refund(1, day + timedelta(days=1)))
    assert returned.state == "applied"
    assert [(kind, points) for kind, points, *_ in await trading.books(partner)] == [
        ("issued", 200), ("clawed_back", 200),
    ]  # fmt: skip
    going_on = await trading.report(partner, **purchase(3, day, "1.00", member=bea.made_code))
    assert going_on.state == "applied"
    assert await trading.breaches() == {}


async def test_members_who_became_one_earn_by_both_numbers_and_by_their_own_when_they_part(trading: Trading) -> None:
    partner = await trading.partner()
    offer = await trading.offer(partner, TEN_A_DOLLAR)
    ada, bea = await trading.claim(offer, 1), await trading.claim(offer, 2)
    day = await trading.now() - timedelta(days=3)
    giver, receiver = MemberKey(trading.program_id, ada.member_id), MemberKey(trading.program_id, bea.member_id)

    async with tenant_transaction(trading.engine, trading.program_id) as connection:
        merge = await merge_members(connection, giver, receiver, actor="tests")
    for number, claim in enumerate((ada, bea), start=1):
        await trading.report(partner, **purchase(number, day, "20.00", member=claim.made_code))

    assert (await trading.member(2)).available == 400
    assert len((await told(trading, 2))["partner_purchases"]) == 2

    async with tenant_transaction(trading.engine, trading.program_id) as connection:
        await unmerge_members(connection, trading.program_id, merge.merge_id, actor="tests")
    await trading.report(partner, **purchase(3, day, "1.00", member=ada.made_code))
    await trading.report(partner, **refund(1, day + timedelta(days=1)))

    assert (await trading.member(1)).available + (await trading.member(2)).available == 210
    assert await trading.breaches() == {}


async def test_a_shop_that_is_erased_takes_no_number_of_a_merged_member_who_goes_on(trading: Trading) -> None:
    partner = await trading.partner()
    offer = await trading.offer(partner, TEN_A_DOLLAR)
    ada, bea = await trading.claim(offer, 1), await trading.claim(offer, 2)
    day = await trading.now() - timedelta(days=3)
    giver, receiver = MemberKey(trading.program_id, ada.member_id), MemberKey(trading.program_id, bea.member_id)
    async with tenant_transaction(trading.engine, trading.program_id) as connection:
        await merge_members(connection, giver, receiver, actor="tests")
        assert await erase_offers_of_nobody(connection, trading.program_id) == {
            "offer_claims": 0, "offer_clicks": 0, "partner_numbers": 0,
        }  # fmt: skip

    answer = await trading.report(partner, **purchase(1, day, "20.00", member=ada.made_code))

    assert answer.state == "applied"
