"""Partners with books to settle, each step in a transaction of its own, at moments that a test names."""

from __future__ import annotations

import base64
import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import psycopg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from engine.database import tenant_transaction
from engine.partners.catalog import agreements_of, create_partner
from engine.partners.definitions import AgreementDefinition, PartnerProfile
from engine.partners.events import NewEvent, record_events
from engine.partners.facts import in_force
from engine.partners.kinds import POINTS_RULES, EventKind, micros_for
from engine.settlement.closing import close_next, issue_statement
from engine.settlement.reading import lines_of, statement_of
from engine.settlement.statements import Statement
from engine.shops import ShopReference

BEGAN = datetime(2024, 1, 1, 5, tzinfo=UTC)
"""The first moment of 2024 in New York."""
CENT_AND_PART = AgreementDefinition(
    currency="USD", buy_rate=Decimal("0.0105"), redeem_rate=Decimal("0.0081"), time_zone="America/New_York",
    tolerance_minor=2,
)  # fmt: skip


def signed(payload: bytes) -> str:
    """A stand-in for a signature: settlement never reads one, it only keeps what it is given."""
    return f"head.{base64.urlsafe_b64encode(payload).decode().rstrip('=')}.seal"


def agreement(**changes: Any) -> AgreementDefinition:
    """1.05 cents for a point, 0.81 cents for one that is redeemed, months of New York; with what is given instead."""
    return AgreementDefinition.model_validate({**CENT_AND_PART.model_dump(), **changes})


@dataclass
class Settling:
    """The books of one shop's program with its partners."""

    engine: AsyncEngine
    shop: ShopReference
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def program_id(self) -> int:
        """Whose books these are."""
        return self.shop.program_id

    async def partner(
        self, definition: AgreementDefinition = CENT_AND_PART, handle: str = "harbor", since: datetime = BEGAN
    ) -> int:
        """A new partner; its id."""
        async with tenant_transaction(self.engine, self.program_id) as connection:
            made = await create_partner(
                connection, self.program_id, handle, PartnerProfile(name="Harbor Coffee"), definition, actor="tests",
                effective_from=since,
            )  # fmt: skip
        return made.partner_id

    async def record(
        self, partner_id: int, kind: EventKind, points: int, at: datetime, *, micros: int | None = None,
        reference: str | None = None, currency: str | None = None, corrects: int | None = None,
    ) -> int:  # fmt: skip
        """Something that happened, priced by the agreement of its moment; the event's id."""
        async with tenant_transaction(self.engine, self.program_id) as connection:
            return await self.record_in(
                connection, partner_id, kind, points, at, micros=micros, reference=reference, currency=currency,
                corrects=corrects,
            )  # fmt: skip

    async def record_in(
        self, connection: AsyncConnection, partner_id: int, kind: EventKind, points: int, at: datetime, *,
        micros: int | None = None, reference: str | None = None, currency: str | None = None,
        corrects: int | None = None,
    ) -> int:  # fmt: skip
        """The same in a transaction that is open already."""
        agreed = in_force(await agreements_of(connection, self.program_id, partner_id), at)
        assert agreed is not None
        number = next(self._numbers)
        event = NewEvent(
            partner_id, agreed.version, kind, f"test/{partner_id}/{number}", points,
            micros_for(kind, points, agreed.definition) if kind in POINTS_RULES else micros or 0,
            currency or agreed.definition.currency, at, reference=reference, corrects=corrects,
        )  # fmt: skip
        (event_id,) = await record_events(connection, self.program_id, [event], agreement=agreed)
        return event_id

    async def issue(self, partner_id: int, until: datetime | None = None) -> Statement:
        """A statement by hand."""
        async with tenant_transaction(self.engine, self.program_id) as connection:
            return await issue_statement(
                connection, self.program_id, partner_id, until=until, sign=signed, actor="staff:1"
            )

    async def close(self, partner_id: int) -> list[Statement]:
        """The statements of all cycles that are due."""
        issued: list[Statement] = []
        while True:
            async with tenant_transaction(self.engine, self.program_id) as connection:
                statement = await close_next(connection, self.program_id, partner_id, sign=signed)
            if statement is None:
                return issued
            issued.append(statement)

    async def events_of(self, statement: Statement) -> list[int]:
        """The events on a statement, in the order of its lines."""
        async with tenant_transaction(self.engine, self.program_id) as connection:
            return [line.event_id for line in await lines_of(connection, self.program_id, statement.statement_id)]

    async def again(self, statement: Statement) -> Statement | None:
        """A statement, read anew."""
        async with tenant_transaction(self.engine, self.program_id) as connection:
            return await statement_of(connection, self.program_id, statement.statement_id)

    async def scalar(self, sql: str, **given: Any) -> Any:
        """A value of a statement that may see this program."""
        async with tenant_transaction(self.engine, self.program_id) as connection:
            return (await connection.execute(text(sql), {"program_id": self.program_id, **given})).scalar_one()


def tamper(database_url: str, statement: str) -> None:
    """Change what nobody may, as the owner of the database could."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(statement.encode())
