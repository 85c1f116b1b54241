"""Requests of shoppers and shops about their data: noted once, shown to the merchant until they are settled."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.privacy import Json


@dataclass(frozen=True, slots=True)
class PrivacyRequest:
    """A shopper's or merchant's request, as the merchant sees it; `result` is the export or the count of what went."""

    request_id: int
    kind: str
    received_at: datetime
    due_at: datetime
    completed_at: datetime | None
    result: Json | None


async def record_privacy_request(
    connection: AsyncConnection, program_id: int, shop_id: int, *, kind: str, key: str, due_at: datetime
) -> int:
    """Note a request, once for each key; returns its id. Kinds: "export", "redact-customer", "redact-shop"."""
    row = await connection.execute(
        text(
            "INSERT INTO privacy_requests (program_id, shop_id, kind, request_key, due_at) "
            "VALUES (:program_id, :shop_id, :kind, :key, :due_at) "
            "ON CONFLICT (program_id, shop_id, kind, request_key) DO UPDATE SET due_at = privacy_requests.due_at "
            "RETURNING request_id"
        ),
        {"program_id": program_id, "shop_id": shop_id, "kind": kind, "key": key, "due_at": due_at},
    )
    return int(row.scalar_one())


async def complete_privacy_request(connection: AsyncConnection, program_id: int, request_id: int, result: Json) -> None:
    """Record that a request was carried out, with its export or its counts."""
    await connection.execute(
        text(
            "UPDATE privacy_requests SET completed_at = COALESCE(completed_at, now()), "
            "result = CAST(:result AS jsonb) WHERE program_id = :program_id AND request_id = :request_id"
        ),
        {"program_id": program_id, "request_id": request_id, "result": json.dumps(result)},
    )


async def privacy_requests(connection: AsyncConnection, program_id: int, first: int) -> list[PrivacyRequest]:
    """The newest requests of a program, for the merchant."""
    rows = await connection.execute(
        text(
            "SELECT request_id, kind, received_at, due_at, completed_at, result FROM privacy_requests "
            "WHERE program_id = :program_id ORDER BY request_id DESC LIMIT :first"
        ),
        {"program_id": program_id, "first": first},
    )
    return [PrivacyRequest(*row) for row in rows]


async def open_privacy_requests(
    connection: AsyncConnection, program_id: int, shop_id: int, first: int
) -> list[PrivacyRequest]:
    """What has to be settled for a shop, soonest first."""
    rows = await connection.execute(
        text(
            "SELECT request_id, kind, received_at, due_at, completed_at, result FROM privacy_requests "
            "WHERE program_id = :program_id AND shop_id = :shop_id AND completed_at IS NULL "
            "ORDER BY due_at LIMIT :first"
        ),
        {"program_id": program_id, "shop_id": shop_id, "first": first},
    )
    return [PrivacyRequest(*row) for row in rows]


async def export_request_key(connection: AsyncConnection, program_id: int, shop_id: int, request_id: int) -> str | None:
    """The key that a request for an export was noted under, or None when there is no such request."""
    row = await connection.execute(
        text(
            "SELECT request_key FROM privacy_requests WHERE program_id = :program_id AND shop_id = :shop_id "
            "AND request_id = :request_id AND kind = 'export'"
        ),
        {"program_id": program_id, "shop_id": shop_id, "request_id": request_id},
    )
    key: str | None = row.scalar_one_or_none()
    return key
