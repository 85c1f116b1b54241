"""The one code of a delivery, worked out from its id like a redemption's; its prefix tells whose it is."""

from __future__ import annotations

from engine.rewards.codes import code_letters, may_be_ours

PREFIX = "LRP"


def perk_code(code_key: bytes, delivery_id: int) -> str:
    """The code of a delivery: the same however often it is asked for."""
    return f"{PREFIX}-{code_letters(code_key, b'perk %d' % delivery_id)}"


def may_be_perk_code(code: str) -> bool:
    """Whether a code that an order used could be a perk's."""
    return may_be_ours(code, PREFIX)
