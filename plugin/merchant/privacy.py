"""Data requests on the merchant's page: the open ones, the export as a file, and that it was handed over."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import Response

from engine.database import tenant_transaction
from engine.privacy import complete_privacy_request, export_customer
from plugin.compliance import customer_of_key
from plugin.installation import Installation, Visit
from plugin.responses import NEVER_CACHED, error_response
from plugin.services import Services

_SHOWN_AT_MOST = 20

_OPEN = text("""
    SELECT request_id, kind, due_at FROM privacy_requests
    WHERE program_id = :program_id AND shop_id = :shop_id AND completed_at IS NULL ORDER BY due_at LIMIT :first
""")
_EXPORT_KEY = text("""
    SELECT request_key FROM privacy_requests
    WHERE program_id = :program_id AND shop_id = :shop_id AND request_id = :request_id AND kind = 'export'
""")

log = structlog.get_logger("laurel.privacy")


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """A request that is not settled yet."""

    request_id: int
    kind: str
    due_at: datetime


async def open_requests(connection: AsyncConnection, program_id: int, shop_id: int) -> list[OpenRequest]:
    """What has to be settled for a shop, soonest first."""
    rows = await connection.execute(_OPEN, {"program_id": program_id, "shop_id": shop_id, "first": _SHOWN_AT_MOST})
    return [OpenRequest(*row) for row in rows]


class PrivacyRoutes:
    """`/privacy/{request_id}`: GET the export, POST that it was handed over; both by the staff's ID token."""

    def __init__(self, services: Services, installation: Installation) -> None:
        self._services = services
        self._installation = installation

    async def download(self, request: Request) -> Response:
        """All that is held about the customer now, as a JSON file."""
        visit = await self._installation.visit(request)
        if isinstance(visit, Response):
            return visit
        key = await self._key(visit, request.path_params["request_id"])
        if key is None:
            return error_response(404, "NOT_FOUND", "There is no such request.")
        async with tenant_transaction(self._services.engine, visit.shop.program_id) as connection:
            export = await export_customer(connection, visit.shop.program_id, visit.shop.shop_id, customer_of_key(key))
        log.info("data exported", staff=visit.staff.user_id, request=request.path_params["request_id"])
        return Response(
            json.dumps(export, indent=2, ensure_ascii=False),
            headers={**NEVER_CACHED, "Content-Disposition": "attachment"},
            media_type="application/json",
        )

    async def complete(self, request: Request) -> Response:
        """The merchant handed the export over."""
        visit = await self._installation.visit(request)
        if isinstance(visit, Response):
            return visit
        request_id = request.path_params["request_id"]
        if await self._key(visit, request_id) is None:
            return error_response(404, "NOT_FOUND", "There is no such request.")
        async with tenant_transaction(self._services.engine, visit.shop.program_id) as connection:
            result: dict[str, object] = {"handed_over_by": f"staff:{visit.staff.user_id}"}
            await complete_privacy_request(connection, visit.shop.program_id, request_id, result)
        log.info("data handed over", staff=visit.staff.user_id, request=request_id)
        return Response(status_code=204, headers=NEVER_CACHED)

    async def _key(self, visit: Visit, request_id: int) -> str | None:
        if request_id >= 2**63:
            return None
        async with tenant_transaction(self._services.engine, visit.shop.program_id) as connection:
            key: str | None = (
                await connection.execute(
                    _EXPORT_KEY,
                    {"program_id": visit.shop.program_id, "shop_id": visit.shop.shop_id, "request_id": request_id},
                )
            ).scalar_one_or_none()
        return key
