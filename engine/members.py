"""Members as they are read: balance, history, what expires next. Every change of a balance is in `ledger`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.enrollment import CustomerKey, enroll


@dataclass(frozen=True, slots=True)
class Member:
    """A member's balance. `available` leaves out lots that are due; `lifetime` is all earned, net of refunds."""

    member_id: int
    program_id: int
    available: int
    pending: int
    lifetime: int
    debt: int
    version: int
    joined_at: datetime


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One transaction as its member sees it; `points` is signed."""

    transaction_id: int
    kind: str
    points: int
    occurred_at: datetime
    detail: dict[str, str]


@dataclass(frozen=True, slots=True)
class ExpiringLot:
    """Points that go at `expires_at`, the first instant at which they can no longer be spent."""

    points: int
    expires_at: datetime


_MEMBER = text("""
    SELECT m.member_id, m.program_id,
        m.available - CASE WHEN m.next_expiry_at <= now() THEN COALESCE((
            SELECT sum(l.remaining) FROM lots l WHERE l.program_id = m.program_id AND l.member_id = m.member_id
            AND l.remaining > 0 AND l.expires_at <= now()), 0) ELSE 0 END,
        m.pending, m.lifetime, m.debt, m.version, m.joined_at
    FROM customers c JOIN members m ON m.program_id = c.program_id AND m.member_id = c.member_id
    WHERE c.program_id = :program_id AND c.shop_id = :shop_id AND c.customer_id = :customer_id
""")
_HISTORY = text("""
    SELECT transaction_id, kind, points, occurred_at, detail - 'derivation' FROM transactions
    WHERE program_id = :program_id AND member_id = :member_id AND points <> 0
    AND transaction_id < COALESCE(CAST(:before AS bigint), 9223372036854775807)
    ORDER BY transaction_id DESC LIMIT :first
""")
_EXPIRING = text("""
    SELECT sum(remaining), expires_at FROM lots
    WHERE program_id = :program_id AND member_id = :member_id AND remaining > 0 AND expires_at > now()
    GROUP BY expires_at ORDER BY expires_at LIMIT :first
""")


async def member_of_customer(connection: AsyncConnection, program_id: int, shop_id: int, customer_id: int) -> Member:
    """The member that a shop's customer is. A customer who is signed for but unknown becomes one, without a bonus."""
    key = {"program_id": program_id, "shop_id": shop_id, "customer_id": customer_id}
    row = (await connection.execute(_MEMBER, key)).one_or_none()
    if row is None:
        now = (await connection.execute(text("SELECT now()"))).scalar_one()
        await enroll(connection, {CustomerKey(program_id, shop_id, customer_id): now})
        row = (await connection.execute(_MEMBER, key)).one()
    return Member(row[0], row[1], int(row[2]), *row[3:])


async def history(
    connection: AsyncConnection, program_id: int, member_id: int, first: int, before: int | None = None
) -> list[HistoryEntry]:
    """A member's transactions that changed their points, newest first, from the one after `before` on."""
    rows = await connection.execute(
        _HISTORY, {"program_id": program_id, "member_id": member_id, "first": first, "before": before}
    )
    return [HistoryEntry(*row) for row in rows]


async def expiring(connection: AsyncConnection, program_id: int, member_id: int, first: int) -> list[ExpiringLot]:
    """What expires next, all lots of one instant together, soonest first."""
    rows = await connection.execute(_EXPIRING, {"program_id": program_id, "member_id": member_id, "first": first})
    return [ExpiringLot(int(points), expires_at) for points, expires_at in rows]
