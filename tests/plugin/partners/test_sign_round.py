"""The round that signs events: what holds up one partner holds up nobody else."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from engine.database import tenant_transaction
from engine.partners.facts import Partner
from engine.partners.signing_store import sign_events, signed_events
from plugin.partners import signing
from plugin.partners.signing import EventSigners
from tests.support.trading import TEN_A_DOLLAR, Trading, purchase


async def buy_at(trading: Trading, partner: Partner, number: int) -> None:
    """A purchase at the partner's, which makes one event."""
    claim = await trading.claim(await trading.offer(partner, TEN_A_DOLLAR))
    bought_at = await trading.now() - timedelta(minutes=1)
    await trading.report(partner, **purchase(number, bought_at, member=claim.code))


async def signed(trading: Trading, partner: Partner) -> int:
    """How many of its events are signed."""
    async with tenant_transaction(trading.engine, trading.program_id) as connection:
        return len(await signed_events(connection, trading.program_id, partner.partner_id, 0, 500))


async def test_a_long_statement_or_trouble_of_one_partner_holds_up_no_other(
    trading: Trading, coffee: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given two partners with an event each, and a statement of the first that is still being issued
    bakery = await trading.partner("bakery")
    await buy_at(trading, coffee, 1)
    await buy_at(trading, bakery, 2)
    signers = EventSigners(b"k" * 32)
    async with tenant_transaction(trading.engine, trading.program_id) as issuing:
        await sign_events(issuing, trading.program_id, coffee.partner_id, lambda _: "a.b.c")
        # When the round comes by, then it signs the second without waiting for the first
        assert await asyncio.wait_for(signers.sign_due(trading.engine, (trading.program_id,)), 60) == 1
        assert await signed(trading, bakery) == 1
    assert await signed(trading, coffee) == 1

    # And where signing fails for the first, the second is signed all the same; the first follows when it can
    async def failing(connection: Any, program_id: int, partner_id: int, *rest: Any, **more: Any) -> int:
        if partner_id == coffee.partner_id:
            raise RuntimeError("no such luck")
        return await sign_events(connection, program_id, partner_id, *rest, **more)

    await buy_at(trading, coffee, 3)
    await buy_at(trading, bakery, 4)
    with monkeypatch.context() as patch:
        patch.setattr(signing, "sign_events", failing)
        assert await signers.sign_due(trading.engine, (trading.program_id,)) == 1
    assert await signers.sign_due(trading.engine, (trading.program_id,)) == 1
    assert [await signed(trading, partner) for partner in (coffee, bakery)] == [2, 2]
