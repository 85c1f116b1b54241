"""The budgets of offers in double entry. One statement moves what is on the offer's row and writes the transfers.

FUND → FREE when an offer is published, FREE → HELD or SPENT when something is given, back when it is taken back; to
the FUND where the offer is closed by then. What can no longer cover the next thing exhausts the offer in the same
statement, and what comes back opens it again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


class Account(IntEnum):
    """Where the budget of an offer is. The fund has no balance of its own: it is what the other three hold."""

    FUND = 1
    FREE = 2
    HELD = 3
    SPENT = 4


MoveKind = Literal["publish", "close", "edit", "claim", "void", "expire", "conversion", "return"]


class BudgetUsedUp(Exception):  # noqa: N818  # named for the rule, as the field names it
    """What is free does not cover it. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class BudgetMove:
    """So much from one account to another, and why. What goes to FREE goes to the FUND where the offer is closed."""

    debit: Account
    credit: Account
    amount: int
    kind: MoveKind
    actor: str
    claim_id: int | None = None
    conversion_id: int | None = None


@dataclass(frozen=True, slots=True)
class Moved:
    """How the offer's row stands afterwards."""

    state: str
    unit: str | None
    free: int
    held: int
    spent: int


# A conversion or a claim that is taken back finds a closed offer's budget gone home: `free` stays as it is then.
_FREE = "(budget_free + CASE WHEN :returns AND state = 'closed' THEN 0 ELSE :free END)"
_LEFT = "(claims_left - :claims)"
_NEXT = "(CASE WHEN CAST(:next AS bigint) IS NULL THEN budget_next ELSE CAST(:next AS bigint) END)"
# Only what is published is exhausted, and opens again.
_STATE = f"""CASE WHEN state NOT IN ('published', 'exhausted') THEN state
    WHEN (budget_unit IS NOT NULL AND {_FREE} < {_NEXT}) OR {_LEFT} <= 0 THEN 'exhausted' ELSE 'published' END"""
# One statement, since many wait for the row of an offer that many want: it is held for no longer than a commit takes.
MOVE_SQL = f"""
    moved AS (
        UPDATE offers SET budget_free = {_FREE}, budget_held = budget_held + :held,
            budget_spent = budget_spent + :spent,
            budget_next = {_NEXT}, claims_made = claims_made + :claims, claims_left = {_LEFT}, state = {_STATE}
        WHERE program_id = :program_id AND offer_id = :offer_id AND {_FREE} >= 0
            AND budget_held + :held >= 0 AND budget_spent + :spent >= 0 AND claims_made + :claims >= 0
            AND (claims_left IS NULL OR {_LEFT} >= 0)
            AND (CAST(:version AS integer) IS NULL OR (version = :version AND state = 'published'))
            AND (CAST(:unit AS text) IS NULL OR budget_unit = :unit)
        RETURNING state, budget_unit, budget_free, budget_held, budget_spent
    ), written AS (
        INSERT INTO budget_transfers (program_id, transfer_id, offer_id, kind, unit, debit_account, credit_account,
            amount, claim_id, conversion_id, actor)
        SELECT :program_id, nextval('ledger_ids'), :offer_id, g.kind, m.budget_unit, g.debit,
            CASE WHEN m.state = 'closed' AND g.credit = {Account.FREE:d} AND g.debit <> {Account.FUND:d}
                THEN {Account.FUND:d} ELSE g.credit END,
            g.amount, g.claim_id, g.conversion_id, g.actor
        FROM moved m, json_to_recordset(CAST(:moves AS json)) AS g(kind text, debit smallint, credit smallint,
            amount bigint, claim_id bigint, conversion_id bigint, actor text)
    )
"""
"""Queries of a WITH, with the values of `to_move`: `moved` has the offer's row as it is then, or none."""
_MOVE = text(f"WITH {MOVE_SQL} SELECT state, budget_unit, budget_free, budget_held, budget_spent FROM moved")


async def move_budget(
    connection: AsyncConnection, program_id: int, offer_id: int, *moves: BudgetMove, claims: int = 0,
    unit: str | None = None,
) -> Moved | None:  # fmt: skip
    """Move the budget of an offer and count claims, by one conditional update; None when it was not to be.

    `claims` is how many more are claimed. The row is locked from here to the end of the transaction.
    """
    given = to_move(program_id, offer_id, moves, claims=claims, unit=unit)
    row = (await connection.execute(_MOVE, given)).one_or_none()
    return Moved(*row) if row is not None else None


def to_move(
    program_id: int, offer_id: int, moves: Sequence[BudgetMove], *, claims: int, version: int | None = None,
    following: int | None = None, unit: str | None = None,
) -> dict[str, object]:  # fmt: skip
    """What is moved, for whoever writes something else in the same statement; see `move_budget`.

    With `version` the offer has to be published in exactly this version; `following` is what the next thing takes at
    least from now on.
    """
    delta = dict.fromkeys(Account, 0)
    for move in moves:
        delta[move.debit] -= move.amount
        delta[move.credit] += move.amount
    return {
        "program_id": program_id, "offer_id": offer_id, "free": delta[Account.FREE], "held": delta[Account.HELD],
        "spent": delta[Account.SPENT], "claims": claims, "version": version, "next": following, "unit": unit,
        "returns": delta[Account.FREE] > 0 and delta[Account.FUND] == 0, "moves": _transfers(moves),
    }  # fmt: skip


def _transfers(moves: Sequence[BudgetMove]) -> str:
    rows = [
        {
            "kind": move.kind, "debit": int(move.debit), "credit": int(move.credit), "amount": move.amount,
            "claim_id": move.claim_id, "conversion_id": move.conversion_id, "actor": move.actor,
        }
        for move in moves
        if move.amount
    ]  # fmt: skip
    return orjson.dumps(rows).decode()
