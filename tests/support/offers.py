"""Offers of a partner, members who claim them, and what the books say of it afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from engine.applying import apply_events
from engine.database import tenant_transaction
from engine.members import Member, member_of_customer
from engine.offers.audit_checks import OFFER_CHECKS
from engine.offers.catalog import Offer, offer_of
from engine.offers.claiming import claim_offer
from engine.offers.claims import Claim, claim_of
from engine.offers.definitions import Budget, Code, Made, OfferDefinition, Pool
from engine.offers.editing import create_offer, update_offer
from engine.offers.exchanging import ExchangeQuote, quote_exchange
from engine.offers.pool_audit import POOL_CHECKS
from engine.offers.pools import create_pool
from engine.offers.publishing import close_offer, publish_offer
from engine.offers.voiding import void_claim
from engine.partners.audit_checks import PARTNER_CHECKS
from engine.partners.catalog import create_partner
from engine.partners.definitions import PartnerProfile
from engine.shops import ShopReference
from tests.support.facts import events, line, order
from tests.support.partners import agreement

AGREED_AT = datetime(2020, 1, 1, tzinfo=UTC)
_ADD_CODES = text("""
    INSERT INTO pool_codes (program_id, partner_id, code, code_id, pool_id)
    SELECT :program_id, :partner_id, 'HARBOR-' || n, n, :pool_id FROM generate_series(1, :count) n
""")
_COUNT_CODES = text("""
    UPDATE pool_counts SET codes_free = (SELECT count(*) FROM pool_codes c WHERE c.program_id = pool_counts.program_id
        AND c.pool_id = pool_counts.pool_id AND c.code_id % 8 = pool_counts.part AND c.state = 'free')
    WHERE program_id = :program_id AND pool_id = :pool_id
""")


def made_code_offer(**changes: Any) -> OfferDefinition:
    """A code that we make, one for each member, with whatever is given instead or besides."""
    given: dict[str, Any] = {"title": "A free coffee", "gives": Code(source=Made(prefix="HARBOR"))} | changes
    return OfferDefinition(**given)


def last_fifty(pool_id: int, **changes: Any) -> OfferDefinition:
    """The demo's offer: a code of a pool, one for each member, fifty claims in all."""
    given = {"gives": Code(source=Pool(pool_id=pool_id)), "budget": Budget(unit="claims", amount=50)} | changes
    return made_code_offer(**given)


class Offering:
    """One shop, one partner and its offers, each step in a transaction of its own."""

    def __init__(self, engine: AsyncEngine, shop: ShopReference, partner_id: int) -> None:
        self.engine, self.shop, self.program_id, self.partner_id = engine, shop, shop.program_id, partner_id

    @classmethod
    async def begin(
        cls, engine: AsyncEngine, shop: ShopReference, handle: str = "harbor-coffee", **agreed: Any
    ) -> Offering:
        """With a new partner: a cent for each point issued, 0.8 cents for each one redeemed."""
        async with tenant_transaction(engine, shop.program_id) as connection:
            partner = await create_partner(
                connection, shop.program_id, handle, PartnerProfile(name="Harbor Coffee"),
                agreement(**agreed), actor="tests", effective_from=AGREED_AT,
            )  # fmt: skip
        return cls(engine, shop, partner.partner_id)

    async def pool(self, count: int) -> int:
        """A pool with the codes HARBOR-1 to HARBOR-<count>; its id."""
        async with tenant_transaction(self.engine, self.program_id) as connection:
            made = await create_pool(connection, self.program_id, self.partner_id, "codes", actor="tests")
            given = {
                "program_id": self.program_id, "partner_id": self.partner_id, "pool_id": made.pool_id, "count": count,
            }  # fmt: skip
            await connection.execute(_ADD_CODES, given)
            await connection.execute(_COUNT_CODES, given)
        return made.pool_id

    async def draft(self, definition: OfferDefinition | None = None, handle: str = "coffee") -> Offer:
        """A new offer that nobody sees yet."""
        async with tenant_transaction(self.engine, self.program_id) as connection:
            return await create_offer(
                connection, self.program_id, self.partner_id, handle, definition or made_code_offer(), actor="tests"
            )

    async def offer(self, definition: OfferDefinition | None = None, handle: str = "coffee") -> Offer:
        """A new offer that is out."""
        made = await self.draft(definition, handle)
        return await self.publish(made)

    async def publish(self, offer: Offer) -> Offer:
        """Let members claim it."""
        async with tenant_transaction(self.engine, self.program_id) as connection:
            return await publish_offer(connection, self.program_id, offer.offer_id, actor="tests")

    async def close(self, offer: Offer) -> Offer:
        """Let nobody claim it."""
        async with tenant_transaction(self.engine, self.program_id) as connection:
            return await close_offer(connection, self.program_id, offer.offer_id, actor="tests")

    async def edit(self, offer: Offer, definition: OfferDefinition) -> Offer:
        """The next version of what the offer is now."""
        known = await self.read(offer)
        async with tenant_transaction(self.engine, self.program_id) as connection:
            return await update_offer(
                connection, self.program_id, offer.offer_id, definition, expected_version=known.version, actor="tests"
            )

    async def read(self, offer: Offer) -> Offer:
        """An offer as it stands."""
        async with tenant_transaction(self.engine, self.program_id) as connection:
            found = await offer_of(connection, self.program_id, offer.offer_id)
        assert found is not None
        return found

    async def budget(self, offer: Offer) -> tuple[str, int, int, int]:
        """The offer's state, and what its budget has free, holds and has spent."""
        known = await self.read(offer)
        assert known.budget is not None
        return known.state, known.budget.free, known.budget.held, known.budget.spent

    async def earn(self, points: int, customer: int = 1) -> Member:
        """A member with so many points in all, 100 of them for joining."""
        facts = events(self.shop, order(900_000 + customer, [line(f"{points - 100}.00")], customer=customer))
        async with tenant_transaction(self.engine, self.program_id) as connection:
            await apply_events(connection, facts)
        return await self.member(customer)

    async def member(self, customer: int = 1) -> Member:
        """A customer as a member."""
        async with tenant_transaction(self.engine, self.program_id) as connection:
            return await member_of_customer(connection, self.program_id, self.shop.shop_id, customer)

    async def claim(self, offer: Offer, customer: int = 1, key: str = "key", **more: Any) -> Claim:
        """Claim it; raises ClaimRefused."""
        async with tenant_transaction(self.engine, self.program_id) as connection:
            return await claim_offer(
                connection, self.program_id, self.shop.shop_id, customer, offer.offer_id, key, **more
            )

    async def quote(self, offer: Offer, points: int, customer: int = 1) -> ExchangeQuote:
        """What points come to; raises ClaimRefused."""
        async with tenant_transaction(self.engine, self.program_id) as connection:
            return await quote_exchange(
                connection, self.program_id, self.shop.shop_id, customer, offer.offer_id, points
            )

    async def void(self, claim: Claim, **more: Any) -> Claim:
        """Take a claim back."""
        async with tenant_transaction(self.engine, self.program_id) as connection:
            return await void_claim(
                connection, self.program_id, claim.claim_id, reason="A mistake", actor="tests", **more
            )

    async def reread(self, claim: Claim) -> Claim:
        """A claim as it stands."""
        async with tenant_transaction(self.engine, self.program_id) as connection:
            found = await claim_of(connection, self.program_id, claim.claim_id)
        assert found is not None
        return found

    async def rows(self, sql: str, **given: object) -> list[tuple[Any, ...]]:
        """What a query of the program finds."""
        async with tenant_transaction(self.engine, self.program_id) as connection:
            return [tuple(row) for row in await connection.execute(text(sql), given)]

    async def transfers(self, offer: Offer) -> list[tuple[Any, ...]]:
        """The moves of an offer's budget: kind, debit, credit and amount, oldest first."""
        sql = """SELECT kind, debit_account, credit_account, amount FROM budget_transfers
            WHERE offer_id = :offer_id ORDER BY transfer_id"""
        return await self.rows(sql, offer_id=offer.offer_id)

    async def breaches(self) -> dict[str, int]:
        """The invariants of offers, pools and partners that do not hold."""
        async with tenant_transaction(self.engine, self.program_id) as connection:
            return await breaches_of(connection, [self.program_id])


async def breaches_of(connection: AsyncConnection, programs: Sequence[int]) -> dict[str, int]:
    """The invariants of offers, pools and partners that do not hold in these programs."""
    found = {}
    for check in [*OFFER_CHECKS, *POOL_CHECKS, *PARTNER_CHECKS]:
        row = (await connection.execute(text(check.sql), {"programs": list(programs)})).one()
        if row.breaches:
            found[check.name] = int(row.breaches)
    return found
