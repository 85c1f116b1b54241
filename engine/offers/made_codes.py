"""Codes that no partner gave us: worked out from the claim, the same however often, and not to be guessed."""

from __future__ import annotations

from engine.rewards.codes import code_letters


def made_code(code_key: bytes, claim_id: int, prefix: str) -> str:
    """The code of a claim, by the key of its program: the prefix, a hyphen and 80 bits as letters and digits."""
    return f"{prefix}-{code_letters(code_key, b'offer claim %d' % claim_id)}"
