"""Signed events and statements: compact JWS (EdDSA) whose payload is exactly the bytes that were recorded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from jwt.algorithms import OKPAlgorithm
from jwt.api_jws import PyJWS
from jwt.exceptions import PyJWTError

ALGORITHM = "EdDSA"
TOKEN_MAXIMUM_LENGTH = 512 * 1024
KEYS_MAXIMUM = 50
_JWS = PyJWS(algorithms=[ALGORITHM])

PublicKeys = Mapping[str, Mapping[str, Any]]
"""Public keys as JWKs, by the names (`kid`) that tokens call them by."""


class TokenRefusedError(Exception):
    """A token is none, or is not signed by a key that is trusted here."""


class UnknownKeyError(TokenRefusedError):
    """A token names a key that is not trusted here: whether it is good cannot be told."""

    def __init__(self, name: str) -> None:
        super().__init__("signed with a key that is not known here")
        self.name = name.encode(errors="replace").decode()[:100]


def sign_payload(key: Ed25519PrivateKey, kid: str, payload: bytes) -> str:
    """A payload as a token. The same payload and key give the same token."""
    return _JWS.encode(payload, key, algorithm=ALGORITHM, headers={"kid": kid})


def voucher_payload(name: str, public_key: Mapping[str, Any], after: str) -> bytes:
    """What the key `after` signs when `name` takes its place: nothing else of a program reads like it."""
    said = {"after": after, "kid": name, "type": "signing-key", "x": public_key["x"]}
    return orjson.dumps(said, option=orjson.OPT_SORT_KEYS)


def verified_payload(token: str, keys: PublicKeys) -> bytes:
    """The payload of a token, once one of these keys, the one that it names, verifies it. Raises TokenRefusedError.

    The key comes from what was pinned and never from the token; the algorithm is ours to say, too.
    """
    if len(token) > TOKEN_MAXIMUM_LENGTH:
        raise TokenRefusedError("too long")
    try:
        name = _JWS.get_unverified_header(token).get("kid")
        known = keys.get(name) if isinstance(name, str) else None
        if known is None:
            raise UnknownKeyError(name) if isinstance(name, str) else TokenRefusedError("without the name of a key")
        payload: bytes = _JWS.decode(token, _public_key(known), algorithms=[ALGORITHM])
    except (PyJWTError, ValueError, TypeError, RecursionError) as error:
        raise TokenRefusedError(f"not a good token ({type(error).__name__})") from None
    return payload


def read_keys(document: object) -> dict[str, dict[str, Any]]:
    """The usable keys of a JWK Set: Ed25519 alone, each by its `kid`. Raises TokenRefusedError where there is none."""
    listed = document.get("keys") if isinstance(document, dict) else None
    found: dict[str, dict[str, Any]] = {}
    for key in listed[:KEYS_MAXIMUM] if isinstance(listed, list) else []:
        if not isinstance(key, dict) or key.get("kty") != "OKP" or key.get("crv") != "Ed25519" or "d" in key:
            continue
        name, written = key.get("kid"), key.get("x")
        if isinstance(name, str) and 0 < len(name) <= 100 and isinstance(written, str) and len(written) == 43:
            found[name] = {"kty": "OKP", "crv": "Ed25519", "x": written}
    if not found:
        raise TokenRefusedError("no key that could verify anything")
    return found


def _public_key(jwk: Mapping[str, Any]) -> Ed25519PublicKey:
    key = OKPAlgorithm.from_jwk(dict(jwk))
    if not isinstance(key, Ed25519PublicKey):
        raise TokenRefusedError("not a public Ed25519 key")
    return key
