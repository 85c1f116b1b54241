"""Deliveries of perks as they are kept: each is one thing given on one occasion, with what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.perks.planning import DeliveryState

DELIVERIES_MAXIMUM = 100


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery. `customer_id` is None once the customer was erased; `code` only for codes."""

    program_id: int
    delivery_id: int
    member_id: int
    shop_id: int
    customer_id: int | None
    grantor: str
    perk: str
    kind: str
    occasion: str
    state: DeliveryState
    value: dict[str, Any]
    code: str | None
    external_id: str | None
    failure: str | None
    created_at: datetime
    delivered_at: datetime | None
    ends_at: datetime | None
    revoked_at: datetime | None
    used_at: datetime | None
    used_order_id: int | None

    @property
    def percentage(self) -> Decimal | None:
        """What a percent code takes off, such as 10 or 12.5."""
        told = self.value.get("percentage")
        return None if told is None else Decimal(told)

    def is_good(self, now: datetime) -> bool:
        """Whether a code can be used now."""
        ended = self.ends_at is not None and self.ends_at <= now
        return self.code is not None and self.state == "delivered" and self.used_at is None and not ended


_COLUMNS = """d.program_id, d.delivery_id, d.member_id, d.shop_id, d.customer_id, d.grantor, d.perk, d.kind, d.occasion,
    d.state, d.value, d.code, d.external_id, d.failure, d.created_at, d.delivered_at, d.ends_at, d.revoked_at,
    d.used_at, d.used_order_id"""
_ONE = text(f"""
    SELECT {_COLUMNS} FROM perk_deliveries d WHERE d.program_id = :program_id AND d.delivery_id = :delivery_id
""")
_OF_MEMBER = text(f"""
    WITH person AS MATERIALIZED (
        SELECT member_id FROM members WHERE program_id = :program_id AND member_id = :member_id
        UNION ALL SELECT member_id FROM members WHERE program_id = :program_id AND merged_into = :member_id
    )
    SELECT {_COLUMNS} FROM person p JOIN perk_deliveries d ON d.program_id = :program_id AND d.member_id = p.member_id
    WHERE d.delivery_id < :before ORDER BY d.delivery_id DESC LIMIT :first
""")
_ALL = text(f"""
    SELECT {_COLUMNS} FROM perk_deliveries d WHERE d.program_id = :program_id AND d.delivery_id < :before
    AND (CAST(:state AS text) IS NULL OR d.state = :state) ORDER BY d.delivery_id DESC LIMIT :first
""")
_NEWEST = 2**63 - 1


async def delivery_of(connection: AsyncConnection, program_id: int, delivery_id: int) -> Delivery | None:
    """A delivery by its id."""
    given = {"program_id": program_id, "delivery_id": delivery_id}
    row = (await connection.execute(_ONE, given)).one_or_none()
    return None if row is None else Delivery(*row)


async def deliveries_of(
    connection: AsyncConnection, program_id: int, member_id: int, *, first: int = 50, before: int | None = None
) -> Sequence[Delivery]:
    """What a member was given, also before a merge, the newest first; `before` is the id that a page ended with."""
    given = {"program_id": program_id, "member_id": member_id, **_page(first, before)}
    return [Delivery(*row) for row in await connection.execute(_OF_MEMBER, given)]


async def all_deliveries(
    connection: AsyncConnection, program_id: int, *, state: DeliveryState | None = None, first: int = 50,
    before: int | None = None,
) -> Sequence[Delivery]:  # fmt: skip
    """What members of a program were given, the newest first; of one state where one is named."""
    given = {"program_id": program_id, "state": state, **_page(first, before)}
    return [Delivery(*row) for row in await connection.execute(_ALL, given)]


def _page(first: int, before: int | None) -> dict[str, int]:
    return {"first": max(0, min(first, DELIVERIES_MAXIMUM)), "before": _NEWEST if before is None else before}
