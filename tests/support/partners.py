"""A partner of the tests' program, and its books as they lie in the database."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.audit_checks import Check
from engine.database import tenant_transaction
from engine.partners.audit_checks import PARTNER_CHECKS
from engine.partners.catalog import agreement_of, agreements_of, create_partner, partner_of, update_partner
from engine.partners.definitions import AgreementDefinition, PartnerProfile
from engine.partners.events import NewEvent, record_events
from engine.partners.facts import Agreement, Partner
from engine.partners.kinds import POINTS_RULES, EventKind, micros_for
from engine.partners.prepaid import move_prepaid
from engine.shops import ShopReference

MONTHS_AGO = datetime(2026, 10, 1, 4, tzinfo=UTC)
"""Midnight in New York: the beginning of the tests' agreement."""


def agreement(**changes: Any) -> AgreementDefinition:
    """A cent for each point issued, 0.8 cents for each one redeemed, by months of New York."""
    given = {"currency": "USD", "buy_rate": "0.01", "redeem_rate": "0.008", "time_zone": "America/New_York"}
    return AgreementDefinition.model_validate({**given, **changes})


def happening(
    agreed: Agreement, kind: EventKind, effect: str, points: int = 0, micros: int | None = None,
    at: datetime = MONTHS_AGO, **more: Any,
) -> NewEvent:  # fmt: skip
    """An event under an agreement; kinds with points are priced by it."""
    amount = micros_for(kind, points, agreed.definition) if kind in POINTS_RULES else micros or 0
    currency = more.pop("currency", agreed.definition.currency)
    return NewEvent(agreed.partner_id, agreed.version, kind, effect, points, amount, currency, at, **more)


class Partnering:
    """A program with partners."""

    def __init__(self, engine: AsyncEngine, shop: ShopReference) -> None:
        self.engine, self.shop, self.program_id = engine, shop, shop.program_id

    async def meet(self, handle: str = "harbor-coffee", **agreed: Any) -> Partner:
        """A new partner, whose agreement began in October."""
        async with tenant_transaction(self.engine, self.program_id) as connection:
            return await create_partner(
                connection, self.program_id, handle, PartnerProfile(name="Harbor Coffee"), agreement(**agreed),
                actor="tests", effective_from=MONTHS_AGO,
            )  # fmt: skip

    async def agree(self, partner: Partner, at: datetime | None = None, **agreed: Any) -> Agreement:
        """A further version of an agreement."""
        async with tenant_transaction(self.engine, self.program_id) as connection:
            known = await partner_of(connection, self.program_id, partner.partner_id)
            assert known is not None
            await update_partner(
                connection, self.program_id, partner.partner_id, expected_version=known.version, actor="tests",
                agreement=agreement(**agreed), effective_from=at,
            )  # fmt: skip
            return (await agreements_of(connection, self.program_id, partner.partner_id))[-1]

    async def agreed(self, partner: Partner, version: int = 1) -> Agreement:
        """A version of an agreement."""
        async with tenant_transaction(self.engine, self.program_id) as connection:
            found = await agreement_of(connection, self.program_id, partner.partner_id, version)
        assert found is not None
        return found

    async def record(self, agreed: Agreement, *events: NewEvent) -> tuple[int, ...]:
        """Write events in a transaction of their own."""
        async with tenant_transaction(self.engine, self.program_id) as connection:
            return await record_events(connection, self.program_id, events, agreement=agreed)

    async def pay_beforehand(self, partner: Partner, amount_minor: int, reference: str = "wire 1") -> bool:
        """Put money in and record the payment, as settlement does."""
        async with tenant_transaction(self.engine, self.program_id) as connection:
            moved = await move_prepaid(connection, self.program_id, partner.partner_id, amount_minor)
            if moved:
                await connection.execute(
                    text(
                        "INSERT INTO partner_payments (program_id, payment_id, partner_id, kind, amount_minor, "
                        "currency, reference, paid_on, recorded_by) VALUES (:program_id, nextval('ledger_ids'), "
                        ":partner_id, 'prepayment', :amount, 'USD', :reference, '2026-10-01', 'tests')"
                    ),
                    {
                        "program_id": self.program_id, "partner_id": partner.partner_id, "amount": amount_minor,
                        "reference": reference,
                    },
                )  # fmt: skip
            return moved

    async def partner(self, partner: Partner) -> Partner:
        """A partner as it stands now."""
        async with tenant_transaction(self.engine, self.program_id) as connection:
            found = await partner_of(connection, self.program_id, partner.partner_id)
        assert found is not None
        return found

    async def rows(self, sql: str, **given: object) -> list[tuple[Any, ...]]:
        """What a query of the program finds."""
        async with tenant_transaction(self.engine, self.program_id) as connection:
            return [tuple(row) for row in await connection.execute(text(sql), given)]

    async def breaches(self) -> dict[str, int]:
        """The invariants of partners that do not hold."""
        async with tenant_transaction(self.engine, self.program_id) as connection:
            found = {}
            for check in PARTNER_CHECKS:
                found[check.name] = await self._breaches(connection, check)
        return {name: number for name, number in found.items() if number}

    async def _breaches(self, connection: Any, check: Check) -> int:
        row = (await connection.execute(text(check.sql), {"programs": [self.program_id]})).one()
        return int(row.breaches)


def later(agreed: Agreement, **changes: Any) -> Agreement:
    """An agreement read from memory, changed."""
    return replace(agreed, **changes)


def token(payload: bytes) -> str:
    """A token in the form of one that is signed."""
    body = base64.urlsafe_b64encode(payload).rstrip(b"=").decode()
    return f"head.{body}.{hashlib.sha256(payload).hexdigest()}"
