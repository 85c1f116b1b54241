"""Keyed hashes of e-mail addresses: enough to recognize one again, nothing to read one from."""

from __future__ import annotations

import hmac
import unicodedata


def normalized(email: str) -> str:
    """One spelling per address: trimmed, compatibility forms and case folded. Dots and plus signs stay as they are,
    since only the mail server knows whether they matter.
    """
    folded = unicodedata.normalize("NFKC", email.strip()).casefold()
    return unicodedata.normalize("NFKC", folded).strip()


class EmailKeys:
    """Makes the key of an address with one secret (not empty); another secret gives other keys."""

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        if not key:
            raise ValueError("the key of e-mail hashes must not be empty")
        self._key = key

    def of(self, email: str) -> bytes:
        """32 bytes that stand for the address."""
        # A lone surrogate is JSON but no UTF-8; it must not break a delivery.
        return hmac.digest(self._key, normalized(email).encode("utf-8", "surrogatepass"), "sha256")
