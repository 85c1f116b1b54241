"""The power goes between any two statements of a claim: all of it is there or nothing, and asking again gives one."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.offers.catalog import Offer
from engine.offers.claims import Claim
from engine.offers.definitions import Budget, Exchange, Link, OfferDefinition, Redemption
from engine.offers.refusals import ClaimRefused
from tests.support.offers import Offering, last_fifty, made_code_offer

STATEMENTS_MAXIMUM = 80
_CLAIM_ALL = """
import asyncio, sys
from engine.database import create_engine, tenant_transaction
from engine.offers.claiming import claim_offer
async def claim(engine, customer):
    async with tenant_transaction(engine, int(sys.argv[2])) as connection:
        await claim_offer(connection, int(sys.argv[2]), int(sys.argv[3]), customer, int(sys.argv[4]), "key")
async def main():
    engine = create_engine(sys.argv[1])
    await asyncio.gather(*(claim(engine, customer) for customer in range(1, 101)), return_exceptions=True)
asyncio.run(main())
"""


class PowerCutError(Exception):
    """What is left of a process that lost its power, in a test."""


class Outage:
    """Cuts the connection off at its n-th statement from now on; the server finds it gone in the middle."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine.sync_engine
        self.left = 0
        event.listen(self._engine, "before_cursor_execute", self._before)

    def _before(self, connection: Any, *_rest: object) -> None:
        if self.left:
            self.left -= 1
            if not self.left:
                raw = connection.connection
                raw.driver_connection.pgconn.finish()
                raise PowerCutError


async def _at_every_statement(
    engine: AsyncEngine, attempt: Callable[[], Awaitable[Claim]], unchanged: Callable[[], Awaitable[object]]
) -> tuple[int, Claim]:
    """Cut the attempt off at its first statement, its second, … until it is done; before that nothing may change."""
    outage, before = Outage(engine), await unchanged()
    for statement in range(1, STATEMENTS_MAXIMUM):
        outage.left = statement
        try:
            done = await attempt()
        except (PowerCutError, OperationalError):
            await engine.dispose()
            assert await unchanged() == before, f"something stayed of what statement {statement} cut off"
            continue
        outage.left = 0
        return statement - 1, done
    raise AssertionError("it takes more statements than that")


def _voucher(pool_id: int) -> OfferDefinition:
    gives = Redemption.model_validate({"price": 300, "source": {"kind": "pool", "pool_id": pool_id}})
    return last_fifty(pool_id, gives=gives, currency="USD", budget=Budget(unit="money", amount=9_000))


def _link(pool_id: int) -> OfferDefinition:
    assert pool_id
    return made_code_offer(gives=Link(url="https://harbor.example/{click}"))


KINDS: dict[str, Callable[[int], OfferDefinition]] = {"code": last_fifty, "redemption": _voucher, "link": _link}


async def _books(offering: Offering, offer: Offer) -> object:
    """Everything that a claim could change."""
    tables = ("offer_claims", "budget_transfers", "partner_events", "transactions", "reservations", "idempotency_keys")
    counts = [(await offering.rows(f"SELECT count(*) FROM {table}"))[0] for table in tables]
    codes = await offering.rows("SELECT state, count(*) FROM pool_codes GROUP BY 1 ORDER BY 1")
    return counts, codes, await offering.read(offer), (await offering.member()).available


@pytest.mark.parametrize("kind", KINDS)
async def test_a_claim_is_cut_off_at_every_statement_and_then_made_once(offering: Offering, kind: str) -> None:
    await offering.earn(1000)
    offer = await offering.offer(KINDS[kind](await offering.pool(50)))

    statements, claim = await _at_every_statement(
        offering.engine, lambda: offering.claim(offer), lambda: _books(offering, offer)
    )

    assert statements >= 6
    assert await offering.claim(offer) == claim  # the answer was lost: the key still knows it
    assert (await offering.read(offer)).claims_made == 1
    assert await offering.breaches() == {}


async def test_an_exchange_is_cut_off_at_every_statement_and_its_quote_is_used_once(offering: Offering) -> None:
    await offering.earn(1000)
    gives = Exchange(numerator=1, denominator=10, minimum_points=10, unit_name="beans")
    offer = await offering.offer(made_code_offer(gives=gives, member_limit=None))
    quote = await offering.quote(offer, 500)

    await _at_every_statement(
        offering.engine, lambda: offering.claim(offer, quote_id=quote.quote_id, account="b"),
        lambda: _books(offering, offer),
    )  # fmt: skip

    with pytest.raises(ClaimRefused):
        await offering.claim(offer, key="2", quote_id=quote.quote_id, account="b")
    assert (await offering.member()).available == 500
    assert await offering.breaches() == {}


async def test_voiding_is_cut_off_at_every_statement_and_then_done_once(offering: Offering) -> None:
    await offering.earn(1000)
    offer = await offering.offer(_voucher(await offering.pool(50)))
    claim = await offering.claim(offer)

    await _at_every_statement(
        offering.engine, lambda: offering.void(claim, never_shown=True), lambda: _books(offering, offer)
    )

    assert (await offering.member()).available == 1000
    assert await offering.budget(offer) == ("published", 9_000, 0, 0)
    assert await offering.rows("SELECT count(*) FROM pool_codes WHERE state = 'free'") == [(50,)]
    assert await offering.breaches() == {}


async def test_a_process_that_is_killed_while_it_gives_codes_away_leaves_whole_claims(
    offering: Offering, database_url: str
) -> None:
    offer = await offering.offer(last_fifty(await offering.pool(50)))
    arguments = [database_url, str(offering.program_id), str(offering.shop.shop_id), str(offer.offer_id)]
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", _CLAIM_ALL, *arguments)
    while process.returncode is None and (await offering.rows("SELECT count(*) FROM offer_claims"))[0][0] < 10:
        pass
    process.kill()
    await process.wait()
    given = (await offering.rows("SELECT count(*) FROM offer_claims"))[0][0]

    assert 10 <= given < 50
    assert await offering.breaches() == {}
    refused = [await _refusal(offering, offer, customer) for customer in range(1, 101)]
    assert sorted(set(refused)) == ["", "BUDGET_USED_UP"]
    assert refused.count("") == 50
    assert await offering.budget(offer) == ("exhausted", 0, 0, 50)
    assert await offering.rows("SELECT count(DISTINCT code), count(DISTINCT member_id) FROM offer_claims") == [(50, 50)]
    assert await offering.breaches() == {}


async def _refusal(offering: Offering, offer: Offer, customer: int) -> str:
    """Why a customer who asks (again) gets none, '' for who has one."""
    try:
        await offering.claim(offer, customer=customer)
    except ClaimRefused as refusal:
        return refusal.code.value
    return ""
