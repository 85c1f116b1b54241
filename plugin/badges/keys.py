"""Keys that issuers sign with: RSA, since every verifier of Open Badges must know RS256, made when first needed.

The private half is encrypted like tokens are, bound to its program and its own number, so that a row copied elsewhere
cannot be opened there.
"""

from __future__ import annotations

from typing import Any, cast

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from jwt.algorithms import RSAAlgorithm

from plugin.sealed_box import SealedBox, SealedUnreadableError

KEY_BITS = 2048
ALGORITHM = "RS256"
KeyUnreadableError = SealedUnreadableError
"""A stored key cannot be opened: the encryption key is another one now, or the row belongs elsewhere."""


class KeyBox:
    """Makes, encrypts and opens issuers' keys with the app's one encryption key."""

    def __init__(self, key: bytes) -> None:
        self._box = SealedBox(key)

    def make(self, program_id: int, key_id: int) -> tuple[dict[str, Any], bytes]:
        """A new key: its public half as a JWK, its private one encrypted. Takes a tenth of a second."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
        written = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        return public_jwk(key.public_key()), self._box.seal(written, _owner(program_id, key_id))

    def open(self, sealed: bytes, program_id: int, key_id: int) -> rsa.RSAPrivateKey:
        """The private half. Raises KeyUnreadableError."""
        written = self._box.open(sealed, _owner(program_id, key_id))
        return cast(rsa.RSAPrivateKey, load_der_private_key(written, password=None))


def public_jwk(key: rsa.RSAPublicKey) -> dict[str, Any]:
    """A public key as a JWK of nothing but what verifies."""
    written = RSAAlgorithm.to_jwk(key, as_dict=True)
    return {"kty": "RSA", "n": written["n"], "e": written["e"]}


def _owner(program_id: int, key_id: int) -> str:
    return f"laurel:issuer-key:{program_id}:{key_id}"
