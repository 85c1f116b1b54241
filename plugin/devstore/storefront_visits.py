"""What the storefront's handlers share: who visits, where to go next, and numbers in forms."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from plugin.devstore.errors import StoreError
from plugin.devstore.sessions import SESSION_COOKIE
from plugin.devstore.storefront_objects import LANGUAGES

Handler = Callable[[Request, str], Awaitable[Response]]
"""Takes the request and the page's language."""


def session_of(request: Request) -> str:
    """The visit's id: from the cookie, else a new one for this request."""
    known = request.cookies.get(SESSION_COOKIE) or getattr(request.state, "session", None)
    request.state.session = known or secrets.token_urlsafe(24)
    return str(request.state.session)


def remember(response: Response, session: str) -> Response:
    """Give the browser the visit's id."""
    response.set_cookie(SESSION_COOKIE, session, max_age=30 * 86_400, httponly=True, samesite="lax")
    return response


def go(language: str, path: str, session: str) -> Response:
    """On to another page of the storefront, in the same language."""
    return remember(RedirectResponse((LANGUAGES[language][1] + path) or "/", 303), session)


def whole(value: object) -> int:
    """A whole number that somebody wrote. Raises StoreError."""
    text = str(value)
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise StoreError("Please give a whole number.")
    return int(text)
