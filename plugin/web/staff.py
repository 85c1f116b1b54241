"""The staff of a shop, behind a request that a page makes by itself: by an ID token in its header, not too often."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from plugin.services import Services
from plugin.shopify.installation import Installation, Visit
from plugin.shopify.signatures import UnverifiedError
from plugin.web.graphql_routes import RETRY_WITH_NEW_TOKEN, too_many, unverified


async def staff_visit(request: Request, services: Services, installation: Installation) -> Visit | Response:
    """Who asks, or what to answer instead. A token in the address, which ends up in logs, is not taken."""
    if "authorization" not in request.headers:
        return unverified(UnverifiedError("authorization-missing"), RETRY_WITH_NEW_TOKEN)
    visit = await installation.visit(request)
    if isinstance(visit, Response):
        return visit
    allowed = await services.limiter.allow(
        services.settings.requests_per_second, visit.shop.program_id, str(visit.shop.shop_id), "staff",
        str(visit.staff.user_id),
    )  # fmt: skip
    return visit if allowed else too_many()
