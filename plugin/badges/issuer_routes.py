"""What verifies an issuer's badges and says what they stand for: keys, revocations, achievements, own pictures."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from engine.badges.artwork_store import artwork_svg
from engine.badges.credential_store import Level, issuer_keys, level_of, lists_begun, revoked_indexes
from engine.badges.credentials import achievement_of, status_document
from engine.database import transaction_time
from plugin.badges.answers import FRESH_SECONDS, json_answer, jwt_answer, svg_answer, wanted_form
from plugin.badges.issuing import Signers, did_document
from plugin.badges.shown import draw, missing
from plugin.badges.visits import IssuerVisit, NoBadgeError, TooManyBadgesError, issuer_visit
from plugin.badges.words import BadgeWords
from plugin.services import Services
from plugin.web.graphql_routes import too_many
from plugin.web.locales import locale_of

LIST_VALID_DAYS = 7
"""How long a kept copy of a list of revocations may be used: offline verifiers live by it, and so do replayed ones."""
_LIST_STEP_SECONDS = 3600
"""A list says when it was made in steps of an hour, so that an unchanged one is the same bytes for that long."""
_TAGGED = re.compile(r"(.{1,62})-[a-z2-7]{16}", re.ASCII)
_ACHIEVEMENT = re.compile(r"([1-9][0-9]{0,17})-([1-9][0-9]{0,8})-([1-9])", re.ASCII)
_NUMBER = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)

Answering = Callable[[Request, IssuerVisit], Awaitable[Response]]


class IssuerRoutes:
    """The routes, over one process's services."""

    def __init__(self, services: Services, signers: Signers) -> None:
        self._services = services
        self._signers = signers

    async def profile(self, request: Request) -> Response:
        """`GET /badges/{issuer}`: who issues."""
        return await self._visited(request, _profile)

    async def did(self, request: Request) -> Response:
        """`GET /badges/{issuer}/did.json`: the keys that verify."""
        return await self._visited(request, self._did)

    async def status(self, request: Request) -> Response:
        """`GET /badges/{issuer}/status/{number}`: a signed list of what was revoked."""
        return await self._visited(request, self._status)

    async def achievement(self, request: Request) -> Response:
        """`GET /badges/{issuer}/achievements/{name}`: what a level of a badge stands for."""
        return await self._visited(request, _achievement)

    async def artwork(self, request: Request) -> Response:
        """`GET /badges/{issuer}/artwork/{name}.svg`: a picture that the merchant brought."""
        return await self._visited(request, _artwork)

    async def _visited(self, request: Request, answer: Answering) -> Response:
        try:
            async with issuer_visit(self._services, request) as visit:
                return await answer(request, visit)
        except NoBadgeError:
            return missing(request)
        except TooManyBadgesError:
            return too_many()

    async def _did(self, request: Request, visit: IssuerVisit) -> Response:
        await self._signers.signer(visit.connection, visit.issuing)
        keys = await issuer_keys(visit.connection, visit.program_id)
        return json_answer(request, did_document(visit.issuing, keys))

    async def _status(self, request: Request, visit: IssuerVisit) -> Response:
        number: int = request.path_params["number"]
        if number >= await lists_begun(visit.connection, visit.program_id):
            raise NoBadgeError
        revoked = await revoked_indexes(visit.connection, visit.program_id, number)
        made_at = _step(await transaction_time(visit.connection))
        ends_at = made_at + timedelta(days=LIST_VALID_DAYS)
        document = status_document(visit.issuing, number, revoked, made_at, ends_at, FRESH_SECONDS)
        if wanted_form(request) in ("json", "page"):
            return json_answer(request, document)
        return jwt_answer(request, (await self._signers.signer(visit.connection, visit.issuing)).sign(document))


def _step(now: datetime) -> datetime:
    return datetime.fromtimestamp(now.timestamp() // _LIST_STEP_SECONDS * _LIST_STEP_SECONDS, now.tzinfo)


async def _profile(request: Request, visit: IssuerVisit) -> Response:
    if wanted_form(request) == "page":
        root = visit.issuing.addresses.root
        return draw(request, "issuer.html", issuer=visit.issuing.issuer, did=visit.issuing.did, keys=f"{root}/did.json")
    return json_answer(request, visit.issuing.profile)


async def _achievement(request: Request, visit: IssuerVisit) -> Response:
    level = await _level(request, visit)
    zone = await visit.zone()
    if wanted_form(request) != "page":
        criteria = BadgeWords("en", zone).criteria(level.definition, level.number)
        document = achievement_of(
            visit.issuing, level.definition_id, level.version, level.number, level.definition, criteria
        )
        return json_answer(request, document)
    words = BadgeWords(locale_of(request), zone)
    definition, addresses = level.definition, visit.issuing.addresses
    return draw(
        request, "achievement.html", issuer=visit.issuing.issuer, definition=definition, level=level.number,
        title=definition.level_title(level.number), criteria=words.criteria(definition, level.number),
        picture=addresses.artwork(definition.artwork, level.number, len(definition.levels)), issuer_page=addresses.root,
    )  # fmt: skip


async def _level(request: Request, visit: IssuerVisit) -> Level:
    match = _TAGGED.fullmatch(request.path_params["name"])
    parts = _ACHIEVEMENT.fullmatch(match[1]) if match else None
    if parts is None:
        raise NoBadgeError
    definition_id, version, number = (int(part) for part in parts.groups())
    if not request.url.path.endswith(visit.issuing.addresses.achievement(definition_id, version, number)):
        raise NoBadgeError
    level = await level_of(visit.connection, visit.program_id, definition_id, version, number)
    if level is None:
        raise NoBadgeError
    return level


async def _artwork(request: Request, visit: IssuerVisit) -> Response:
    match = _TAGGED.fullmatch(request.path_params["name"])
    if match is None or not _NUMBER.fullmatch(match[1]):
        raise NoBadgeError
    artwork_id = int(match[1])
    if not request.url.path.endswith(visit.issuing.addresses.artwork(f"artwork:{artwork_id}")):
        raise NoBadgeError
    svg = await artwork_svg(visit.connection, visit.program_id, artwork_id)
    if svg is None:
        raise NoBadgeError
    return svg_answer(request, svg, forever=True)
