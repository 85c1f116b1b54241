"""Secrets at rest: AES-256-GCM with the app's one key, each bound to its owner, so that a copied row opens nowhere."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_FORMAT = b"\x01"
_NONCE_BYTES = 12


class SealedUnreadableError(Exception):
    """A stored secret cannot be opened: another key sealed it, or it belongs to another owner."""


class SealedBox:
    """Seals and opens secrets with one 32-byte key. `owner` names the row that a secret stands in."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, secret: bytes, owner: str) -> bytes:
        """Encrypt a secret; the same one gives other bytes each time."""
        nonce = os.urandom(_NONCE_BYTES)
        return _FORMAT + nonce + self._cipher.encrypt(nonce, secret, owner.encode())

    def open(self, sealed: bytes, owner: str) -> bytes:
        """Decrypt a secret of this owner. Raises SealedUnreadableError."""
        if sealed[:1] != _FORMAT or len(sealed) <= 1 + _NONCE_BYTES:
            raise SealedUnreadableError("not a sealed secret")
        nonce, text = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        try:
            return self._cipher.decrypt(nonce, text, owner.encode())
        except InvalidTag:
            raise SealedUnreadableError("sealed with another key or for another owner") from None
