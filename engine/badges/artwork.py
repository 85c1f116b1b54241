"""Which picture a badge has: one of those that come with Laurel, or one that the merchant brought.

A reference is `builtin:<name>` or `artwork:<id>`. The shipped ones have a metal rim by the level of the badge.
"""

from __future__ import annotations

import re

BUILTIN_ARTWORKS = (
    "bag", "bolt", "book", "cake", "calendar", "coins", "compass", "crown", "flag", "flame", "friends", "gem", "gift",
    "heart", "key", "laurel", "leaf", "medal", "megaphone", "mountain", "parcel", "review", "rocket", "shield", "star",
    "sun", "target", "trophy",
)  # fmt: skip
"""The names of the pictures that are shipped; each is a file of that name in `plugin/badges/art`."""

DEFAULT_ARTWORK = "medal"
"""What is shown where the picture that was named is none."""
METALS = ("bronze", "silver", "gold", "platinum", "diamond")
_REFERENCE = re.compile(r"(?:builtin:([a-z][a-z-]{0,30})|artwork:([1-9][0-9]{0,18}))", re.ASCII)


def builtin_of(reference: str) -> str | None:
    """The name of the shipped picture that a reference is to, None for any other."""
    match = _REFERENCE.fullmatch(reference)
    return match[1] if match and match[1] in BUILTIN_ARTWORKS else None


def artwork_id_of(reference: str) -> int | None:
    """The id of the merchant's own picture that a reference is to, None for any other."""
    match = _REFERENCE.fullmatch(reference)
    number = int(match[2]) if match and match[2] else 0
    return number if 0 < number < 2**63 else None


def is_artwork(reference: str) -> bool:
    """Whether a text is a reference to a picture that is shipped, or could be to one that was brought."""
    return builtin_of(reference) is not None or artwork_id_of(reference) is not None


def metal_of(level: int, levels: int) -> str:
    """What the rim of a level is made of, `level` counted from 1: bronze first; a badge with one level has gold."""
    return METALS[min(max(level, 1), len(METALS)) - 1] if levels > 1 else "gold"
