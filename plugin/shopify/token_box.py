"""Tokens at rest: AES-256-GCM, bound to their shop, so that a row copied to another shop cannot be opened there."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_FORMAT = b"\x01"
_NONCE_BYTES = 12


class TokenUnreadableError(Exception):
    """A stored token cannot be opened: another key encrypted it, or it belongs to another shop."""


class TokenBox:
    """Encrypts and opens tokens with one 32-byte key."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, token: str, program_id: int, shop_id: int) -> bytes:
        """Encrypt one token of a shop; the same token gives another text each time."""
        nonce = os.urandom(_NONCE_BYTES)
        return _FORMAT + nonce + self._cipher.encrypt(nonce, token.encode(), _owner(program_id, shop_id))

    def open(self, sealed: bytes, program_id: int, shop_id: int) -> str:
        """Decrypt one token of a shop. Raises TokenUnreadableError."""
        if sealed[:1] != _FORMAT or len(sealed) <= 1 + _NONCE_BYTES:
            raise TokenUnreadableError("not a sealed token")
        nonce, text = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        try:
            return self._cipher.decrypt(nonce, text, _owner(program_id, shop_id)).decode()
        except InvalidTag:
            raise TokenUnreadableError("sealed with another key or for another shop") from None


def _owner(program_id: int, shop_id: int) -> bytes:
    return f"laurel:shop-token:{program_id}:{shop_id}".encode()
