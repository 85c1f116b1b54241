"""Members as the staff see them: found by a customer's id, a tag or the key of an address; their balance and lots.

Nothing here is a name: the program keeps customers by their ids alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

CUSTOMERS_MAXIMUM = 100
"""No member is shown with more customers than these."""
SEARCH_MAXIMUM = 100
"""A search text is cut off after so many characters."""


@dataclass(frozen=True, slots=True)
class MemberCustomer:
    """A shop's customer who is this member."""

    shop_id: int
    customer_id: int
    tags: list[str]
    subscribed: bool | None
    deleted: bool


@dataclass(frozen=True, slots=True)
class MemberRecord:
    """A member as the staff see them. `available` leaves out lots that are due."""

    member_id: int
    joined_at: datetime
    closed_at: datetime | None
    available: int
    pending: int
    reserved: int
    debt: int
    lifetime: int
    paid_orders: int
    merged_into: int | None
    customers: tuple[MemberCustomer, ...]


@dataclass(frozen=True, slots=True)
class LotRecord:
    """Points of one award with one end; `remaining` of `quantity` are left."""

    lot_id: int
    transaction_id: int
    quantity: int
    remaining: int
    available_at: datetime
    expires_at: datetime | None
    idle_days: int | None


@dataclass(frozen=True, slots=True)
class MergeRecord:
    """Two members who became one, and perhaps two again."""

    merge_id: int
    from_member_id: int
    into_member_id: int
    merged_at: datetime
    merged_by: str
    unmerged_at: datetime | None
    unmerged_by: str | None


_MEMBER = """
    SELECT m.member_id, m.joined_at, m.closed_at,
        m.available - CASE WHEN m.next_expiry_at <= now() THEN COALESCE((
            SELECT sum(l.remaining) FROM lots l WHERE l.program_id = m.program_id AND l.member_id = m.member_id
            AND l.remaining > 0 AND l.expires_at <= now()), 0) ELSE 0 END AS available,
        m.pending, m.reserved, m.debt, m.lifetime, (
            SELECT count(*) FROM (
                SELECT o.shop_id, o.order_id FROM customers k JOIN orders o ON o.program_id = k.program_id
                    AND o.shop_id = k.shop_id AND o.customer_id = k.customer_id
                WHERE k.program_id = m.program_id AND k.member_id = m.member_id AND o.decided_version IS NOT NULL
                UNION SELECT o.shop_id, o.order_id FROM orders o WHERE o.program_id = m.program_id
                    AND o.member_id = m.member_id AND o.customer_id IS NULL AND o.decided_version IS NOT NULL
            ) decided) AS paid_orders, m.merged_into
    FROM members m WHERE m.program_id = :program_id"""
_NEWEST_FIRST = """
    AND m.member_id < COALESCE(CAST(:before AS bigint), 9223372036854775807) ORDER BY m.member_id DESC LIMIT :first"""
_ONE = text(f"{_MEMBER} AND m.member_id = :member_id")
# An array that is worked out first, so that the members are found by their key and not by looking at all of them.
_FOUND = """ AND m.member_id = ANY (ARRAY(SELECT COALESCE(o.merged_into, o.member_id) FROM customers c
        JOIN members o ON o.program_id = c.program_id AND o.member_id = c.member_id
        WHERE c.program_id = :program_id AND {}))"""
_IS_NUMBER = """c.shop_id IN (SELECT shop_id FROM shops WHERE program_id = :program_id) AND c.customer_id = :number
        UNION SELECT CAST(:number AS bigint)"""
_HAS_TAG = "EXISTS (SELECT FROM unnest(c.tags) AS tag WHERE tag ILIKE '%' || :pattern || '%' ESCAPE '!')"
_HAS_TIER = """ AND m.member_id IN (SELECT t.member_id FROM member_tiers t
        WHERE t.program_id = :program_id AND t.tier = :tier)"""
_HAS_PLAN = """ AND m.member_id IN (SELECT s.member_id FROM memberships s
        WHERE s.program_id = :program_id AND s.plan_id = :plan_id AND s.state <> 'ended')"""
_WAYS = {
    "all": " AND m.merged_into IS NULL",
    "number": _FOUND.format(_IS_NUMBER),
    "address": _FOUND.format("c.email_key = :email_key"),
    "tag": _FOUND.format(_HAS_TAG),
}
_SEARCHES = {
    (way, tier, plan): text(f"{_MEMBER}{found}{_HAS_TIER if tier else ''}{_HAS_PLAN if plan else ''}{_NEWEST_FIRST}")
    for way, found in _WAYS.items()
    for tier in (False, True)
    for plan in (False, True)
}
_CUSTOMERS = text("""
    SELECT COALESCE(m.merged_into, m.member_id), c.shop_id, c.customer_id, c.tags, c.subscribed,
        c.deleted_at IS NOT NULL
    FROM members m JOIN customers c ON c.program_id = m.program_id AND c.member_id = m.member_id
    WHERE m.program_id = :program_id AND (m.member_id = ANY(:member_ids) OR m.merged_into = ANY(:member_ids))
    ORDER BY c.shop_id, c.customer_id LIMIT :most
""")
_LOTS = text("""
    SELECT lot_id, transaction_id, quantity, remaining, available_at, expires_at, idle_days FROM lots
    WHERE program_id = :program_id AND member_id = :member_id AND remaining > 0
    AND (expires_at IS NULL OR expires_at > now())
    ORDER BY expires_at NULLS LAST, available_at, lot_id LIMIT :first
""")

_MERGES = """
    SELECT merge_id, from_member_id, into_member_id, merged_at, merged_by, unmerged_at, unmerged_by
    FROM member_merges WHERE program_id = :program_id AND """
_ONE_MERGE = text(f"{_MERGES} merge_id = :merge_id")
_MERGES_OF = text(
    f"{_MERGES} (from_member_id = :member_id OR into_member_id = :member_id) ORDER BY merge_id DESC LIMIT :first"
)


async def member_record(connection: AsyncConnection, program_id: int, member_id: int) -> MemberRecord | None:
    """One member, None when the program has no such one."""
    rows = (await connection.execute(_ONE, {"program_id": program_id, "member_id": member_id})).fetchall()
    return next(iter(await _with_customers(connection, program_id, rows)), None)


async def search_members(
    connection: AsyncConnection, program_id: int, first: int, before: int | None = None, *, words: str = "",
    email_key: bytes | None = None, tier: str | None = None, plan_id: int | None = None,
) -> list[MemberRecord]:  # fmt: skip
    """Members, newest first, from the one after `before` on.

    A number finds the customer or member of that id, any other text the customers with a tag that contains it, and
    `email_key` those with that proven address. Without any of them, all members who were not merged into others.
    Of those, `tier` wants the members of that tier and `plan_id` those whose membership of that plan has not ended.
    """
    words = words.strip()[:SEARCH_MAXIMUM]
    given: dict[str, Any] = {"program_id": program_id, "first": first, "before": before}
    way = "all"
    if email_key is not None:
        way, given["email_key"] = "address", email_key
    elif words.isascii() and words.isdigit():
        way, given["number"] = "number", int(words)
        if given["number"] >= 2**63:
            return []
    elif words:
        way, given["pattern"] = "tag", _literal(words)
    if tier is not None:
        given["tier"] = tier
    if plan_id is not None:
        given["plan_id"] = plan_id
    rows = await connection.execute(_SEARCHES[way, tier is not None, plan_id is not None], given)
    return await _with_customers(connection, program_id, rows.fetchall())


async def live_lots(connection: AsyncConnection, program_id: int, member_id: int, first: int) -> list[LotRecord]:
    """A member's points by their ends, in the order in which they are spent."""
    rows = await connection.execute(_LOTS, {"program_id": program_id, "member_id": member_id, "first": first})
    return [LotRecord(*row) for row in rows]


async def merge_record(connection: AsyncConnection, program_id: int, merge_id: int) -> MergeRecord | None:
    """One merge, None when the program has no such one."""
    row = (await connection.execute(_ONE_MERGE, {"program_id": program_id, "merge_id": merge_id})).one_or_none()
    return MergeRecord(*row) if row else None


async def merges_of(connection: AsyncConnection, program_id: int, member_id: int, first: int) -> list[MergeRecord]:
    """The merges in which a member stayed or went, newest first."""
    rows = await connection.execute(_MERGES_OF, {"program_id": program_id, "member_id": member_id, "first": first})
    return [MergeRecord(*row) for row in rows]


async def _with_customers(connection: AsyncConnection, program_id: int, rows: Sequence[Any]) -> list[MemberRecord]:
    if not rows:
        return []
    given = {
        "program_id": program_id,
        "member_ids": [row.member_id for row in rows],
        "most": CUSTOMERS_MAXIMUM * len(rows),
    }
    customers: dict[int, list[MemberCustomer]] = {}
    for member_id, *customer in await connection.execute(_CUSTOMERS, given):
        customers.setdefault(member_id, []).append(MemberCustomer(*customer))
    return [_record(row, customers.get(row.member_id, [])[:CUSTOMERS_MAXIMUM]) for row in rows]


def _record(row: Any, customers: Sequence[MemberCustomer]) -> MemberRecord:
    return MemberRecord(
        row.member_id, row.joined_at, row.closed_at, int(row.available), row.pending, row.reserved, row.debt,
        row.lifetime, row.paid_orders, row.merged_into, tuple(customers),
    )  # fmt: skip


def _literal(words: str) -> str:
    """A text for LIKE in which no character means anything but itself."""
    return words.replace("!", "!!").replace("%", "!%").replace("_", "!_")
