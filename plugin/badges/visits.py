"""Whose badges a caller asks about: the issuer that an address names, once the address proves to be one of ours."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request

from engine.badges.addresses import badge_addresses, program_of
from engine.badges.credential_store import issuer_of
from engine.badges.credentials import Issuing
from engine.database import tenant_transaction
from engine.program import standing_zone
from engine.publishing import versions_of
from plugin.services import Services
from plugin.web.graphql_routes import caller_of


class NoBadgeError(Exception):
    """There is nothing at an address, or nothing any more."""


class TooManyBadgesError(Exception):
    """A caller asks too often."""


@dataclass(frozen=True, slots=True)
class IssuerVisit:
    """A request about one issuer, with a transaction that sees that program alone."""

    connection: AsyncConnection
    issuing: Issuing

    @property
    def program_id(self) -> int:
        """Whose badges they are."""
        return self.issuing.addresses.program_id

    async def zone(self) -> ZoneInfo:
        """The zone of the program's days."""
        versions = await versions_of(self.connection, [self.program_id])
        return standing_zone(versions.get(self.program_id, ()))


@asynccontextmanager
async def issuer_visit(services: Services, request: Request) -> AsyncIterator[IssuerVisit]:
    """Open a visit. Raises NoBadgeError for an address that we never gave out, TooManyBadgesError."""
    named: str = request.path_params["issuer"]
    program_id = program_of(named)
    if program_id is None:
        raise NoBadgeError
    settings = services.settings
    caller = caller_of(request, None, settings.trusted_proxies)
    if not await services.limiter.allow(settings.requests_per_second, program_id, "badges", *caller):
        raise TooManyBadgesError
    async with tenant_transaction(services.engine, program_id) as connection:
        addresses = await badge_addresses(connection, program_id)
        issuer = await issuer_of(connection, program_id)
        if addresses is None or issuer is None or addresses.issuer != named:
            raise NoBadgeError
        yield IssuerVisit(connection, Issuing(settings.shopify_app_url, addresses, issuer))
