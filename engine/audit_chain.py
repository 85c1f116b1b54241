"""The part of the audit that recomputes hashes.

Of every transaction from what it says, of every block from its transactions.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.sealing import GENESIS_HASH, TransactionContent, block_hash, content_hash

_CONTENT = text("""
    SELECT t.program_id, t.transaction_id, t.kind, t.member_id, t.award_id, t.points, t.program_version, t.corrects,
        t.occurred_at, t.recorded_at, t.actor, t.detail,
        COALESCE((SELECT array_agg(ARRAY[f.debit_account, f.credit_account, f.amount] ORDER BY f.position)
            FROM transfers f WHERE f.program_id = t.program_id AND f.transaction_id = t.transaction_id), '{}'),
        t.content_hash
    FROM transactions t WHERE t.program_id = ANY(:programs)
""")
_BLOCKS = text("""
    SELECT program_id, block_number, transaction_ids, previous_hash, block_hash FROM blocks
    WHERE program_id = ANY(:programs) ORDER BY program_id, block_number
""")
_HASHES = text("""
    SELECT transaction_id, content_hash FROM transactions
    WHERE program_id = :program_id AND transaction_id = ANY(:ids) ORDER BY transaction_id
""")


@dataclass(slots=True)
class ChainResult:
    """How many blocks were read, how many transactions they hold, and how many blocks are not what they should be."""

    blocks: int = 0
    sealed: int = 0
    breaches: int = 0


async def audit_hashes(connection: AsyncConnection, program_ids: list[int]) -> tuple[int, int]:
    """(transactions read, transactions whose content does not give their hash), streamed."""
    checked = wrong = 0
    async with connection.stream(_CONTENT, {"programs": program_ids}) as rows:
        async for row in rows:
            checked += 1
            *said, stored_hash = row
            wrong += content_hash(TransactionContent(*said)) != bytes(stored_hash)
    return checked, wrong


async def audit_chain(connection: AsyncConnection, program_ids: list[int]) -> ChainResult:
    """Follow each program's chain from its first block on."""
    result = ChainResult()
    head: dict[int, tuple[int, bytes]] = {}
    for row in (await connection.execute(_BLOCKS, {"programs": program_ids})).fetchall():
        number, previous = head.get(row.program_id, (0, GENESIS_HASH))
        found = await connection.execute(_HASHES, {"program_id": row.program_id, "ids": row.transaction_ids})
        hashes = found.fetchall()
        whole = [one.transaction_id for one in hashes] == sorted(row.transaction_ids)
        expected = block_hash(number + 1, previous, [bytes(one.content_hash) for one in hashes])
        chained = row.block_number == number + 1 and bytes(row.previous_hash) == previous
        result.breaches += not (whole and chained and bytes(row.block_hash) == expected)
        result.blocks += 1
        result.sealed += len(row.transaction_ids)
        head[row.program_id] = (row.block_number, bytes(row.block_hash))
    return result
