"""Offers of a partner, members who claimed them, and what the partner reports of them, for tests that need some."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.audit import audit
from engine.audit_checks import Check
from engine.conversions.approving import approve_if_due, due_approvals
from engine.conversions.audit_checks import CONVERSION_CHECKS
from engine.conversions.receiving import ReportAnswer, receive_report
from engine.conversions.reports import parse_report
from engine.conversions.store import Conversion, conversion_of_order
from engine.database import tenant_transaction, transaction_time
from engine.members import Member, member_of_customer
from engine.offers.catalog import Offer, offer_of
from engine.offers.claiming import claim_offer
from engine.offers.claims import Claim, claim_of
from engine.offers.definitions import OfferDefinition
from engine.offers.editing import create_offer
from engine.offers.publishing import publish_offer
from engine.partners.audit_checks import PARTNER_CHECKS
from engine.partners.catalog import create_partner
from engine.partners.definitions import AgreementDefinition, PartnerProfile
from engine.partners.facts import Partner
from engine.shops import ShopReference

_keys = itertools.count(1)
AGREED = {"currency": "USD", "buy_rate": "0.01", "redeem_rate": "0.008", "time_zone": "UTC"}
TEN_A_DOLLAR = {"kind": "accrual", "points": {"kind": "per_unit", "rates": {"USD": "10"}}}
"""Ten points for each dollar that a member spends at the partner's."""


class Trading:
    """One program's trade with its partners, each step in a transaction of its own."""

    def __init__(self, engine: AsyncEngine, shop: ShopReference) -> None:
        self.engine, self.shop, self.program_id = engine, shop, shop.program_id

    async def now(self) -> datetime:
        """The database's now."""
        async with tenant_transaction(self.engine, self.program_id) as connection:
            return await transaction_time(connection)

    async def partner(self, handle: str = "harbor-coffee", **agreed: Any) -> Partner:
        """A partner whose agreement began 300 days ago."""
        async with tenant_transaction(self.engine, self.program_id) as connection:
            since = await transaction_time(connection) - timedelta(days=300)
            definition = AgreementDefinition.model_validate({**AGREED, **agreed})
            return await create_partner(
                connection, self.program_id, handle, PartnerProfile(name=handle.title()), definition, actor="tests",
                effective_from=since.replace(microsecond=0),
            )  # fmt: skip

    async def offer(self, partner: Partner, gives: dict[str, Any], **said: Any) -> Offer:
        """A published offer of a partner."""
        definition = OfferDefinition.model_validate({"title": "Earn there", "gives": gives, **said})
        async with tenant_transaction(self.engine, self.program_id) as connection:
            handle = f"offer-{next(_keys)}"
            made = await create_offer(
                connection, self.program_id, partner.partner_id, handle, definition, actor="tests"
            )
            return await publish_offer(connection, self.program_id, made.offer_id, actor="tests")

    async def claim(self, offer: Offer, customer: int = 1, *, days_ago: int = 0) -> Claim:
        """A customer's claim of it."""
        async with tenant_transaction(self.engine, self.program_id) as connection:
            key = f"claim-{next(_keys)}"
            claim = await claim_offer(
                connection, self.program_id, self.shop.shop_id, customer, offer.offer_id, key
            )  # fmt: skip
            if days_ago:
                earlier = "UPDATE offer_claims SET created_at = created_at - :ago WHERE claim_id = :claim_id"
                await connection.execute(text(earlier), {"ago": timedelta(days=days_ago), "claim_id": claim.claim_id})
        return claim

    async def click(self, claim: Claim, at: datetime, click_id: str) -> str:
        """A click on a link, at any time."""
        async with tenant_transaction(self.engine, self.program_id) as connection:
            await connection.execute(
                text(
                    "INSERT INTO offer_clicks (program_id, click_id, claim_id, offer_id, partner_id, member_id, "
                    "clicked_at) VALUES (:program_id, :click_id, :claim_id, :offer_id, :partner_id, :member_id, :at)"
                ),
                {
                    "program_id": self.program_id, "click_id": click_id, "claim_id": claim.claim_id,
                    "offer_id": claim.offer_id, "partner_id": claim.partner_id, "member_id": claim.member_id,
                    "at": at,
                },
            )  # fmt: skip
        return click_id

    async def report(self, partner: Partner, **said: Any) -> ReportAnswer:
        """The partner reports something."""
        report = parse_report(said)
        async with tenant_transaction(self.engine, self.program_id) as connection:
            return await receive_report(
                connection, self.program_id, partner.partner_id, report, via="api", actor="partner:key"
            )

    async def approve_due(self) -> int:
        """What the round does; returns how many were approved or declined."""
        async with tenant_transaction(self.engine, self.program_id) as connection:
            due = await due_approvals(connection)
        done = 0
        for program_id, conversion_id in due:
            async with tenant_transaction(self.engine, program_id) as connection:
                done += await approve_if_due(connection, program_id, conversion_id)
        return done

    async def conversion(self, partner: Partner, order: str) -> Conversion | None:
        """What was made of an order."""
        async with tenant_transaction(self.engine, self.program_id) as connection:
            return await conversion_of_order(connection, self.program_id, partner.partner_id, order)

    async def member(self, customer: int = 1) -> Member:
        """A customer as a member."""
        async with tenant_transaction(self.engine, self.program_id) as connection:
            return await member_of_customer(connection, self.program_id, self.shop.shop_id, customer)

    async def stands(self, offer: Offer) -> Offer:
        """An offer as it stands."""
        async with tenant_transaction(self.engine, self.program_id) as connection:
            found = await offer_of(connection, self.program_id, offer.offer_id)
        assert found is not None
        return found

    async def claimed(self, claim: Claim) -> Claim:
        """A claim as it stands."""
        async with tenant_transaction(self.engine, self.program_id) as connection:
            found = await claim_of(connection, self.program_id, claim.claim_id)
        assert found is not None
        return found

    async def books(self, partner: Partner) -> list[tuple[str, int, int, datetime]]:
        """The partner's events: kind, points, micros, when."""
        async with tenant_transaction(self.engine, self.program_id) as connection:
            rows = await connection.execute(
                text(
                    "SELECT kind, points, micros, occurred_at FROM partner_events WHERE program_id = :program_id "
                    "AND partner_id = :partner_id ORDER BY event_id"
                ),
                {"program_id": self.program_id, "partner_id": partner.partner_id},
            )
            return [(row.kind, row.points, row.micros, row.occurred_at) for row in rows]

    async def breaches(self) -> dict[str, int]:
        """The invariants that do not hold, of purchases at partners, their books, and the ledger."""
        async with tenant_transaction(self.engine, self.program_id) as connection:
            found = {}
            for check in (*CONVERSION_CHECKS, *PARTNER_CHECKS):
                found[check.name] = await self._breaches(connection, check)
            report = await audit(connection, [self.program_id])
        found |= {check.name: check.breaches for check in report.checks}
        found.pop("partner-signatures", None)  # nobody signs here
        return {name: number for name, number in found.items() if number}

    async def _breaches(self, connection: Any, check: Check) -> int:
        row = (await connection.execute(text(check.sql), {"programs": [self.program_id]})).one()
        return int(row.breaches)


def purchase(number: int, at: datetime, amount: str = "20.00", **said: Any) -> dict[str, Any]:
    """The report of an order of this number; whoever bought is named by what is said besides."""
    return {
        "kind": "purchase", "report_id": f"p-{number}", "order": f"#{number}", "amount": amount, "currency": "USD",
        "occurred_at": at.astimezone(UTC).isoformat(), **said,
    }  # fmt: skip


def refund(number: int, at: datetime, amount: str | None = None, report_id: str | None = None) -> dict[str, Any]:
    """The report of a refund of that order; without an amount all of it."""
    said = {
        "kind": "refund", "report_id": report_id or f"r-{number}", "order": f"#{number}",
        "occurred_at": at.astimezone(UTC).isoformat(),
    }  # fmt: skip
    return said if amount is None else {**said, "amount": amount}
