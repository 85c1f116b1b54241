"""Whether people can read what people wrote, in any language: pure."""

from __future__ import annotations

import unicodedata

_JOINERS = frozenset("\u200b\u200c\u200d\u200e\u200f\u2060\u00ad\ufeff")
"""Of the signs that nobody sees those that languages and emoji are written with; others turn words around."""
_SPACES = frozenset("\r\n\t")


def is_readable(text: str) -> bool:
    """Whether a text of several lines has nothing in it but letters, signs, spaces, and what joins them.

    What is not empty has to show something: joiners alone would pass for words.
    """
    known = all(
        sign.isprintable() or sign in _SPACES or sign in _JOINERS or unicodedata.category(sign) == "Zs" for sign in text
    )
    return known and (not text or any(sign.isprintable() and not sign.isspace() for sign in text))
