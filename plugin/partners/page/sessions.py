"""Who is logged in on the partner's page: a sealed cookie of half a day that only this app can make and read.

It goes with requests of our own pages alone (SameSite=Strict), no script can read it, and what changes anything needs
a token from the page besides. It ends with the key that it was made by.
"""

from __future__ import annotations

import base64
import hmac
import secrets
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import orjson
from starlette.requests import Request
from starlette.responses import Response

from plugin.partners.api.callers import Caller
from plugin.sealed_box import SealedBox, SealedUnreadableError

COOKIE = "laurel_partner"
PATH = "/partner"
SESSION_SECONDS = 12 * 3600
_OWNER = "laurel:partner-session"
_COOKIE_MAXIMUM_LENGTH = 2_000


@dataclass(frozen=True, slots=True)
class Session:
    """A partner that logged in, and the token that its forms carry."""

    caller: Caller
    form_token: str = field(repr=False)

    def is_form_token(self, given: object) -> bool:
        """Whether a form came from a page that we made for this session."""
        return isinstance(given, str) and hmac.compare_digest(self.form_token.encode(), given.encode())


class Sessions:
    """Opens, reads and ends sessions."""

    def __init__(self, encryption_key: bytes, app_url: str) -> None:
        self._box = SealedBox(encryption_key)
        self._origin = app_url
        self._secure = app_url.startswith("https://")

    def open(self, response: Response, caller: Caller) -> None:
        """Log a partner in with an answer."""
        content = [caller.program_id, caller.partner_id, caller.key_id, secrets.token_urlsafe(24), int(time.time())]
        sealed = self._box.seal(orjson.dumps(content), _OWNER)
        self._set(response, base64.urlsafe_b64encode(sealed).decode(), SESSION_SECONDS)

    def end(self, response: Response) -> None:
        """Log out with an answer."""
        self._set(response, "", 0)

    def read(self, request: Request) -> Session | None:
        """Whose request it is, by the cookie alone; whether the key is still good is for the caller to ask."""
        given = request.cookies.get(COOKIE, "")
        if not 0 < len(given) <= _COOKIE_MAXIMUM_LENGTH:
            return None
        try:
            content = orjson.loads(self._box.open(base64.urlsafe_b64decode(given.encode()), _OWNER))
            program_id, partner_id, key_id, form_token, opened_at = content
        except (ValueError, SealedUnreadableError):
            return None
        if not 0 <= time.time() - opened_at < SESSION_SECONDS:
            return None
        return Session(Caller(program_id, partner_id, key_id), form_token)

    def is_own(self, request: Request) -> bool:
        """Whether a form was sent by a page of ours, as far as the browser says where it comes from."""
        site = request.headers.get("sec-fetch-site")
        origin = request.headers.get("origin")
        if site not in (None, "same-origin", "none"):
            return False
        try:
            return origin is None or urlsplit(origin).netloc in (urlsplit(self._origin).netloc, request.url.netloc)
        except ValueError:  # it is no address at all
            return False

    def _set(self, response: Response, value: str, seconds: int) -> None:
        response.set_cookie(
            COOKIE, value, max_age=seconds, path=PATH, secure=self._secure, httponly=True, samesite="strict"
        )
