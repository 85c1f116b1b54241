"""The name under which a partner's books know a member: stable, made for the two of them, nobody's to trace back."""

from __future__ import annotations

import hashlib
import hmac

_BYTES = 16


def subject_of(code_key: bytes, partner_id: int, member_id: int) -> str:
    """32 hexadecimal digits for a member and a partner, by the program's own key (`programs.code_key`)."""
    named = b"partner subject %d %d" % (partner_id, member_id)
    return hmac.digest(code_key, named, hashlib.sha256)[:_BYTES].hex()
