"""The ledger's statements: members locked in id order, lots read, and a whole plan written set by set."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.bulk import BulkStatement, insert_rows
from engine.crash import crash_point
from engine.lots import Lot
from engine.sealing import TransactionContent, content_hash

if TYPE_CHECKING:
    from engine.ledger import Ledger, MemberKey, PlannedTransaction

FIRST_LOTS = 32
DUE_LOTS = 1_000
_MEMBER = {"program_id": "bigint", "member_id": "bigint"}
# The order of the locks is what keeps batches from deadlocking, so it is fixed before any row is locked.
# CASE instead of COALESCE: under row-level security the planner uses an index only for what cannot leak, which it does
# not know of COALESCE; every lock would read all members of the program.
_LOCK_MEMBERS = BulkStatement(
    _MEMBER,
    """, wanted AS (
        SELECT g.program_id, g.member_id AS asked,
            CASE WHEN a.merged_into IS NULL THEN a.member_id ELSE a.merged_into END AS member_id
        FROM given g JOIN members a ON a.program_id = g.program_id AND a.member_id = g.member_id
    )
    SELECT m.program_id, w.asked, m.merged_into, now() AS now, m.closed_at IS NOT NULL AS has_left,
        m.member_id, m.available, m.pending, m.reserved, m.debt, m.lifetime,
        m.next_expiry_at
    FROM members m JOIN wanted w ON m.program_id = w.program_id AND m.member_id = w.member_id
    ORDER BY m.program_id, m.member_id FOR UPDATE OF m""",
)
_MERGED_INTO = BulkStatement(
    _MEMBER, "SELECT m.program_id, m.member_id, m.merged_into FROM given JOIN members m USING (program_id, member_id)"
)
_DRAW_IDS = text("SELECT nextval('ledger_ids') FROM generate_series(1, :count)")
_LOT = """l.program_id, l.lot_id, l.member_id, l.award_id, l.transaction_id, l.quantity, l.remaining, l.available_at,
        l.expires_at, l.expired, l.idle_days"""
_READ_LOTS = BulkStatement(
    _MEMBER,
    f"""SELECT {_LOT} FROM given g JOIN lots l ON l.program_id = g.program_id AND l.member_id = g.member_id
    WHERE l.remaining > 0
    UNION ALL SELECT {_LOT} FROM (SELECT DISTINCT program_id FROM given) g JOIN lots l ON l.program_id = g.program_id
    WHERE l.remaining = 0 AND l.expired > 0 AND l.award_id = ANY(:award_ids)""",
)
# Wallet by wallet, by the index, whatever the planner thinks of how many there are.
_READ_DUE_LOTS = BulkStatement(
    _MEMBER,
    f"""SELECT {_LOT} FROM given g, LATERAL (
        SELECT * FROM lots w WHERE w.program_id = g.program_id AND w.member_id = g.member_id AND w.remaining > 0
        AND w.expires_at <= now() ORDER BY w.expires_at LIMIT :most) l""",
)
# Earliest end first, as points are spent; page by page, because a wallet may hold any number of lots.
_READ_SPENDABLE_LOTS = text(
    f"""SELECT {_LOT} FROM lots l WHERE l.program_id = :program_id AND l.member_id = :member_id AND l.remaining > 0
    ORDER BY l.expires_at, l.available_at, l.lot_id LIMIT :most OFFSET :skip"""
)
_READ_NAMED_LOTS = text(f"SELECT {_LOT} FROM lots l WHERE l.program_id = :program_id AND l.lot_id = ANY(:lot_ids)")
_TRANSACTION = {
    **_MEMBER, "transaction_id": "bigint", "kind": "text", "award_id": "bigint", "points": "bigint",
    "program_version": "integer", "corrects": "bigint", "occurred_at": "timestamptz", "recorded_at": "timestamptz",
    "actor": "text", "detail": "jsonb", "content_hash": "bytea",
}  # fmt: skip
_EFFECT = {"shop_id": "bigint", "source": "text", "source_id": "text", "rule": "text", "revision": "integer"}
_NO_EFFECT = (None,) * len(_EFFECT)
# With the one effect that each has, if it has one, and a note for the sealing.
_INSERT_TRANSACTIONS = BulkStatement(
    _TRANSACTION | _EFFECT,
    f""", written AS (
        INSERT INTO transactions ({", ".join(_TRANSACTION)}) SELECT {", ".join(_TRANSACTION)} FROM given
    ), taken AS (
        INSERT INTO effect_keys (program_id, {", ".join(_EFFECT)}, transaction_id)
        SELECT program_id, {", ".join(_EFFECT)}, transaction_id FROM given WHERE revision IS NOT NULL
    )
    INSERT INTO unsealed_transactions (program_id, transaction_id) SELECT program_id, transaction_id FROM given""",
)
_INSERT_TRANSFERS = insert_rows(
    "transfers",
    {
        "program_id": "bigint", "transaction_id": "bigint", "position": "smallint", "debit_account": "bigint",
        "credit_account": "bigint", "amount": "bigint",
    },
)  # fmt: skip
_INSERT_LOTS = insert_rows(
    "lots",
    {
        "program_id": "bigint", "lot_id": "bigint", "member_id": "bigint", "award_id": "bigint",
        "transaction_id": "bigint", "quantity": "bigint", "remaining": "bigint", "available_at": "timestamptz",
        "expires_at": "timestamptz", "expired": "bigint", "idle_days": "integer",
    },
)  # fmt: skip
_UPDATE_LOTS = BulkStatement(
    {
        "program_id": "bigint", "lot_id": "bigint", "remaining": "bigint", "expired": "bigint",
        "expires_at": "timestamptz",
    },
    """UPDATE lots l SET remaining = g.remaining, expired = g.expired, expires_at = g.expires_at FROM given g
    WHERE l.program_id = g.program_id AND l.lot_id = g.lot_id""",
)  # fmt: skip
_INSERT_CONSUMPTIONS = insert_rows(
    "lot_consumptions",
    {"program_id": "bigint", "transaction_id": "bigint", "lot_id": "bigint", "quantity": "bigint"},
)
_UPDATE_MEMBERS = BulkStatement(
    {
        **_MEMBER, "available": "bigint", "pending": "bigint", "reserved": "bigint", "debt": "bigint",
        "lifetime": "bigint", "next_expiry_at": "timestamptz", "recount": "boolean",
    },
    """UPDATE members m SET available = g.available, pending = g.pending, reserved = g.reserved, debt = g.debt,
        lifetime = g.lifetime, version = m.version + 1, next_expiry_at = CASE WHEN g.recount THEN (
            SELECT min(l.expires_at) FROM lots l WHERE l.program_id = m.program_id AND l.member_id = m.member_id
            AND l.remaining > 0) ELSE g.next_expiry_at END
    FROM given g WHERE m.program_id = g.program_id AND m.member_id = g.member_id""",
)  # fmt: skip


async def lock_members(
    connection: AsyncConnection, members: Sequence[MemberKey]
) -> tuple[Sequence[Any], set[tuple[int, int]]]:
    """Lock these members' rows, or those of whom they were merged into, in the order of their ids; read the balances.

    Rows are (program, member asked for, whom the locked one was merged into, the transaction's time, whether the locked
    one left, locked member, balances…). Beside them:
    (program, member) of those who were parted from whom they were merged into while that one's lock was waited for.
    """
    rows = await _LOCK_MEMBERS.run(connection, members)
    followed = {(row.program_id, row.asked): row.member_id for row in rows if row.asked != row.member_id}
    # What was waited for is read anew, what led there is not. With that lock held, nobody else is parted.
    told = await _MERGED_INTO.run(connection, sorted(followed))
    parted = {(row[0], row[1]) for row in told if row.merged_into != followed[row[0], row[1]]}
    return [row for row in rows if (row.program_id, row.asked) not in parted], parted


async def draw_ids(connection: AsyncConnection, count: int) -> list[int]:
    """`count` fresh ids, highest first, so that taking them from the end gives them in rising order."""
    rows = await connection.execute(_DRAW_IDS, {"count": count})
    return sorted((value for (value,) in rows), reverse=True)


async def read_lots(connection: AsyncConnection, members: Sequence[MemberKey], award_ids: list[int]) -> list[Lot]:
    """The members' live lots, and those of the named awards of which something expired."""
    return [Lot(*row) for row in await _READ_LOTS.run(connection, members, award_ids=award_ids)]


async def read_due_lots(connection: AsyncConnection, members: Sequence[MemberKey]) -> list[Lot]:
    """Lots that can no longer be spent, of each member those that ended first; the next sweep finds what is left."""
    return [Lot(*row) for row in await _READ_DUE_LOTS.run(connection, members, most=DUE_LOTS)]


async def read_spendable_lots(connection: AsyncConnection, key: MemberKey, most: int, skip: int) -> list[Lot]:
    """A page of a member's live lots, in the order of spending."""
    rows = await connection.execute(_READ_SPENDABLE_LOTS, {**key._asdict(), "most": most, "skip": skip})
    return [Lot(*row) for row in rows]


async def read_named_lots(connection: AsyncConnection, program_id: int, lot_ids: list[int]) -> list[Lot]:
    """Lots by their ids, whatever is left of them."""
    rows = await connection.execute(_READ_NAMED_LOTS, {"program_id": program_id, "lot_ids": lot_ids})
    return [Lot(*row) for row in rows]


async def write(ledger: Ledger) -> None:
    """Write a plan. The member's row is the last word: its CHECK constraints refuse a balance below zero."""
    connection, planned = ledger.connection, ledger.planned
    await _INSERT_TRANSACTIONS.run(connection, [_transaction_row(ledger, one) for one in planned])
    crash_point("ledger-between-transactions-and-transfers")
    await _INSERT_TRANSFERS.run(
        connection,
        [
            (one.key.program_id, one.transaction_id, position, *transfer)
            for one in planned
            for position, transfer in enumerate(one.transfers)
        ],
    )
    await _write_lots(ledger)
    await _UPDATE_MEMBERS.run(
        connection,
        [
            (
                *h.key, h.available, h.pending, h.reserved, h.debt, h.lifetime, h.next_expiry_at,
                h.lots is not None and not h.all_lots,
            )
            for h in ledger.holdings.values()
            if h.changed
        ],
    )  # fmt: skip
    crash_point("ledger-after-write")


async def _write_lots(ledger: Ledger) -> None:
    connection = ledger.connection
    await _INSERT_LOTS.run(
        connection,
        [
            (
                lot.program_id, lot.lot_id, lot.member_id, lot.award_id, lot.transaction_id, lot.quantity,
                lot.remaining, lot.available_at, lot.expires_at, lot.expired, lot.idle_days,
            )
            for lot in ledger.new_lots
        ],
    )  # fmt: skip
    new = {(lot.program_id, lot.lot_id) for lot in ledger.new_lots}
    await _UPDATE_LOTS.run(
        connection,
        [
            (*key, lot.remaining, lot.expired, lot.expires_at)
            for key, lot in ledger.touched_lots.items()
            if key not in new
        ],
    )
    await _INSERT_CONSUMPTIONS.run(
        connection,
        [
            (one.key.program_id, one.transaction_id, lot_id, quantity)
            for one in ledger.planned
            for lot_id, quantity in one.takings
        ],
    )


def _transaction_row(ledger: Ledger, one: PlannedTransaction) -> tuple[Any, ...]:
    content = TransactionContent(
        one.key.program_id, one.transaction_id, one.kind, one.key.member_id, one.award_id, one.points,
        one.program_version, one.corrects, one.occurred_at, ledger.now, one.actor, one.detail, one.transfers,
    )  # fmt: skip
    return (
        *one.key, one.transaction_id, one.kind, one.award_id, one.points, one.program_version, one.corrects,
        one.occurred_at, ledger.now, one.actor, json.dumps(one.detail), content_hash(content),
        *(one.effect or _NO_EFFECT),
    )  # fmt: skip
