"""Keys that issuers sign with: RSA, since every verifier of Open Badges must know RS256, made when first needed.

The private half is encrypted like tokens are, bound to its program and its own number, so that a row copied elsewhere
cannot be opened there.
"""

from __future__ import annotations

import os
from typing import Any, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from jwt.algorithms import RSAAlgorithm

KEY_BITS = 2048
ALGORITHM = "RS256"
_FORMAT = b"\x01"
_NONCE_BYTES = 12


class KeyUnreadableError(Exception):
    """A stored key cannot be opened: the encryption key is another one now, or the row belongs elsewhere."""


class KeyBox:
    """Makes, encrypts and opens issuers' keys with the app's one encryption key."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def make(self, program_id: int, key_id: int) -> tuple[dict[str, Any], bytes]:
        """A new key: its public half as a JWK, its private one encrypted. Takes a tenth of a second."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
        written = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, written, _owner(program_id, key_id))
        return public_jwk(key.public_key()), _FORMAT + nonce + sealed

    def open(self, sealed: bytes, program_id: int, key_id: int) -> rsa.RSAPrivateKey:
        """The private half. Raises KeyUnreadableError."""
        if sealed[:1] != _FORMAT or len(sealed) <= 1 + _NONCE_BYTES:
            raise KeyUnreadableError("not a sealed key")
        nonce, text = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        try:
            written = self._cipher.decrypt(nonce, text, _owner(program_id, key_id))
        except InvalidTag:
            raise KeyUnreadableError("sealed with another key or for another issuer") from None
        return cast(rsa.RSAPrivateKey, load_der_private_key(written, password=None))


def public_jwk(key: rsa.RSAPublicKey) -> dict[str, Any]:
    """A public key as a JWK of nothing but what verifies."""
    written = RSAAlgorithm.to_jwk(key, as_dict=True)
    return {"kty": "RSA", "n": written["n"], "e": written["e"]}


def _owner(program_id: int, key_id: int) -> bytes:
    return f"laurel:issuer-key:{program_id}:{key_id}".encode()
