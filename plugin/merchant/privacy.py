"""Data requests on the merchant's page: the export as a file, and that it was handed over."""

from __future__ import annotations

import json

import structlog
from starlette.requests import Request
from starlette.responses import Response

from engine.database import tenant_transaction
from engine.privacy import export_customer
from engine.privacy_requests import complete_privacy_request, export_request_key
from plugin.background.compliance import customer_of_key
from plugin.services import Services
from plugin.shopify.installation import Installation, Visit
from plugin.web.responses import NEVER_CACHED, error_response

log = structlog.get_logger("laurel.privacy")


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
        customer_id = customer_of_key(key)
        if customer_id is None:
            return error_response(410, "GONE", "This customer was erased; nothing is held of them.")
        async with tenant_transaction(self._services.engine, visit.shop.program_id) as connection:
            export = await export_customer(connection, visit.shop.program_id, visit.shop.shop_id, customer_id)
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
            return await export_request_key(connection, visit.shop.program_id, visit.shop.shop_id, request_id)
