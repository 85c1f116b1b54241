"""Tokens at rest: AES-256-GCM, bound to their shop, so that a row copied to another shop cannot be opened there."""

from __future__ import annotations

from plugin.sealed_box import SealedBox, SealedUnreadableError

TokenUnreadableError = SealedUnreadableError
"""A stored token cannot be opened: another key encrypted it, or it belongs to another shop."""


class TokenBox:
    """Encrypts and opens tokens with one 32-byte key."""

    def __init__(self, key: bytes) -> None:
        self._box = SealedBox(key)

    def seal(self, token: str, program_id: int, shop_id: int) -> bytes:
        """Encrypt one token of a shop; the same token gives another text each time."""
        return self._box.seal(token.encode(), _owner(program_id, shop_id))

    def open(self, sealed: bytes, program_id: int, shop_id: int) -> str:
        """Decrypt one token of a shop. Raises TokenUnreadableError."""
        return self._box.open(sealed, _owner(program_id, shop_id)).decode()


def _owner(program_id: int, shop_id: int) -> str:
    return f"laurel:shop-token:{program_id}:{shop_id}"
