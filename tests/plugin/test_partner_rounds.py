"""What fails for good in the rounds for partners holds up nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from engine.conversions.approving import approve_if_due
from engine.database import tenant_transaction
from engine.shops import ShopReference
from plugin.background import partner_rounds
from plugin.background.partner_rounds import PartnerRounds
from plugin.background.tenants import Tenants
from tests.support.trading import TEN_A_DOLLAR, Trading, purchase

pytestmark = pytest.mark.anyio


async def test_a_purchase_that_cannot_be_approved_lets_others_pass_and_is_tried_again_after_them(
    engine: AsyncEngine, shop: ShopReference, monkeypatch: pytest.MonkeyPatch
) -> None:
    trading = Trading(engine, shop)
    partner = await trading.partner(hold_days=7)
    claim = await trading.claim(await trading.offer(partner, TEN_A_DOLLAR))
    day = await trading.now() - timedelta(days=1)
    for number in (1, 2):
        await trading.report(partner, **purchase(number, day, member=claim.made_code))
    async with tenant_transaction(engine, trading.program_id) as connection:
        await connection.execute(text("UPDATE conversions SET approves_at = now() - interval '1 hour'"))
    tried: list[int] = []

    async def approve(connection: AsyncConnection, program_id: int, conversion_id: int) -> bool:
        tried.append(conversion_id)
        if conversion_id == min(tried):
            raise RuntimeError("its agreement cannot be read")
        return await approve_if_due(connection, program_id, conversion_id)

    monkeypatch.setattr(partner_rounds, "approve_if_due", approve)
    monkeypatch.setattr(partner_rounds, "APPROVED_AT_ONCE", 1)
    rounds = PartnerRounds(engine, Tenants(engine))

    done = [await rounds.approve() for _ in range(4)]

    first, second = sorted(set(tried))
    assert (tried, done) == ([first, second, first], [0, 1, 0, 0])
