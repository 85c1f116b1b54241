"""Offers published, closed and published again. Publishing reserves the budget, closing sends home what is free."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.offers.budget import Account, BudgetMove, move_budget
from engine.offers.catalog import Offer, locked_offer
from engine.offers.checking import checked_terms
from engine.offers.costs import next_cost
from engine.offers.editing import LIVE, read_again, send_home
from engine.offers.refusals import OfferRefused

_PUBLISH = text("""
    UPDATE offers SET state = 'published', budget_unit = :unit, budget_next = :next, closed_at = NULL,
        published_at = CASE WHEN published_at IS NULL THEN now() ELSE published_at END
    WHERE program_id = :program_id AND offer_id = :offer_id
""")
_CLOSE = text("""
    UPDATE offers SET state = 'closed', closed_at = now()
    WHERE program_id = :program_id AND offer_id = :offer_id
""")


async def publish_offer(connection: AsyncConnection, program_id: int, offer_id: int, *, actor: str) -> Offer:
    """Let members claim a draft, or an offer that was closed. Twice is once.

    What its budget held and spent before counts. Raises OfferRefused: OFFER_NOT_FOUND, ARCHIVED, or like
    `checked_terms`.
    """
    known = await locked_offer(connection, program_id, offer_id)
    if known.state in LIVE:
        return known
    agreement = await checked_terms(connection, program_id, known.partner_id, known.definition, live=True)
    given = {
        "program_id": program_id, "offer_id": offer_id, "unit": known.definition.budget_unit,
        "next": next_cost(known.definition, agreement.definition),
    }  # fmt: skip
    await connection.execute(_PUBLISH, given)
    reserved = 0
    if known.definition.budget is not None:
        reserved = known.definition.budget.amount - (known.budget.total if known.budget is not None else 0)
    moves = [BudgetMove(Account.FUND, Account.FREE, reserved, "publish", actor)] if reserved else []
    await move_budget(connection, program_id, offer_id, *moves)
    return await read_again(connection, program_id, offer_id)


async def close_offer(connection: AsyncConnection, program_id: int, offer_id: int, *, actor: str) -> Offer:
    """Let nobody claim it any more. Twice is once.

    What was claimed stays good, but what a purchase after the closing takes of a budget, other than what its code
    holds, is not covered any more. Purchases from before that are reported late are, see `capturing`.
    Raises OfferRefused: OFFER_NOT_FOUND, ARCHIVED, NOT_PUBLISHED.
    """
    known = await locked_offer(connection, program_id, offer_id)
    if known.state == "draft":
        raise OfferRefused("NOT_PUBLISHED", None, "a draft cannot be closed")
    if known.state == "closed":
        return known
    await send_home(connection, known, actor)
    await connection.execute(_CLOSE, {"program_id": program_id, "offer_id": offer_id})
    return await read_again(connection, program_id, offer_id)
