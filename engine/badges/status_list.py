"""Which credentials are revoked, as a W3C Bitstring Status List: one bit each, in lists of 131,072.

The same bits are the same bytes. A list is as long as it ever gets from the beginning: its length tells nobody how many
badges there are.
"""

from __future__ import annotations

import base64
import gzip
from collections.abc import Iterable

LIST_BITS = 131_072
"""The least that the specification allows, so that nobody's question for their own bit tells whose it is."""


def place_of(status_index: int) -> tuple[int, int]:
    """In which list a credential's bit is, and where in it."""
    return divmod(status_index, LIST_BITS)


def encoded_list(revoked: Iterable[int]) -> str:
    """A list with these bits set, highest bit of a byte first: zipped, in base64url, behind the letter that says so.

    Raises ValueError for a place that no list has.
    """
    bits = bytearray(LIST_BITS // 8)
    for place in revoked:
        if not 0 <= place < LIST_BITS:
            raise ValueError(f"no list has a place {place}")
        bits[place // 8] |= 0x80 >> place % 8
    zipped = gzip.compress(bytes(bits), mtime=0)
    return "u" + base64.urlsafe_b64encode(zipped).decode().rstrip("=")
