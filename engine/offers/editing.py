"""Offers made, edited and archived. An edit of the budget moves the difference, never what is held or spent."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.offers.budget import Account, BudgetMove, move_budget
from engine.offers.catalog import BudgetState, Offer, add_version, insert_offer, locked_offer, offer_of
from engine.offers.checking import checked_terms
from engine.offers.costs import next_cost
from engine.offers.definitions import OfferDefinition
from engine.offers.refusals import OfferRefused

LIVE = ("published", "exhausted")
"""States in which an offer has its budget; else it is in the fund, but for what is held and spent."""
_EDIT = text("""
    UPDATE offers SET version = :version, position = :position, pool_id = :pool_id, budget_unit = :unit,
        budget_next = :next, claims_left = :claims_left
    WHERE program_id = :program_id AND offer_id = :offer_id
""")
_ARCHIVE = text("""
    UPDATE offers SET state = 'closed', archived_at = now(),
        closed_at = CASE WHEN closed_at IS NULL THEN now() ELSE closed_at END
    WHERE program_id = :program_id AND offer_id = :offer_id
""")


async def create_offer(
    connection: AsyncConnection, program_id: int, partner_id: int, handle: str, definition: OfferDefinition, *,
    actor: str, position: int | None = None,
) -> Offer:  # fmt: skip
    """Make a draft: nobody sees it before it is published, and it takes nothing of a budget.

    Raises OfferRefused: HANDLE_INVALID, HANDLE_TAKEN, TOO_MANY, or like `checked_terms`.
    """
    await checked_terms(connection, program_id, partner_id, definition, live=False)
    offer_id = await insert_offer(
        connection, program_id, partner_id, handle, definition, actor=actor, position=position
    )
    return await read_again(connection, program_id, offer_id)


async def update_offer(
    connection: AsyncConnection, program_id: int, offer_id: int, definition: OfferDefinition, *,
    expected_version: int, actor: str, position: int | None = None,
) -> Offer:  # fmt: skip
    """Make the next version. What was claimed keeps its own.

    Raises OfferRefused: OFFER_NOT_FOUND, ARCHIVED, VERSION_CONFLICT, KIND_CHANGED, BUDGET_BELOW_SPENT,
    BUDGET_UNIT_IN_USE, LIMIT_BELOW_CLAIMED, TOO_MANY, or like `checked_terms`.
    """
    known = await _locked(connection, program_id, offer_id, expected_version)
    if definition.kind != known.definition.kind:
        raise OfferRefused("KIND_CHANGED", "gives", "what an offer gives is of one kind for good")
    live = known.state in LIVE
    agreement = await checked_terms(connection, program_id, known.partner_id, definition, live=False)
    claims_left = None if definition.total_limit is None else definition.total_limit - known.claims_made
    if claims_left is not None and claims_left < 0:
        raise OfferRefused("LIMIT_BELOW_CLAIMED", "totalLimit", f"{known.claims_made} were claimed already")
    leaving, coming = _budget_moves(known, definition, actor)
    await move_budget(connection, program_id, offer_id, *leaving)
    await add_version(connection, program_id, offer_id, known.version + 1, definition, actor)
    following = next_cost(definition, agreement.definition)
    given = {
        "program_id": program_id, "offer_id": offer_id, "version": known.version + 1, "next": following,
        "position": known.position if position is None else position, "pool_id": definition.pool_id,
        "unit": definition.budget_unit, "claims_left": claims_left,
    }  # fmt: skip
    await connection.execute(_EDIT, given)
    await move_budget(connection, program_id, offer_id, *(coming if live else ()))
    return await read_again(connection, program_id, offer_id)


async def archive_offer(
    connection: AsyncConnection, program_id: int, offer_id: int, *, expected_version: int, actor: str
) -> Offer:
    """Close it for good, as `close_offer` does. Codes that were given stay good; links and numbers end.

    Raises like `update_offer`.
    """
    known = await _locked(connection, program_id, offer_id, expected_version)
    await send_home(connection, known, actor)
    await connection.execute(_ARCHIVE, {"program_id": program_id, "offer_id": offer_id})
    return await read_again(connection, program_id, offer_id)


async def send_home(connection: AsyncConnection, known: Offer, actor: str) -> None:
    """Move what is free of a locked offer's budget back to the fund."""
    if known.budget is not None and known.budget.free:
        move = BudgetMove(Account.FREE, Account.FUND, known.budget.free, "close", actor)
        await move_budget(connection, known.program_id, known.offer_id, move)


async def read_again(connection: AsyncConnection, program_id: int, offer_id: int) -> Offer:
    """An offer as this transaction left it."""
    known = await offer_of(connection, program_id, offer_id)
    assert known is not None, "it was written just now"
    return known


async def _locked(connection: AsyncConnection, program_id: int, offer_id: int, expected_version: int) -> Offer:
    known = await locked_offer(connection, program_id, offer_id)
    if known.version != expected_version:
        raise OfferRefused("VERSION_CONFLICT", "expectedVersion", f"somebody else made version {known.version} of it")
    return known


def _budget_moves(known: Offer, definition: OfferDefinition, actor: str) -> tuple[list[BudgetMove], list[BudgetMove]]:
    """What leaves the budget before the new version, in the old unit, and what comes to it afterwards, in the new one.

    Raises OfferRefused: BUDGET_BELOW_SPENT, BUDGET_UNIT_IN_USE.
    """
    now = known.budget or BudgetState("", 0, 0, 0)
    wanted = definition.budget.amount if definition.budget is not None else 0
    bound = now.held + now.spent
    if known.budget is not None and definition.budget_unit != now.unit:
        if bound:
            raise OfferRefused("BUDGET_UNIT_IN_USE", "budget", f"{bound} of it are held or spent in {now.unit}")
        leaving, coming = now.free, wanted
    else:
        if wanted < bound:
            raise OfferRefused("BUDGET_BELOW_SPENT", "budget", f"{bound} of it are held or spent")
        leaving, coming = max(0, now.total - wanted), max(0, wanted - now.total)
    if known.state not in LIVE:
        return [], []
    home = [BudgetMove(Account.FREE, Account.FUND, leaving, "edit", actor)] if leaving else []
    return home, [BudgetMove(Account.FUND, Account.FREE, coming, "edit", actor)] if coming else []
