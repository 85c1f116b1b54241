"""An earned badge at its address: a page for people, the signed credential, what it says, the picture that has it."""

from __future__ import annotations

import re
from typing import cast
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from engine.badges.artwork import DEFAULT_ARTWORK, artwork_id_of, builtin_of, metal_of
from engine.badges.artwork_store import artwork_svg
from engine.badges.credential_store import EarnedBadge, RevokedBadge, badge_of_credential, give_status_index
from engine.badges.credentials import credential_document
from plugin.badges.answers import Form, json_answer, jwt_answer, svg_answer, wanted_form
from plugin.badges.issuing import Signers
from plugin.badges.pictures import baked, shipped
from plugin.badges.shown import draw, missing
from plugin.badges.visits import IssuerVisit, NoBadgeError, TooManyBadgesError, issuer_visit
from plugin.badges.words import BadgeWords
from plugin.services import Services
from plugin.web.graphql_routes import too_many
from plugin.web.locales import locale_of

_FILE = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\.(json|jwt|svg))?", re.ASCII)


class CredentialRoutes:
    """The route, over one process's services."""

    def __init__(self, services: Services, signers: Signers) -> None:
        self._services = services
        self._signers = signers

    async def credential(self, request: Request) -> Response:
        """`GET /badges/{issuer}/{credential}`, with `.json`, `.jwt` or `.svg` behind it that form whatever is accepted.

        404 for what was never given, 410 for what was revoked or whose holder was erased.
        """
        match = _FILE.fullmatch(request.path_params["file"])
        if match is None:
            return missing(request)
        form = cast(Form, match[2]) if match[2] else wanted_form(request)
        try:
            async with issuer_visit(self._services, request) as visit:
                badge = await badge_of_credential(visit.connection, visit.program_id, UUID(match[1]))
                if isinstance(badge, RevokedBadge):
                    return await _revoked(request, visit, badge, form)
                if badge is None:
                    return _nothing(request, form)
                return await self._answer(request, visit, badge, form)
        except NoBadgeError:
            return _nothing(request, form)
        except TooManyBadgesError:
            return too_many()

    async def _answer(self, request: Request, visit: IssuerVisit, badge: EarnedBadge, form: Form) -> Response:
        zone = await visit.zone()
        if form == "page":
            return _page(request, visit, badge, BadgeWords(locale_of(request), zone))
        # What is signed is in one language, so that it is the same whoever asks for it.
        criteria = BadgeWords("en", zone).criteria(badge.definition, badge.level)
        index = await give_status_index(visit.connection, badge, visit.program_id)
        document = credential_document(visit.issuing, badge, index, criteria)
        if form == "json":
            return json_answer(request, document)
        token = (await self._signers.signer(visit.connection, visit.issuing)).sign(document)
        if form == "jwt":
            return jwt_answer(request, token)
        return svg_answer(request, baked(await _picture(visit, badge), token), file_name=_file_name(badge))


def _file_name(badge: EarnedBadge) -> str:
    return f"{badge.handle}-{badge.level}" if len(badge.definition.levels) > 1 else badge.handle


async def _picture(visit: IssuerVisit, badge: EarnedBadge) -> str:
    artwork_id = artwork_id_of(badge.definition.artwork)
    if artwork_id is not None:
        own = await artwork_svg(visit.connection, visit.program_id, artwork_id)
        if own is not None:
            return own
    metal = metal_of(badge.level, len(badge.definition.levels))
    svg = shipped(f"{builtin_of(badge.definition.artwork) or DEFAULT_ARTWORK}-{metal}")
    assert svg is not None, "every shipped picture has every rim"
    return svg


def _page(request: Request, visit: IssuerVisit, badge: EarnedBadge, words: BadgeWords) -> Response:
    definition, addresses = badge.definition, visit.issuing.addresses
    return draw(
        request,
        "credential.html",
        badge=badge,
        definition=definition,
        issuer=visit.issuing.issuer,
        earned=words.day(badge.earned_at),
        title=definition.level_title(badge.level),
        criteria=words.criteria(definition, badge.level),
        picture=addresses.artwork(definition.artwork, badge.level, len(definition.levels)),
        page=visit.issuing.url(addresses.credential(badge.credential_id)),
        files={form: addresses.credential(badge.credential_id, form) for form in ("svg", "jwt", "json")},
        issuer_page=addresses.root,
        did=f"{addresses.root}/did.json",
    )


async def _revoked(request: Request, visit: IssuerVisit, badge: RevokedBadge, form: Form) -> Response:
    if form == "page":
        words = BadgeWords(locale_of(request), await visit.zone())
        return draw(request, "revoked.html", 410, day=words.day(badge.revoked_at), issuer=visit.issuing.issuer)
    document = {"status": "revoked", "revokedAt": badge.revoked_at.isoformat()}
    return json_answer(request, document, status=410)


def _nothing(request: Request, form: Form) -> Response:
    if form == "page":
        return missing(request)
    return json_answer(request, {"status": "unknown"}, status=404)
