"""Clicks on claimed links: each has an id of its own, by which the partner tells us what was bought."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.offers.claims import Claim, claim_of
from engine.offers.definitions import Link
from engine.offers.links import address_of_click
from engine.offers.promising import link_token, named_by_token
from engine.rewards.codes import code_letters

CLICKS_PER_DAY = 100
"""The most ids that one claim makes in a day; more clicks go on with the newest."""

_KEY = text("SELECT code_key FROM programs WHERE program_id = :program_id")
_LOCK = text("SELECT claim_id FROM offer_claims WHERE program_id = :program_id AND claim_id = :claim_id FOR UPDATE")
_RECENT = text("""
    SELECT count(*) AS number, max(click_id) FILTER (WHERE place = 1) AS newest FROM (
        SELECT click_id, row_number() OVER (ORDER BY clicked_at DESC, click_id) AS place FROM offer_clicks
        WHERE program_id = :program_id AND claim_id = :claim_id AND clicked_at > now() - interval '1 day'
    ) recent
""")
_NEXT = text("SELECT nextval('ledger_ids')")
_INSERT = text("""
    INSERT INTO offer_clicks (program_id, click_id, claim_id, offer_id, partner_id, member_id)
    VALUES (:program_id, :click_id, :claim_id, :offer_id, :partner_id, :member_id)
""")


@dataclass(frozen=True, slots=True)
class Click:
    """Where a click leads, and the id that it carries."""

    click_id: str
    url: str


def program_of_token(token: str) -> int | None:
    """The program that a link's token speaks of, to name the tenant; None for what is no token."""
    named = named_by_token(token)
    return named[0] if named is not None else None


async def record_click(connection: AsyncConnection, program_id: int, token: str) -> Click | None:
    """Write down a click on a claimed link of the program; None where the link is none, or leads nowhere any more."""
    named = named_by_token(token)
    code_key = (await connection.execute(_KEY, {"program_id": program_id})).scalar_one_or_none()
    if named is None or named[0] != program_id or code_key is None:
        return None
    if not hmac.compare_digest(link_token(bytes(code_key), *named), token):
        return None
    key = {"program_id": program_id, "claim_id": named[1]}
    # By itself, and so that clicks at the same time are counted one after the other.
    await connection.execute(_LOCK, key)
    claim = await claim_of(connection, program_id, named[1])
    if claim is None or claim.status != "READY" or not isinstance(claim.definition.gives, Link):
        return None
    click_id = await _click(connection, claim, bytes(code_key))
    return Click(click_id, address_of_click(claim.definition.gives.url, click_id))


async def _click(connection: AsyncConnection, claim: Claim, code_key: bytes) -> str:
    key = {"program_id": claim.program_id, "claim_id": claim.claim_id}
    recent = (await connection.execute(_RECENT, key)).one()
    if recent.number >= CLICKS_PER_DAY:
        newest: str = recent.newest
        return newest
    number = (await connection.execute(_NEXT)).scalar_one()
    click_id = code_letters(code_key, b"offer click %d" % number)
    given = {
        **key, "click_id": click_id, "offer_id": claim.offer_id, "partner_id": claim.partner_id,
        "member_id": claim.member_id,
    }  # fmt: skip
    await connection.execute(_INSERT, given)
    return click_id
