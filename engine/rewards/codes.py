"""The one code of a redemption, worked out from its id: the same however often it is made, and not to be guessed."""

from __future__ import annotations

import base64
import hashlib
import hmac

from engine.rewards.definitions import RewardKind

PREFIX = "LRL"
_CODE_BYTES = 10
"""80 bits, which is 16 letters and digits."""


def redemption_code(code_key: bytes, redemption_id: int, kind: RewardKind) -> str | None:
    """The code of a redemption, None where nothing is typed in anywhere. A gift card's has letters and digits only."""
    if kind == "store_credit":
        return None
    letters = code_letters(code_key, b"redemption %d" % redemption_id)
    return f"{PREFIX}{letters}" if kind == "gift_card" else f"{PREFIX}-{letters}"


def code_letters(code_key: bytes, named: bytes) -> str:
    """Sixteen letters and digits for what is named: the same however often, and nobody's to guess without the key."""
    return base64.b32encode(hmac.digest(code_key, named, hashlib.sha256)[:_CODE_BYTES]).decode()


def may_be_ours(code: str, prefix: str = PREFIX) -> bool:
    """Whether a code that an order used could be one with a prefix; shops and shoppers write it in any case."""
    return len(code) == len(prefix) + 17 and code[: len(prefix) + 1].upper() == f"{prefix}-"
