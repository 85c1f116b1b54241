"""The addresses of the partner's page, and logging in and out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from plugin.partners.api.answers import ApiRefusedError
from plugin.partners.api.callers import Callers
from plugin.partners.page import pages
from plugin.partners.page.drawing import go, own_file
from plugin.partners.page.sessions import PATH, Sessions
from plugin.partners.page.visits import Visits, login_page, missing_page, read_form
from plugin.services import Services

_ERRORS = {"KEY_MALFORMED": "login.malformed", "RATE_LIMITED": "login.often"}


class Door:
    """Logging in and out."""

    def __init__(self, callers: Callers, sessions: Sessions) -> None:
        self._callers = callers
        self._sessions = sessions

    async def log_in(self, request: Request) -> Response:
        """`POST /partner/login` with a `key`."""
        if not self._sessions.is_own(request):
            return missing_page(request, 403)
        given = (await read_form(request)).get("key", "")
        try:
            caller = await self._callers.of_key(given.strip(), request)
        except ApiRefusedError as refusal:
            return login_page(request, _ERRORS.get(refusal.code, "login.wrong"), refusal.status)
        response = go(request, f"{PATH}/")
        self._sessions.open(response, caller)
        return response

    async def log_out(self, request: Request) -> Response:
        """`POST /partner/logout`: also for a session that is over."""
        session = self._sessions.read(request)
        if session is not None and not session.is_form_token((await read_form(request)).get("token")):
            return missing_page(request, 403)
        response = go(request, f"{PATH}/")
        self._sessions.end(response)
        return response


def page_routes(services: Services, callers: Callers) -> list[Route]:
    """Every route of the page."""
    settings = services.settings
    sessions = Sessions(settings.encryption_key_bytes(), settings.shopify_app_url)
    visits, door = Visits(callers, sessions), Door(callers, sessions)
    shown = {
        "/": pages.home,
        "/purchases": pages.purchases,
        "/statements": pages.statements,
        "/statements/{statement}": pages.statement,
        "/keys.json": pages.keys,
    }
    appeal = "/purchases/{conversion}/appeal"
    return [
        Route(PATH, _enter, methods=["GET"]),
        *(Route(PATH + path, visits.page(page), methods=["GET"]) for path, page in shown.items()),
        Route(PATH + appeal, visits.form(pages.appeal), methods=["POST"]),
        Route(f"{PATH}/login", door.log_in, methods=["POST"]),
        Route(f"{PATH}/logout", door.log_out, methods=["POST"]),
        *(Route(f"{PATH}/{name}", _file(name), methods=["GET"]) for name in ("partner.css", "verify.js")),
    ]


async def _enter(request: Request) -> Response:
    return go(request, f"{PATH}/")


def _file(name: str) -> Callable[[Request], Awaitable[Response]]:
    async def answer(_request: Request) -> Response:
        return own_file(name)

    return answer
