"""How a partner signs what it reports: an HMAC of the moment and the body, good for five minutes.

`Laurel-Signature: t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<body>" with the secret of the key>`.
"""

from __future__ import annotations

import hmac
import re
from typing import Literal

HEADER = "Laurel-Signature"
FRESH_SECONDS = 300
"""How far the moment of a signature may lie from ours, either way."""
_FORM = re.compile(rb"t=([0-9]{1,11}),v1=([0-9a-f]{64})")

SignatureProblem = Literal["SIGNATURE_MISSING", "SIGNATURE_MALFORMED", "SIGNATURE_EXPIRED", "SIGNATURE_WRONG"]


class SignatureRefusedError(Exception):
    """A body is not signed as it has to be; `code` says why."""

    def __init__(self, code: SignatureProblem) -> None:
        super().__init__(code)
        self.code: SignatureProblem = code


def sign(secret: str, at_seconds: int, body: bytes) -> str:
    """The header's value for a body that is sent at that moment."""
    return f"t={at_seconds},v1={_digest(secret, str(at_seconds).encode(), body)}"


def verify(secret: str, header: str | None, body: bytes, now_seconds: float) -> None:
    """Check a body against its header. Raises SignatureRefusedError."""
    if not header:
        raise SignatureRefusedError("SIGNATURE_MISSING")
    match = _FORM.fullmatch(header.encode("utf-8", "surrogatepass"))
    if match is None:
        raise SignatureRefusedError("SIGNATURE_MALFORMED")
    moment, given = match.groups()
    # Wrong before old: whoever does not know the secret learns nothing about our clock.
    if not hmac.compare_digest(_digest(secret, moment, body).encode(), given):
        raise SignatureRefusedError("SIGNATURE_WRONG")
    if abs(now_seconds - int(moment)) > FRESH_SECONDS:
        raise SignatureRefusedError("SIGNATURE_EXPIRED")


def _digest(secret: str, moment: bytes, body: bytes) -> str:
    return hmac.digest(secret.encode(), moment + b"." + body, "sha256").hex()
