"""The addresses of the partner's page, and logging in and out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from plugin.partners.api.answers import ApiRefusedError
from plugin.partners.api.callers import Callers
from plugin.partners.page import answering, exchanges, overview, purchases, statements
from plugin.partners.page.drawing import OWN_FILES, go, own_file
from plugin.partners.page.sessions import PATH, Sessions
from plugin.partners.page.visits import Visits, login_page, read_form, refused_page
from plugin.services import Services
from plugin.web.graphql_routes import caller_of

LOGINS_PER_SECOND = 10
"""How many keys one address can try: a secret has 256 bits, so this keeps our books quiet rather than the keys safe."""
_NO_PROGRAM = 0
_ERRORS = {"KEY_MALFORMED": "login.malformed", "RATE_LIMITED": "login.often"}

log = structlog.get_logger("laurel.partners")


class Door:
    """Logging in and out."""

    def __init__(self, services: Services, callers: Callers, sessions: Sessions, visits: Visits) -> None:
        self._services = services
        self._callers = callers
        self._sessions = sessions
        self._visits = visits

    async def log_in(self, request: Request) -> Response:
        """`POST /partner/login` with a `key`."""
        address = caller_of(request, None, self._services.settings.trusted_proxies)
        if not await self._services.limiter.allow(LOGINS_PER_SECOND, _NO_PROGRAM, "partner-login", *address):
            return login_page(request, "login.often", 429)
        if not self._sessions.is_own(request):
            return refused_page(request)
        given = (await read_form(request)).get("key", "")
        try:
            caller = await self._callers.of_key(given.strip(), request)
        except ApiRefusedError as refusal:
            return login_page(request, _ERRORS.get(refusal.code, "login.wrong"), refusal.status)
        if await self._visits.has_ended(caller):
            return login_page(request, "login.ended")
        log.info("partner logged in", program=caller.program_id, partner=caller.partner_id, key=caller.key_id)
        response = go(request, f"{PATH}/")
        self._sessions.open(response, caller)
        return response

    async def log_out(self, request: Request) -> Response:
        """`POST /partner/logout`: also for a session that is over."""
        session = self._sessions.read(request)
        if session is not None and not session.is_form_token((await read_form(request)).get("token")):
            return refused_page(request)
        response = go(request, f"{PATH}/")
        self._sessions.end(response)
        return response


def page_routes(services: Services, callers: Callers) -> list[Route]:
    """Every route of the page."""
    settings = services.settings
    sessions = Sessions(settings.encryption_key_bytes(), settings.shopify_app_url)
    visits = Visits(callers, sessions, services.limiter)
    door = Door(services, callers, sessions, visits)
    shown = {
        "/offers/{offer}": overview.offer,
        "/purchases": purchases.purchases,
        "/exchanges": exchanges.exchanges,
        "/statements": statements.statements,
        "/statements/{statement}": statements.statement,
        "/keys.json": statements.keys,
    }
    forms = {
        "/purchases/{conversion}/appeal": purchases.appeal,
        "/statements/{statement}/answer": answering.answer,
    }
    return [
        Route(PATH, _enter, methods=["GET"]),
        Route(f"{PATH}/", visits.page(overview.home, status=200), methods=["GET"]),
        *(Route(PATH + path, visits.page(page), methods=["GET"]) for path, page in shown.items()),
        *(Route(PATH + path, visits.form(page), methods=["POST"]) for path, page in forms.items()),
        Route(f"{PATH}/login", door.log_in, methods=["POST"]),
        Route(f"{PATH}/logout", door.log_out, methods=["POST"]),
        *(Route(f"{PATH}/{name}", _file(name), methods=["GET"]) for name in OWN_FILES),
    ]


async def _enter(request: Request) -> Response:
    return go(request, f"{PATH}/")


def _file(name: str) -> Callable[[Request], Awaitable[Response]]:
    async def answer(_request: Request) -> Response:
        return own_file(name)

    return answer
