"""A visit of somebody who is logged in on the partner's page, and the way in for everybody else."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from engine.badges.credential_store import issuer_of
from engine.partners.facts import Agreement, Partner
from plugin.partners.api.answers import ApiRefusedError
from plugin.partners.api.callers import Caller, Callers, PartnerVisit
from plugin.partners.api.figures import current_agreement
from plugin.partners.api.reading import own_partner
from plugin.partners.page.drawing import draw
from plugin.partners.page.sessions import Session, Sessions
from plugin.partners.page.words import PageWords
from plugin.web.locales import locale_of
from plugin.web.rate_limits import RateLimiter

NO_ZONE = ZoneInfo("UTC")
PAGES_PER_SECOND = 50
"""How many pages and files one key is shown: what a page loads besides itself counts, too."""
FORM_MAXIMUM_BYTES = 16 * 1024
FORM_FIELDS_MAXIMUM = 10


@dataclass(frozen=True, slots=True)
class PageVisit:
    """A request of a logged-in partner, with a transaction, and what every page says of the two."""

    request: Request
    session: Session
    visit: PartnerVisit
    partner: Partner
    program: str | None
    agreement: Agreement | None

    @property
    def words(self) -> PageWords:
        """The words of this visit: its language, and the days of the agreement's zone."""
        zone = ZoneInfo(self.agreement.definition.time_zone) if self.agreement else NO_ZONE
        return PageWords(locale_of(self.request), zone)

    def draw(self, template: str, status: int = 200, **values: object) -> Response:
        """A page with its navigation."""
        return draw(
            self.request, template, self.words, status, partner=self.partner, program=self.program,
            token=self.session.form_token, agreement=self.agreement, **values,
        )  # fmt: skip


Page = Callable[[PageVisit], Awaitable[Response]]


class Visits:
    """Lets partners in who are logged in; others are shown where to log in."""

    def __init__(self, callers: Callers, sessions: Sessions, limiter: RateLimiter) -> None:
        self._callers = callers
        self._sessions = sessions
        self._limiter = limiter

    def page(self, page: Page, status: int = 401) -> Callable[[Request], Awaitable[Response]]:
        """A page that only shows; `status` is what the login is answered with in its place."""

        async def handler(request: Request) -> Response:
            session = self._sessions.read(request)
            if session is None or not await self._callers.still(session.caller):
                return login_page(request, status=status)
            return await self._visited(request, session, page)

        return handler

    def form(self, page: Page) -> Callable[[Request], Awaitable[Response]]:
        """A form that changes something: only from a page that we made for this session."""

        async def handler(request: Request) -> Response:
            session = self._sessions.read(request)
            if session is None or not await self._callers.still(session.caller):
                return login_page(request)
            given = (await read_form(request)).get("token")
            if not self._sessions.is_own(request) or not session.is_form_token(given):
                return refused_page(request)
            return await self._visited(request, session, page)

        return handler

    async def has_ended(self, caller: Caller) -> bool:
        """Whether the merchant ended the caller's partnership: its key still reports refunds, and opens no page."""
        async with self._callers.visit(caller) as visit:
            return (await own_partner(visit)).archived_at is not None

    async def _visited(self, request: Request, session: Session, page: Page) -> Response:
        caller = session.caller
        if not await self._limiter.allow(PAGES_PER_SECOND, caller.program_id, "partner-page", caller.key_id):
            return often_page(request)
        try:
            async with self._callers.visit(caller) as visit:
                partner = await own_partner(visit)
                if partner.archived_at is not None:
                    return login_page(request, "login.ended")
                agreement, _ = await current_agreement(visit)
                shop = await issuer_of(visit.connection, caller.program_id)
                return await page(
                    PageVisit(request, session, visit, partner, shop.name if shop else None, agreement)
                )  # fmt: skip
        except ApiRefusedError as refusal:
            return often_page(request) if refusal.status == 429 else missing_page(request, refusal.status)


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a form, under small bounds; none of what is no form. It may be asked for again."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    length = request.headers.get("content-length", "")
    if kind != "application/x-www-form-urlencoded" or not length.isdigit() or len(length) > 6:
        return {}
    if int(length) > FORM_MAXIMUM_BYTES:
        return {}
    form = await request.form(max_files=0, max_fields=FORM_FIELDS_MAXIMUM)
    return {name: value for name, value in form.items() if isinstance(value, str)}


def login_page(request: Request, error: str | None = None, status: int = 401) -> Response:
    """Where a partner logs in."""
    return draw(request, "login.html", _words(request), status, error=error)


def missing_page(request: Request, status: int = 404) -> Response:
    """There is nothing, or it is somebody else's."""
    return draw(request, "missing.html", _words(request), status, what="missing")


def refused_page(request: Request) -> Response:
    """A form that was not of our pages."""
    return draw(request, "missing.html", _words(request), 403, what="refused")


def often_page(request: Request) -> Response:
    """Too many pages at once."""
    return draw(request, "missing.html", _words(request), 429, what="often")


def _words(request: Request) -> PageWords:
    return PageWords(locale_of(request), NO_ZONE)
