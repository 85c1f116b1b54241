"""What was erased stays erased: what came late about an erased person or shop is known by a keyed hash.

A hash stands for a customer up to the moment of the erasure: one who comes back later starts anew. That of an order
stands for good. An erased shop is told by its own row, until it installs again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.bulk import BulkStatement
from engine.events import (
    Consent,
    CustomerDeleted,
    CustomerSeen,
    CustomersMerged,
    CustomerTags,
    Event,
    Fact,
    MemberEvent,
    Order,
    ProductChanged,
)

Erasure = Literal["person", "shop"]


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom and what something that arrived is about, as far as it tells."""

    program_id: int
    shop_id: int
    customer_id: int | None
    order_id: int | None
    occurred_at: datetime | None
    """None when unknown; it then counts as before every erasure."""


def subject_of(event: Event) -> Subject:
    """Whom and what an event is about."""
    return Subject(event.program_id, event.shop_id, *_about(event.fact))


def _about(fact: Fact) -> tuple[int | None, int | None, datetime | None]:
    if isinstance(fact, Order):
        return (fact.customer.customer_id if fact.customer else None), fact.order_id, fact.occurred_at
    if isinstance(fact, CustomerSeen):
        return fact.customer.customer_id, None, fact.occurred_at
    if isinstance(fact, CustomersMerged):
        return fact.kept_customer_id, None, fact.occurred_at
    if isinstance(fact, CustomerDeleted | CustomerTags | Consent | MemberEvent):
        return fact.customer_id, None, fact.occurred_at
    if isinstance(fact, ProductChanged):
        return None, None, None
    return None, fact.order_id, None


def anonymous(event: Event) -> Event | None:
    """What may be kept of an event that is about an erased person; None when nothing is left of it."""
    if isinstance(event.fact, CustomerSeen | CustomerDeleted | CustomersMerged | CustomerTags | Consent | MemberEvent):
        return None
    if isinstance(event.fact, Order):
        return replace(event, fact=replace(event.fact, customer=None, guest_email_key=None))
    return event


_SHARE = text(
    "SELECT pg_advisory_xact_lock_shared(hashtextextended('redactions', program_id)) "
    "FROM (SELECT unnest(CAST(:programs AS bigint[])) AS program_id ORDER BY 1) programs"
)
_EXCLUDE = text("SELECT pg_advisory_xact_lock(hashtextextended('redactions', :program_id))")
_ERASED = BulkStatement(
    {
        "position": "integer", "program_id": "bigint", "shop_id": "bigint", "customer_id": "bigint",
        "order_id": "bigint", "occurred_at": "timestamptz",
    },
    """SELECT g.position, 'person' FROM given g JOIN programs p USING (program_id)
    CROSS JOIN LATERAL (VALUES ('customer', g.customer_id, g.occurred_at), ('order', g.order_id, NULL))
        AS about(kind, id, occurred_at)
    JOIN redactions r ON r.program_id = g.program_id AND r.shop_id = g.shop_id
        AND r.subject_hash = subject_hash(p.redaction_key, about.kind, g.shop_id, about.id)
    WHERE about.occurred_at IS NULL OR about.occurred_at <= r.redacted_at
    UNION ALL
    SELECT g.position, 'shop' FROM given g JOIN shops s USING (program_id, shop_id) WHERE s.redacted_at IS NOT NULL""",
)  # fmt: skip


async def find_erased(connection: AsyncConnection, subjects: Sequence[Subject]) -> dict[int, Erasure]:
    """Which of these subjects were erased, by their position; until this transaction ends no other one is.

    The lock comes first and by itself: a statement sees what was there when it began, not what it waited for.
    """
    if not subjects:
        return {}
    programs = sorted({subject.program_id for subject in subjects})
    await connection.execute(_SHARE, {"programs": programs})
    rows = await _ERASED.run(
        connection,
        [
            (position, one.program_id, one.shop_id, one.customer_id, one.order_id, one.occurred_at)
            for position, one in enumerate(subjects)
        ],
    )
    persons: dict[int, Erasure] = {position: "person" for position, kind in rows if kind == "person"}
    return persons | {position: "shop" for position, kind in rows if kind == "shop"}


async def without_erased(connection: AsyncConnection, events: Iterable[Event]) -> list[Event]:
    """What may be applied of these events: nothing of erased shops, nobody's name of erased persons."""
    events = list(events)
    erased = await find_erased(connection, [subject_of(event) for event in events])
    kept = [
        event if position not in erased else anonymous(event)
        for position, event in enumerate(events)
        if erased.get(position) != "shop"
    ]
    return [event for event in kept if event is not None]


async def exclude_others(connection: AsyncConnection, program_id: int) -> None:
    """Wait for those who apply facts of this program, and keep them waiting: nothing is to slip past an erasure."""
    await connection.execute(_EXCLUDE, {"program_id": program_id})


_REMEMBER = text("""
    INSERT INTO redactions (program_id, shop_id, subject_hash, redacted_at)
    SELECT p.program_id, :shop_id, subject_hash(p.redaction_key, :kind, :shop_id, subject.id), GREATEST(:at, now())
    FROM programs p, unnest(CAST(:ids AS bigint[])) AS subject(id) WHERE p.program_id = :program_id
    ON CONFLICT (program_id, shop_id, subject_hash)
        DO UPDATE SET redacted_at = GREATEST(redactions.redacted_at, EXCLUDED.redacted_at)
""")


async def remember_erased(
    connection: AsyncConnection, program_id: int, shop_id: int, kind: Literal["customer", "order"], ids: Iterable[int],
    at: datetime,
) -> None:  # fmt: skip
    """Note that these were erased, with all that happened until `at` or now, whichever is later."""
    await connection.execute(
        _REMEMBER,
        {"program_id": program_id, "shop_id": shop_id, "kind": kind, "ids": sorted(set(ids)), "at": at},
    )


def of_nobody(rows: str) -> str:
    """SQL: no customer is left of the person whose member the rows of this alias are of, a merged one's receiver's."""
    return f"""NOT EXISTS (SELECT FROM members m JOIN customers c ON c.program_id = m.program_id
        AND c.member_id = CASE WHEN m.merged_into IS NULL THEN m.member_id ELSE m.merged_into END
        WHERE m.program_id = {rows}.program_id AND m.member_id = {rows}.member_id)"""
