"""`GET /proxy/changes`: has anything changed for this shopper? One indexed read, asked every second by open pages."""

from __future__ import annotations

import time

from starlette.requests import Request
from starlette.responses import Response

from plugin.services import Services
from plugin.shopify.signatures import UnverifiedError, verify_proxy
from plugin.web.board_watch import BoardWatch
from plugin.web.game_watch import GameWatch
from plugin.web.graphql_routes import bind_shop, caller_of, not_installed, too_many, unverified
from plugin.web.offer_watch import OfferWatch
from plugin.web.responses import NEVER_CACHED


class ProxyChanges:
    """The endpoint, over one process's services."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._watch = BoardWatch(services.engine, services.boards)
        self._games = GameWatch(services.engine)
        self._offers = OfferWatch(services.engine)

    async def changes(self, request: Request) -> Response:
        """`{"version": n}`: differs with every change of the member's balance, game, ranks or offers, also by others
        or by time.

        0 for who is anonymous or no member yet. It rises with all but the offers and, while Redis is away, the ranks.

        `since` is for the reader of a log; the answer does not depend on it.
        """
        settings = self._services.settings
        try:
            shopper = verify_proxy(request.scope["query_string"], settings.secrets(), time.time())
        except UnverifiedError as failure:
            return unverified(failure)
        shop = await self._services.shops.find(shopper.shop_domain)
        if shop is None or not shop.installed:
            return not_installed()
        bind_shop(shop)
        caller = caller_of(request, shopper.customer_id, self._services.settings.trusted_proxies)
        if not await self._services.limiter.allow(
            settings.requests_per_second, shop.program_id, str(shop.shop_id), *caller
        ):
            return too_many()
        version = 0
        if shopper.customer_id is not None:
            known = await self._services.direct.member_version(shop.program_id, shop.shop_id, shopper.customer_id)
            if known is not None:
                version = known.version + await self._watch.number(shop.program_id, known)
                version += await self._games.number(shop.program_id, known)
                version += await self._offers.number(shop.program_id)
        return Response(f'{{"version":{version}}}', 200, NEVER_CACHED, "application/json")
