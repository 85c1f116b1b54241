"""What an issuer signs with, and the documents that verify it: one signing key at a time, all kept that ever signed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import jwt
import structlog
from cryptography.hazmat.primitives.asymmetric import rsa
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.badges.credential_store import IssuerKey, add_issuer_key, issuer_keys, new_key_id
from engine.badges.credentials import Issuing, Json, claims
from plugin.badges.keys import ALGORITHM, KeyBox, KeyUnreadableError

OPENED_MAXIMUM = 256
"""How many keys a process keeps open: opening one takes far longer than signing with it."""

log = structlog.get_logger("laurel.badges")


@dataclass(frozen=True, slots=True)
class Signer:
    """An issuer's key, open, and the name under which its DID document has it."""

    key: rsa.RSAPrivateKey
    kid: str
    public_key: dict[str, str]

    def sign(self, document: Json) -> str:
        """A document as a compact JWT that carries everything needed to verify it; the same one is the same text."""
        headers = {"kid": self.kid, "jwk": self.public_key}
        return jwt.encode(claims(document), self.key, algorithm=ALGORITHM, headers=headers)


class Signers:
    """The issuers' keys of one process."""

    def __init__(self, encryption_key: bytes) -> None:
        self._box = KeyBox(encryption_key)
        self._opened: dict[tuple[int, int], rsa.RSAPrivateKey] = {}

    async def signer(self, connection: AsyncConnection, issuing: Issuing) -> Signer:
        """What an issuer signs with now. The first question makes a key, and so does the first one after the app's
        encryption key was changed."""
        program_id = issuing.addresses.program_id
        for lock in (False, True):
            for stored in await issuer_keys(connection, program_id, lock=lock):
                key = self._open(program_id, stored)
                if key is not None:
                    return Signer(key, key_name(issuing, stored.key_id), stored.public_key)
        key_id = await new_key_id(connection)
        public_key, private_key = await asyncio.to_thread(self._box.make, program_id, key_id)
        made = IssuerKey(key_id, public_key, private_key)
        await add_issuer_key(connection, program_id, made)
        log.info("issuer key made", program_id=program_id, key_id=key_id)
        return Signer(self._box.open(private_key, program_id, key_id), key_name(issuing, key_id), public_key)

    def _open(self, program_id: int, stored: IssuerKey) -> rsa.RSAPrivateKey | None:
        at = (program_id, stored.key_id)
        if at not in self._opened:
            try:
                key = self._box.open(stored.private_key, *at)
            except KeyUnreadableError:
                log.warning("issuer key cannot be opened", program_id=program_id, key_id=stored.key_id)
                return None
            while len(self._opened) >= OPENED_MAXIMUM:
                del self._opened[next(iter(self._opened))]
            self._opened[at] = key
        return self._opened[at]


def key_name(issuing: Issuing, key_id: int) -> str:
    """How a key is named: part of the issuer's DID document."""
    return f"{issuing.did}#key-{key_id}"


def did_document(issuing: Issuing, keys: list[IssuerKey]) -> Json:
    """The document that the issuer's did:web resolves to: its keys, the one that signs first."""
    methods = [
        {
            "id": key_name(issuing, key.key_id),
            "type": "JsonWebKey",
            "controller": issuing.did,
            "publicKeyJwk": {**key.public_key, "alg": ALGORITHM, "kid": f"key-{key.key_id}"},
        }
        for key in keys
    ]
    names = [method["id"] for method in methods]
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/jwk/v1"],
        "id": issuing.did,
        "alsoKnownAs": [issuing.url(issuing.addresses.root)],
        "verificationMethod": methods,
        "authentication": names,
        "assertionMethod": names,
    }
