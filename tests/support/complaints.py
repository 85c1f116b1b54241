"""A shop under test for the complaints: facts go in by the real path, and everything can be read back."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text

from engine.audit import audit
from engine.database import tenant_transaction
from engine.ledger import MemberKey
from engine.members import HistoryEntry, history
from engine.program import Definition
from engine.publishing import publish
from engine.sealing import seal_program
from engine.shops import ShopReference
from tests.support.rewards import Rewarding


class Complainant(Rewarding):
    """Rewarding, with what else complaints are about."""

    async def numbers(self, customer: int = 1) -> tuple[int, int, int]:
        """(available, debt, lifetime)."""
        found = await self.member(customer)
        return found.available, found.debt, found.lifetime

    async def key(self, customer: int = 1) -> MemberKey:
        """The customer's member, as the ledger knows them."""
        return MemberKey(self.shop.program_id, (await self.member(customer)).member_id)

    async def history(self, customer: int = 1) -> list[HistoryEntry]:
        """The member's entries, oldest first."""
        key = await self.key(customer)
        async with tenant_transaction(self.engine, self.shop.program_id) as connection:
            return list(reversed(await history(connection, *key, 100)))

    async def publish(self, definition: Definition, **given: Any) -> None:
        """Let the program say something else from now on."""
        async with tenant_transaction(self.engine, self.shop.program_id) as connection:
            await publish(
                connection, self.shop.program_id, definition, effective_from=given.get("effective_from"), actor="staff"
            )

    async def read_rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of the program by a query of the test's own."""
        async with tenant_transaction(self.engine, self.shop.program_id) as connection:
            return [tuple(row) for row in await connection.execute(text(sql))]

    async def breaches(self) -> dict[str, int]:
        """What the audit finds."""
        async with tenant_transaction(self.engine, self.shop.program_id) as connection:
            await seal_program(connection, self.shop.program_id)
            report = await audit(connection, [self.shop.program_id])
        return {check.name: check.breaches for check in report.checks if check.breaches}

    async def second_shop(self, domain: str, currency: str) -> Complainant:
        """Another shop of the same program."""
        async with tenant_transaction(self.engine, self.shop.program_id) as connection:
            given = {"program_id": self.shop.program_id, "domain": domain, "currency": currency}
            shop_id = (await connection.execute(_ADD_SHOP, given)).scalar_one()
        return Complainant(self.engine, ShopReference(self.shop.program_id, shop_id, domain, True))


_ADD_SHOP = text("""
    INSERT INTO shops (program_id, domain, external_id, name, currency, time_zone, scopes, installed_at)
    VALUES (:program_id, :domain, NULL, :domain, :currency, 'UTC', '{}', now()) RETURNING shop_id
""")
