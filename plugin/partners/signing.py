"""What a program signs its events and statements with: one Ed25519 key at a time; all that ever signed verify."""

from __future__ import annotations

from typing import Any

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from engine.database import tenant_transaction
from engine.partners.signing_store import (
    SIGNED_AT_ONCE,
    Sign,
    SigningKey,
    add_signing_key,
    key_name,
    new_signing_key_id,
    partners_to_sign,
    sign_events,
    signing_keys,
)
from plugin.partners.keys import SigningKeyBox
from plugin.partners.tokens import ALGORITHM, sign_payload, voucher_payload
from plugin.sealed_box import SealedUnreadableError

OPENED_MAXIMUM = 256
"""How many keys a process keeps open."""

log = structlog.get_logger("laurel.partners")


class EventSigners:
    """The signing keys of one process."""

    def __init__(self, encryption_key: bytes) -> None:
        self._box = SigningKeyBox(encryption_key)
        self._opened: dict[tuple[int, int], Ed25519PrivateKey] = {}

    async def signer(self, connection: AsyncConnection, program_id: int) -> Sign:
        """What a program signs with now. The first question makes a key, and so does the first one after the app's
        encryption key was changed."""
        for lock in (False, True):
            for stored in await signing_keys(connection, program_id, lock=lock):
                key = None if stored.retired else self._open(program_id, stored)
                if key is not None:
                    return _signing(key, key_name(stored.key_id))
        return await self._make(connection, program_id, None)

    async def replace(self, connection: AsyncConnection, program_id: int, expected: str) -> bool:
        """Sign with a new key from now on, for which the one named `expected` vouches; False if that one does not sign.

        One that cannot be opened any more vouches for nothing: then whoever verifies has to be told by other means.
        """
        stored = next(iter(await signing_keys(connection, program_id, lock=True)), None)
        if stored is None or key_name(stored.key_id) != expected:
            return False
        await self._make(connection, program_id, stored)
        return True

    async def _make(self, connection: AsyncConnection, program_id: int, before: SigningKey | None) -> Sign:
        key_id = await new_signing_key_id(connection)
        public_key, private_key = self._box.make(program_id, key_id)
        old = None if before is None else self._open(program_id, before)
        voucher = None
        if before is not None and old is not None:
            after = key_name(before.key_id)
            voucher = sign_payload(old, after, voucher_payload(key_name(key_id), public_key, after))
        await add_signing_key(connection, program_id, key_id, public_key, private_key, voucher)
        log.info("signing key made", program_id=program_id, key_id=key_id, vouched=voucher is not None)
        return _signing(self._box.open(private_key, program_id, key_id), key_name(key_id))

    async def sign_due(self, engine: AsyncEngine, program_ids: tuple[int, ...]) -> int:
        """Sign what these programs recorded and nobody signed yet; returns how many events it was.

        One partner holds up no other: one whose statement is being issued is signed by that, and trouble is logged.
        """
        async with tenant_transaction(engine, *program_ids) as connection:
            waiting = await partners_to_sign(connection)
        signed = 0
        for program_id, partner_id in waiting:
            try:
                signed += await self._sign_partner(engine, program_id, partner_id)
            except Exception as error:
                log.error("events not signed", program_id=program_id, partner=partner_id, exc_info=error)
        return signed

    async def _sign_partner(self, engine: AsyncEngine, program_id: int, partner_id: int) -> int:
        signed, page = 0, SIGNED_AT_ONCE
        while page == SIGNED_AT_ONCE:
            async with tenant_transaction(engine, program_id) as connection:
                sign = await self.signer(connection, program_id)
                page = await sign_events(connection, program_id, partner_id, sign, wait=False)
            signed += page
        return signed

    def _open(self, program_id: int, stored: SigningKey) -> Ed25519PrivateKey | None:
        at = (program_id, stored.key_id)
        if at not in self._opened:
            try:
                key = self._box.open(stored.private_key, *at)
            except SealedUnreadableError:
                log.warning("signing key cannot be opened", program_id=program_id, key_id=stored.key_id)
                return None
            while len(self._opened) >= OPENED_MAXIMUM:
                del self._opened[next(iter(self._opened))]
            self._opened[at] = key
        return self._opened[at]


def keys_document(keys: tuple[SigningKey, ...]) -> dict[str, Any]:
    """The public halves of a program's keys as a JWK Set, the one that signs first."""
    return {
        "keys": [
            {**key.public_key, "kid": key_name(key.key_id), "alg": ALGORITHM, "use": "sig"}
            | ({"voucher": key.voucher} if key.voucher else {})
            for key in sorted(keys, key=lambda one: one.retired)
        ]
    }


def _signing(key: Ed25519PrivateKey, kid: str) -> Sign:
    def sign(payload: bytes) -> str:
        return sign_payload(key, kid, payload)

    return sign
