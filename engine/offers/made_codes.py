"""Codes that no partner gave us: worked out from the claim, the same however often, and not to be guessed."""

from __future__ import annotations

import re

from engine.rewards.codes import code_letters

PREFIX_PATTERN = r"[A-Z0-9]{2,8}"
"""What a code may begin with; the rest is a hyphen and sixteen letters and digits, 80 bits."""
_MADE = re.compile(rf"{PREFIX_PATTERN}-[A-Z2-7]{{16}}", re.ASCII)


def made_code(code_key: bytes, claim_id: int, prefix: str) -> str:
    """The code of a claim, by the key of its program; it has the prefix, so that the partner knows whose it is."""
    return f"{prefix}-{code_letters(code_key, b'offer claim %d' % claim_id)}"


def may_be_made(code: str) -> bool:
    """Whether a code, in any case, could be one of these."""
    return _MADE.fullmatch(code.upper()) is not None
