"""What a conversion takes of its offer's budget: first what its claim holds, then what is free.

The budget of a closed offer went home. For a purchase from before the closing, which is only reported late, it is
fetched again, as far as the offer would have had it. The budget of an offer in another currency than the one that the
claim was made in covers no money of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.offers.budget import Account, BudgetMove, BudgetUsedUp, move_budget

_TRIES_MAXIMUM = 3
_CLAIM = text("""
    SELECT c.kind, c.budget, v.definition ->> 'currency' AS currency, o.budget_unit FROM offer_claims c
    JOIN offers o ON o.program_id = c.program_id AND o.offer_id = c.offer_id
    JOIN offer_versions v ON v.program_id = c.program_id AND v.offer_id = c.offer_id AND v.version = c.offer_version
    WHERE c.program_id = :program_id AND c.claim_id = :claim_id FOR UPDATE OF c
""")
_UNIT = text("SELECT budget_unit FROM offers WHERE program_id = :program_id AND offer_id = :offer_id")
_LOCK_CLOSED = text("""
    SELECT budget_unit FROM offers WHERE program_id = :program_id AND offer_id = :offer_id
    AND state = 'closed' AND closed_at > :occurred_at FOR UPDATE
""")
_ROOM = text("""
    SELECT (v.definition #>> '{budget,amount}')::bigint - o.budget_free - o.budget_held - o.budget_spent
    FROM offers o JOIN offer_versions v
        ON v.program_id = o.program_id AND v.offer_id = o.offer_id AND v.version = o.version
    WHERE o.program_id = :program_id AND o.offer_id = :offer_id
""")
_USED = text("""
    UPDATE offer_claims SET state = CASE WHEN state IN ('ready', 'expired') THEN 'used' ELSE state END,
        settled_at = CASE WHEN settled_at IS NULL THEN now() ELSE settled_at END, budget = :budget
    WHERE program_id = :program_id AND claim_id = :claim_id AND kind = 'code'
""")


@dataclass(frozen=True, slots=True)
class Spending:
    """What a conversion of a purchase gives: points, and money in minor units of its claim's currency."""

    conversion_id: int
    claim_id: int
    occurred_at: datetime
    points: int
    money_minor: int
    actor: str


async def spend_for_conversion(connection: AsyncConnection, program_id: int, offer_id: int, asked: Spending) -> int:
    """Take what a conversion gives from its offer's budget; a code that it was made with is used from now on.

    Returned is how much was spent in the unit that the budget counts: 0 where it counts claims, or where there is none.
    Locks the claim, then the offer. Raises BudgetUsedUp, and then nothing was changed.
    """
    key = {"program_id": program_id, "claim_id": asked.claim_id}
    claim = (await connection.execute(_CLAIM, key)).one()
    unit = claim.budget_unit
    for _ in range(_TRIES_MAXIMUM):  # again only when the merchant began to count in another unit just now
        in_money = unit not in (None, "claims", "points")
        if in_money and asked.money_minor and unit != claim.currency:
            break
        amount = asked.money_minor if in_money else asked.points if unit == "points" else 0
        held = claim.budget if claim.kind == "code" and in_money else 0
        moves = _moves(amount, held, asked)
        if (
            not moves
            or await move_budget(connection, program_id, offer_id, *moves, unit=unit) is not None
            or await _spent_late(connection, program_id, offer_id, asked, moves, unit)
        ):
            if claim.kind == "code":
                await connection.execute(_USED, {**key, "budget": 0 if held else claim.budget})
            return amount
        before, unit = unit, await _unit(connection, program_id, offer_id)
        if unit == before:
            break
    raise BudgetUsedUp


async def _spent_late(
    connection: AsyncConnection, program_id: int, offer_id: int, asked: Spending, moves: list[BudgetMove],
    unit: str | None,
) -> bool:  # fmt: skip
    """Fetch what is missing from the fund and spend it, for a purchase from before the offer was closed.

    No more than the offer would have free if it were out; False, and nothing moved, where that does not cover it.
    """
    key = {"program_id": program_id, "offer_id": offer_id, "occurred_at": asked.occurred_at}
    # By itself: a statement sees what was there when it began, not what it waited for.
    locked = (await connection.execute(_LOCK_CLOSED, key)).one_or_none()
    if locked is None or locked.budget_unit != unit:
        return False
    missing = sum(move.amount for move in moves if move.debit == Account.FREE)
    room: int | None = (await connection.execute(_ROOM, key)).scalar_one()
    if room is None or missing > room:
        return False
    fetched = _move(Account.FUND, Account.FREE, missing, asked)
    return await move_budget(connection, program_id, offer_id, fetched, *moves, unit=unit) is not None


def _moves(amount: int, held: int, asked: Spending) -> list[BudgetMove]:
    from_held = min(amount, held)
    parts = (
        (Account.HELD, Account.SPENT, from_held),
        (Account.HELD, Account.FREE, held - from_held),
        (Account.FREE, Account.SPENT, amount - from_held),
    )
    return [_move(debit, credit, part, asked) for debit, credit, part in parts if part]


def _move(debit: Account, credit: Account, amount: int, asked: Spending) -> BudgetMove:
    return BudgetMove(debit, credit, amount, "conversion", asked.actor, asked.claim_id, asked.conversion_id)


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
