"""`GET /offers/out/{token}`: the way to a partner's shop from a claimed link; it carries the id of the click."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from engine.database import tenant_transaction
from engine.offers.clicks import program_of_token, record_click
from plugin.partners.way_out_page import leads_nowhere
from plugin.services import Services
from plugin.web.graphql_routes import caller_of, too_many

CLICKS_PER_SECOND = 20
TOKEN_MAXIMUM_LENGTH = 128
_HEADERS = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",  # the token is the member's own
    "X-Robots-Tag": "noindex, nofollow",
}


class WayOut:
    """The route, over one process's services."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def go(self, request: Request) -> Response:
        """302 to the partner, with the click noted; a page with 404 for a token that is not, or no more, good."""
        token: str = request.path_params["token"]
        program_id = program_of_token(token) if len(token) <= TOKEN_MAXIMUM_LENGTH else None
        if program_id is None:
            return leads_nowhere(request, _HEADERS)
        caller = caller_of(request, None, self._services.settings.trusted_proxies)
        if not await self._services.limiter.allow(CLICKS_PER_SECOND, program_id, "way-out", *caller):
            return too_many()
        async with tenant_transaction(self._services.engine, program_id) as connection:
            click = await record_click(connection, program_id, token)
        if click is None:
            return leads_nowhere(request, _HEADERS)
        return Response(None, 302, {**_HEADERS, "Location": click.url})
