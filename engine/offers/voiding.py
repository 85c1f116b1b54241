"""A claim taken back: its code is dead, or free again where nobody ever saw it, its points are back in their lots.

Its budget is with the offer again, and what was owed for it is taken back by an event of its own.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.crash import crash_point
from engine.ledger import Ledger, MemberKey
from engine.offers.budget import Account, BudgetMove, move_budget
from engine.offers.claims import Claim, claim_of
from engine.offers.codes import return_code, void_code
from engine.offers.refusals import VoidRefused
from engine.offers.spending import give_back_for_claim
from engine.offers.unbooking import take_back_event
from engine.readable import is_readable
from engine.reservations import open_ledger

REASON_MAXIMUM = 500

_LOCK = text("SELECT claim_id FROM offer_claims WHERE program_id = :program_id AND claim_id = :claim_id FOR UPDATE")
_UNIT = text("SELECT budget_unit FROM offers WHERE program_id = :program_id AND offer_id = :offer_id")
_VOID = text("""
    UPDATE offer_claims SET state = 'void', settled_at = now(), note = :reason, budget = 0
    WHERE program_id = :program_id AND claim_id = :claim_id
""")


async def void_claim(
    connection: AsyncConnection, program_id: int, claim_id: int, *, reason: str, actor: str, never_shown: bool = False
) -> Claim:
    """Take a claim back. Twice is once. `never_shown`: nobody saw its code, so that another member may have it.

    What was used is for good, except an exchange, which the partner may have refused. Raises VoidRefused:
    CLAIM_NOT_FOUND, NOT_VOIDABLE, REASON_INVALID.
    """
    said = reason.strip()
    if not 0 < len(said) <= REASON_MAXIMUM or not is_readable(said):
        raise VoidRefused("REASON_INVALID", {"maximum": REASON_MAXIMUM})
    found = await claim_of(connection, program_id, claim_id)
    if found is None:
        raise VoidRefused("CLAIM_NOT_FOUND")
    key = MemberKey(program_id, found.member_id)
    ledger = await open_ledger(connection, key, 0) if found.points else await Ledger.open(connection, [key])
    # By itself: a statement sees what was there when it began, not what it waited for.
    await connection.execute(_LOCK, {"program_id": program_id, "claim_id": claim_id})
    claim = await claim_of(connection, program_id, claim_id)
    assert claim is not None, "claims are never deleted"
    if claim.state == "void":
        return claim
    if claim.state != "ready" and claim.kind != "exchange":
        raise VoidRefused("NOT_VOIDABLE", {"status": claim.status})
    await _void(ledger, claim, said, actor, never_shown)
    voided = await claim_of(connection, program_id, claim_id)
    assert voided is not None
    return voided


async def _void(ledger: Ledger, claim: Claim, reason: str, actor: str, never_shown: bool) -> None:
    """Under the locks of the member and the claim: everything that it took comes back, in the order of locks."""
    connection, program_id = ledger.connection, claim.program_id
    if claim.points and claim.reservation_id is not None:
        detail = {"claim": str(claim.claim_id), "offer": claim.offer_handle, "title": claim.definition.title}
        await give_back_for_claim(ledger, program_id, claim.reservation_id, claim.points, actor=actor, detail=detail)
    ledger.holdings[ledger.root(MemberKey(program_id, claim.member_id))].changed = True
    await ledger.write()
    crash_point("void-after-points")
    given = {"program_id": program_id, "claim_id": claim.claim_id, "reason": reason}
    await connection.execute(_VOID, given)
    if claim.made_code is not None and claim.kind in ("code", "redemption"):
        over = return_code if never_shown else void_code
        await over(connection, program_id, claim.partner_id, claim.made_code, claim.claim_id)
    crash_point("void-after-code")
    await _bring_back(connection, claim, actor)
    crash_point("void-after-budget")
    await take_back_event(connection, claim, ledger.now, actor)
    crash_point("void-before-commit")


async def _bring_back(connection: AsyncConnection, claim: Claim, actor: str) -> None:
    """The budget that it took, and its place among those that may be claimed."""
    moves = [
        BudgetMove(account, Account.FREE, claim.budget, "void", actor, claim_id=claim.claim_id)
        for account in await _where(connection, claim)
    ]
    moved = await move_budget(connection, claim.program_id, claim.offer_id, *moves, claims=-1)
    assert moved is not None, "what a claim took is on the offer's row until it is brought back"


async def _where(connection: AsyncConnection, claim: Claim) -> Sequence[Account]:
    """Where the claim's part of the budget is; nowhere where it has none."""
    if not claim.budget:
        return ()
    key = {"program_id": claim.program_id, "offer_id": claim.offer_id}
    unit = (await connection.execute(_UNIT, key)).scalar_one()  # it stays this one as long as anything is counted in it
    return [Account.HELD if claim.kind == "code" and unit not in ("claims", "points") else Account.SPENT]
