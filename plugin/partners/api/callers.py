"""Who calls the partner API: the partner whose key it is, in a transaction that sees that program alone."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request

from engine.database import tenant_transaction
from engine.partners.key_store import key_of, program_of_key, touch
from plugin.partners.api.answers import ApiRefusedError
from plugin.partners.api.places import Places
from plugin.partners.keys import PartnerKey, PartnerKeyBox, read_partner_key
from plugin.partners.signatures import HEADER, SignatureRefusedError, verify
from plugin.sealed_box import SealedUnreadableError
from plugin.services import Services
from plugin.web.graphql_routes import caller_of
from plugin.web.responses import BodyRefusedError, read_body

BODY_MAXIMUM_BYTES = 1024 * 1024
KEY_REQUESTS_PER_SECOND = 50
ADDRESS_REQUESTS_PER_SECOND = 100
_NO_PROGRAM = 0
"""Under which requests are counted whose program is not known yet."""
_CHALLENGE = {"WWW-Authenticate": "Bearer"}
_SIGNATURE_TEXTS = {
    "SIGNATURE_MISSING": f"This call has to be signed: {HEADER}: t=<unix seconds>,v1=<hex HMAC-SHA256>.",
    "SIGNATURE_MALFORMED": f"{HEADER} reads t=<unix seconds>,v1=<64 small hexadecimal digits>.",
    "SIGNATURE_EXPIRED": "The signature is not from within five minutes of now.",
    "SIGNATURE_WRONG": "The signature is not of this body with the secret of this key.",
}

log = structlog.get_logger("laurel.partners")


@dataclass(frozen=True, slots=True)
class Caller:
    """A partner that proved to have one of its keys."""

    program_id: int
    partner_id: int
    key_id: str

    @property
    def actor(self) -> str:
        """Who did it, as the books have it."""
        return f"partner:{self.partner_id}:{self.key_id}"


@dataclass(frozen=True, slots=True)
class PartnerVisit:
    """A request of a partner, with a transaction that sees its program alone."""

    connection: AsyncConnection
    caller: Caller
    places: Places

    def long_work(self) -> AbstractContextManager[None]:
        """A place for what reads very much. Raises ApiRefusedError (429) where there is none."""
        return self.places.one(self.caller.program_id, self.caller.partner_id)


class Callers:
    """Finds out who calls, over one process's services."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._box = PartnerKeyBox(services.settings.encryption_key_bytes())
        self._places = Places()

    async def of_request(self, request: Request) -> Caller:
        """Whose key the request brings. Raises ApiRefusedError (401, 429)."""
        return (await self._known(_bearer(request), request))[0]

    async def of_key(self, text: str, request: Request) -> Caller:
        """Whose key a text is. Raises ApiRefusedError (401, 429)."""
        return (await self._known(text, request))[0]

    async def of_signed(self, request: Request) -> tuple[Caller, bytes]:
        """The same for a call that is signed, with its body. Raises ApiRefusedError (400, 401, 408, 413, 429)."""
        caller, key = await self._known(_bearer(request), request)
        body = await self.body_of(request)
        signatures = request.headers.getlist(HEADER)
        try:
            verify(key.secret, signatures[0] if len(signatures) == 1 else None, body, time.time())
        except SignatureRefusedError as refusal:
            log.warning("partner refused", reason=refusal.code, program=caller.program_id, key=caller.key_id)
            raise ApiRefusedError(401, refusal.code, _SIGNATURE_TEXTS[refusal.code]) from None
        return caller, body

    async def body_of(self, request: Request) -> bytes:
        """The body of a request, under the cap. Raises ApiRefusedError (400, 408, 413)."""
        try:
            return await read_body(request.headers.raw, request.receive, BODY_MAXIMUM_BYTES)
        except BodyRefusedError as refusal:
            code = "BODY_TOO_LARGE" if refusal.status == 413 else "MALFORMED_REQUEST"
            message = f"The body was refused: {refusal}; at most {BODY_MAXIMUM_BYTES} bytes are taken."
            raise ApiRefusedError(refusal.status, code, message, {"Connection": "close"}) from None

    @asynccontextmanager
    async def visit(self, caller: Caller) -> AsyncIterator[PartnerVisit]:
        """A transaction for a caller; it commits at the end of the block."""
        async with tenant_transaction(self._services.engine, caller.program_id) as connection:
            yield PartnerVisit(connection, caller, self._places)

    async def still(self, caller: Caller) -> bool:
        """Whether a caller's key is still good."""
        async with tenant_transaction(self._services.engine, caller.program_id) as connection:
            stored = await key_of(connection, caller.program_id, caller.key_id)
        return stored is not None and stored.revoked_at is None and stored.partner_id == caller.partner_id

    async def _known(self, text: str, request: Request) -> tuple[Caller, PartnerKey]:
        address = caller_of(request, None, self._services.settings.trusted_proxies)
        # Before anything is looked up: whoever tries keys is slowed down by where they come from.
        await self._count(ADDRESS_REQUESTS_PER_SECOND, _NO_PROGRAM, "partner-api", *address)
        given = read_partner_key(text)
        if given is None:
            raise ApiRefusedError(401, "KEY_MALFORMED", "A key reads lpk_<name>_<secret>.", _CHALLENGE)
        async with self._services.engine.begin() as connection:
            program_id = await program_of_key(connection, given.key_id)
        if program_id is None:
            raise _unknown(given)
        async with tenant_transaction(self._services.engine, program_id) as connection:
            stored = await key_of(connection, program_id, given.key_id)
            if stored is None or not self._is_secret(program_id, stored.secret, given):
                raise _unknown(given)
            if stored.revoked_at is not None:
                raise ApiRefusedError(401, "KEY_REVOKED", "This key was revoked.", _CHALLENGE)
            await touch(connection, program_id, given.key_id)
        await self._count(KEY_REQUESTS_PER_SECOND, program_id, "partner-key", given.key_id)
        structlog.contextvars.bind_contextvars(program=program_id, partner=stored.partner_id)
        return Caller(program_id, stored.partner_id, given.key_id), given

    def _is_secret(self, program_id: int, sealed: bytes, given: PartnerKey) -> bool:
        try:
            return self._box.open(program_id, given.key_id, sealed).is_secret(given.secret)
        except SealedUnreadableError:
            log.error("partner key cannot be opened", program=program_id, key=given.key_id)
            return False

    async def _count(self, per_second: int, program_id: int, *who: str) -> None:
        if not await self._services.limiter.allow(per_second, program_id, *who):
            message = f"Too many requests: {per_second} a second are answered."
            raise ApiRefusedError(429, "RATE_LIMITED", message, {"Retry-After": "1"})


def _bearer(request: Request) -> str:
    """The key in the one Authorization header; never one in an address, which ends up in logs."""
    values = request.headers.getlist("authorization")
    if not values:
        raise ApiRefusedError(401, "KEY_MISSING", "Send the key: Authorization: Bearer lpk_…", _CHALLENGE)
    scheme, _, text = values[0].partition(" ")
    if len(values) > 1 or scheme.lower() != "bearer":
        raise ApiRefusedError(401, "KEY_MALFORMED", "Send one header, Authorization: Bearer lpk_…", _CHALLENGE)
    return text.strip()


def _unknown(given: PartnerKey) -> ApiRefusedError:
    """The same for a name that nobody has and for a wrong secret."""
    log.warning("partner refused", reason="KEY_UNKNOWN", key=given.key_id)
    return ApiRefusedError(401, "KEY_UNKNOWN", "This key is not known here.", _CHALLENGE)
