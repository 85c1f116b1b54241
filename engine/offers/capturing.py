"""What a conversion takes of its offer's budget: first what its claim holds, then what is free.."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.offers.budget import Account, BudgetMove, BudgetUsedUp, move_budget

_TRIES_MAXIMUM = 3
_CLAIM = text("""
    SELECT kind, state, budget FROM offer_claims WHERE program_id = :program_id AND claim_id = :claim_id FOR UPDATE
""")
_UNIT = text("SELECT budget_unit FROM offers WHERE program_id = :program_id AND offer_id = :offer_id")
_USED = text("""
    UPDATE offer_claims SET state = CASE WHEN state IN ('ready', 'expired') THEN 'used' ELSE state END,
        settled_at = CASE WHEN settled_at IS NULL THEN now() ELSE settled_at END, budget = :budget
    WHERE program_id = :program_id AND claim_id = :claim_id AND kind = 'code'
""")


async def spend_for_conversion(
    connection: AsyncConnection, program_id: int, offer_id: int, *, claim_id: int, conversion_id: int, points: int,
    money_minor: int, actor: str,
) -> int:  # fmt: skip
    """Take what a conversion gives from its offer's budget; a code that it was made with is used from now on.

    `points` and `money_minor` (of the offer's currency) are what it gives; returned is how much was spent in the unit
    that the budget counts: 0 where it counts claims, or where there is none. Locks the claim, then the offer. Raises
    BudgetUsedUp, and then nothing was changed.
    """
    key = {"program_id": program_id, "claim_id": claim_id}
    claim = (await connection.execute(_CLAIM, key)).one()
    for _ in range(_TRIES_MAXIMUM):  # again only when the merchant began to count in another unit just now
        unit = await _unit(connection, program_id, offer_id)
        amount = 0 if unit in (None, "claims") else points if unit == "points" else money_minor
        held = claim.budget if claim.kind == "code" and unit not in (None, "claims", "points") else 0
        moves = _moves(amount, held, actor, claim_id, conversion_id)
        if not moves or await move_budget(connection, program_id, offer_id, *moves, unit=unit) is not None:
            await connection.execute(_USED, {**key, "budget": 0 if held else claim.budget})
            return amount
        if await _unit(connection, program_id, offer_id) == unit:
            break
    raise BudgetUsedUp


def _moves(amount: int, held: int, actor: str, claim_id: int, conversion_id: int) -> list[BudgetMove]:
    from_held = min(amount, held)
    parts = (
        (Account.HELD, Account.SPENT, from_held),
        (Account.HELD, Account.FREE, held - from_held),
        (Account.FREE, Account.SPENT, amount - from_held),
    )
    return [
        BudgetMove(debit, credit, part, "conversion", actor, claim_id, conversion_id)
        for debit, credit, part in parts
        if part
    ]


async def return_for_conversion(
    connection: AsyncConnection, program_id: int, offer_id: int, *, conversion_id: int, amount: int, actor: str
) -> None:
    """Bring back so much of what a conversion spent, in the unit it was spent in; a closed offer's goes to the fund."""
    if not amount:
        return
    move = BudgetMove(Account.SPENT, Account.FREE, amount, "return", actor, conversion_id=conversion_id)
    moved = await move_budget(connection, program_id, offer_id, move)
    assert moved is not None, "what a conversion spent is on the offer's row until it is returned"


async def _unit(connection: AsyncConnection, program_id: int, offer_id: int) -> str | None:
    unit: Any = (await connection.execute(_UNIT, {"program_id": program_id, "offer_id": offer_id})).scalar_one()
    return unit if isinstance(unit, str) else None
