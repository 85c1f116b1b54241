"""The two kinds of keys between a program and its partners, and how each is kept.

A partner's key is a text that it was shown once: it logs in with it, and its secret signs what it reports. A program's
signing key is an Ed25519 pair whose public half everybody may have.
"""

from __future__ import annotations

import base64
import hmac
import re
import secrets
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm

from plugin.sealed_box import SealedBox

_FORM = re.compile(r"lpk_([a-z2-7]{16})_([0-9a-f]{64})", re.ASCII)


@dataclass(frozen=True, slots=True)
class PartnerKey:
    """A partner's key in the two parts that its text is made of."""

    key_id: str
    secret: str = field(repr=False)

    @property
    def text(self) -> str:
        """What the partner keeps and sends."""
        return f"lpk_{self.key_id}_{self.secret}"

    def is_secret(self, other: str) -> bool:
        """Whether it has that secret; takes as long for one that is nearly right."""
        return hmac.compare_digest(self.secret.encode(), other.encode())


def new_partner_key() -> PartnerKey:
    """A key that nobody can guess: 256 random bits behind a name of 80."""
    name = base64.b32encode(secrets.token_bytes(10)).decode().lower()
    return PartnerKey(name, secrets.token_hex(32))


def read_partner_key(text: str) -> PartnerKey | None:
    """The key that a text is, or None."""
    match = _FORM.fullmatch(text)
    return PartnerKey(*match.groups()) if match else None


class PartnerKeyBox:
    """Seals partners' secrets, and those that a host gave us, with the app's one encryption key."""

    def __init__(self, encryption_key: bytes) -> None:
        self._box = SealedBox(encryption_key)

    def seal(self, program_id: int, key: PartnerKey) -> bytes:
        """The secret of a partner's key, encrypted."""
        return self._box.seal(key.secret.encode(), _partner_key(program_id, key.key_id))

    def open(self, program_id: int, key_id: str, sealed: bytes) -> PartnerKey:
        """The key again. Raises SealedUnreadableError."""
        return PartnerKey(key_id, self._box.open(sealed, _partner_key(program_id, key_id)).decode())

    def seal_for_host(self, program_id: int, base_url: str, key: PartnerKey) -> bytes:
        """The secret of the key by which a host knows this program, encrypted."""
        return self._box.seal(key.secret.encode(), _host_key(program_id, base_url, key.key_id))

    def open_for_host(self, program_id: int, base_url: str, key_id: str, sealed: bytes) -> PartnerKey:
        """The key again. Raises SealedUnreadableError."""
        return PartnerKey(key_id, self._box.open(sealed, _host_key(program_id, base_url, key_id)).decode())


class SigningKeyBox:
    """Makes, seals and opens the keys that programs sign events and statements with."""

    def __init__(self, encryption_key: bytes) -> None:
        self._box = SealedBox(encryption_key)

    def make(self, program_id: int, key_id: int) -> tuple[dict[str, Any], bytes]:
        """A new key: its public half as a JWK, its private one sealed."""
        key = Ed25519PrivateKey.generate()
        public = OKPAlgorithm.to_jwk(key.public_key(), as_dict=True)
        jwk = {"kty": "OKP", "crv": "Ed25519", "x": public["x"]}
        return jwk, self._box.seal(key.private_bytes_raw(), _signing_key(program_id, key_id))

    def open(self, sealed: bytes, program_id: int, key_id: int) -> Ed25519PrivateKey:
        """The private half. Raises SealedUnreadableError."""
        return Ed25519PrivateKey.from_private_bytes(self._box.open(sealed, _signing_key(program_id, key_id)))


def _partner_key(program_id: int, key_id: str) -> str:
    return f"laurel:partner-key:{program_id}:{key_id}"


def _host_key(program_id: int, base_url: str, key_id: str) -> str:
    return f"laurel:host-key:{program_id}:{key_id}:{base_url}"


def _signing_key(program_id: int, key_id: int) -> str:
    return f"laurel:partner-signing-key:{program_id}:{key_id}"
