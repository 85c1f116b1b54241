"""What a claim hands out: a code of a pool or one that is made, a link's token, a member's number at a partner."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.offers.catalog import Offer
from engine.offers.codes import take_code
from engine.offers.definitions import Accrual, Code, Link, Pool, Redemption
from engine.offers.made_codes import made_code
from engine.offers.refusals import ClaimRefused, ReasonCode
from engine.partners.numbers import member_number

_TAG_BYTES = 10
"""80 bits, which is 16 letters and digits."""
_TOKEN = re.compile(r"([1-9][0-9]{0,18})-([1-9][0-9]{0,18})-[a-z2-7]{16}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Promise:
    """What the member gets in hand, and the first instant at which it is no longer good (None: no such end)."""

    code: str | None
    expires_at: datetime | None


def link_token(code_key: bytes, program_id: int, claim_id: int) -> str:
    """What the address of a claimed link ends in: it names the claim, and only the program's key can make it."""
    digest = hmac.digest(code_key, b"offer link %d %d" % (program_id, claim_id), hashlib.sha256)
    return f"{program_id}-{claim_id}-{base64.b32encode(digest[:_TAG_BYTES]).decode().lower()}"


def named_by_token(token: str) -> tuple[int, int] | None:
    """The program and the claim that a token speaks of, None for what is none; compare with `link_token` afterwards."""
    match = _TOKEN.fullmatch(token)
    if match is None:
        return None
    program_id, claim_id = int(match[1]), int(match[2])
    return (program_id, claim_id) if max(program_id, claim_id) < 2**63 else None


async def promise(
    connection: AsyncConnection, offer: Offer, claim_id: int, member_id: int, code_key: bytes, now: datetime
) -> Promise:
    """Make or take what a claim of the offer hands out. Raises ClaimRefused SOLD_OUT.

    The caller set `codes.BEFORE_LOOK` before, and wrote nothing since.
    """
    gives = offer.definition.gives
    match gives:
        case Code() | Redemption():
            return await _code(connection, offer, gives, claim_id, code_key, now)
        case Link():
            return Promise(link_token(code_key, offer.program_id, claim_id), None)
        case Accrual():
            return Promise(await member_number(connection, offer.program_id, offer.partner_id, member_id), None)
        case _:
            return Promise(None, None)


async def _code(
    connection: AsyncConnection, offer: Offer, gives: Code | Redemption, claim_id: int, code_key: bytes, now: datetime
) -> Promise:
    ends = [] if offer.codes_end_at is None else [offer.codes_end_at]
    if gives.valid_days is not None:
        ends.append(now.replace(microsecond=0) + timedelta(days=gives.valid_days))
    expires_at = min(ends, default=None)
    if not isinstance(gives.source, Pool):
        return Promise(made_code(code_key, claim_id, gives.source.prefix), expires_at)
    code = await take_code(connection, offer.program_id, gives.source.pool_id, claim_id, marked=True)
    if code is None:
        raise ClaimRefused(ReasonCode.SOLD_OUT)
    return Promise(code, expires_at)
