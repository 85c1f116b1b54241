"""What every embedded page shares: who visits, data from the merchant schema in this process, the frame around it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from engine.database import tenant_transaction
from engine.shops import ShopFacts, shop_facts
from laurel_graphql.context import MerchantContext
from laurel_graphql.merchant import merchant_schema
from laurel_graphql.persisted import document_id
from laurel_graphql.request import answer
from plugin.merchant.frame import app_bridge_url, framed, polaris_url
from plugin.merchant.problems import problem_patterns
from plugin.merchant.words import Words
from plugin.payloads.email_keys import EmailKeys
from plugin.services import Services
from plugin.shopify.installation import Installation, Visit
from plugin.web.responses import unavailable_response

STATIC_FOLDER = Path(__file__).with_name("static")
NAVIGATION = (
    ("/", "nav.home"),
    ("/program", "nav.program"),
    ("/rewards", "nav.rewards"),
    ("/redemptions", "nav.redemptions"),
    ("/tiers", "nav.tiers"),
    ("/plans", "nav.plans"),
    ("/game", "nav.game"),
    ("/partners", "nav.partners"),
    ("/members", "nav.members"),
    ("/import-export", "nav.files"),
)


class PageDataUnavailableError(Exception):
    """The merchant schema gave no data; `status` is its answer's."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class PageMissingError(Exception):
    """There is nothing at this address, or not any more."""


@dataclass(frozen=True, slots=True)
class PageRequest:
    """A verified request for a page: what its module draws from."""

    services: Services
    environment: Environment
    request: Request
    visit: Visit
    shop: ShopFacts
    words: Words

    async def ask(self, operation: str, /, **variables: object) -> dict[str, Any]:
        """The data of a persisted operation. Raises PageDataUnavailableError."""
        context = MerchantContext(
            redis=self.services.redis,
            app_url=self.services.settings.shopify_app_url,
            engine=self.services.engine,
            program_id=self.visit.shop.program_id,
            shop_id=self.visit.shop.shop_id,
            locale=self.visit.locale,
            staff_id=str(self.visit.staff.user_id),
            email_key=EmailKeys(self.services.settings.encryption_key_bytes()).of,
            partner_desk=self.services.desk,
        )
        body = json.dumps({"documentId": document_id("merchant", operation), "variables": variables}).encode()
        answered = await answer(body, schema=merchant_schema, context=context, development=False)
        content = json.loads(answered.payload)
        if content.get("errors"):
            raise PageDataUnavailableError(answered.status)
        data: dict[str, Any] = content["data"]
        return data

    def number(self, name: str) -> int:
        """A number of the page's address. Raises PageMissingError for one that nothing can have."""
        number: int = self.request.path_params[name]
        if not 0 < number < 2**63:
            raise PageMissingError
        return number

    def render(self, template: str, *, status: int = 200, **values: object) -> Response:
        """A page of the shop's admin frame."""
        settings = self.services.settings
        words = self.words
        content = self.environment.get_template(template).render(
            locale=self.visit.locale,
            path=self.request.url.path,
            navigation=NAVIGATION,
            t=words.text,
            words=words,
            number=words.number,
            signed=words.signed,
            points=words.points,
            day=words.day,
            date=words.full_date,
            moment=words.moment,
            problems=problem_patterns(words),
            document_id=lambda name: document_id("merchant", name),
            api_key=settings.shopify_api_key,
            admin_origin=settings.shopify_origin,
            app_bridge=app_bridge_url(settings),
            polaris=polaris_url(settings),
            **values,
        )
        return framed(HTMLResponse(content, status), self.visit.shop.domain, settings)


Draw = Callable[[PageRequest], Awaitable[Response]]


class Pages:
    """Turns what draws a page into an endpoint, over one process's services."""

    def __init__(self, services: Services, installation: Installation) -> None:
        self._services = services
        self._installation = installation
        self._environment = Environment(
            loader=FileSystemLoader(Path(__file__).with_name("templates")),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def page(self, draw: Draw) -> Callable[[Request], Awaitable[Response]]:
        """The endpoint of a page: only a verified visit of the shop's staff is drawn for."""

        async def endpoint(request: Request) -> Response:
            visit = await self._installation.visit(request)
            if isinstance(visit, Response):
                return visit
            async with tenant_transaction(self._services.engine, visit.shop.program_id) as connection:
                shop = await shop_facts(connection, visit.shop.program_id, visit.shop.shop_id)
            words = Words(visit.locale, shop.time_zone)
            opened = PageRequest(self._services, self._environment, request, visit, shop, words)
            try:
                return await draw(opened)
            except PageDataUnavailableError:
                return unavailable_response()
            except PageMissingError:
                return opened.render("missing.html", status=404)

        return endpoint
