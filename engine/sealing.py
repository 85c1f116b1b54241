"""Sealing: history cannot be rewritten unseen.

Each transaction carries a hash of its content, and blocks chain these hashes.

The hash of a transaction covers everything it says and its transfers. A block's hash covers the block before it and
the hashes of its transactions in id order. A chain head that every write had to lock would halve the throughput;
blocks are made in the background instead, a few seconds behind, and the audit says how far history is sealed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

GENESIS_HASH = bytes(32)
BLOCK_TRANSACTIONS_MAXIMUM = 5_000


@dataclass(frozen=True, slots=True)
class TransactionContent:
    """All that a transaction says, in the order in which it is hashed."""

    program_id: int
    transaction_id: int
    kind: str
    member_id: int
    award_id: int | None
    points: int
    program_version: int | None
    corrects: int | None
    occurred_at: datetime
    recorded_at: datetime
    actor: str
    detail: dict[str, str]
    transfers: Sequence[tuple[int, int, int]]
    """(debit account, credit account, amount) by position."""


def content_hash(content: TransactionContent) -> bytes:
    """SHA-256 over the canonical JSON of a transaction: sorted keys, no spaces, times in UTC to the microsecond."""
    document = [
        content.program_id, content.transaction_id, content.kind, content.member_id, content.award_id, content.points,
        content.program_version, content.corrects, _moment(content.occurred_at), _moment(content.recorded_at),
        content.actor, content.detail, [list(transfer) for transfer in content.transfers],
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(document, separators=(",", ":"), sort_keys=True).encode()).digest()


def block_hash(block_number: int, previous_hash: bytes, hashes: Sequence[bytes]) -> bytes:
    """SHA-256 over a block's number, the block before it and its transactions' hashes in id order."""
    digest = hashlib.sha256(block_number.to_bytes(8, "big"))
    digest.update(previous_hash)
    for transaction_hash in hashes:
        digest.update(transaction_hash)
    return digest.digest()


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


async def programs_to_seal(connection: AsyncConnection) -> list[int]:
    """The named tenants that have transactions which no block holds yet."""
    rows = await connection.execute(text("SELECT DISTINCT program_id FROM unsealed_transactions ORDER BY program_id"))
    return [program_id for (program_id,) in rows]


async def seal_program(connection: AsyncConnection, program_id: int) -> int:
    """Put transactions of one program into its next block; returns how many. One sealer at a time for each program."""
    # The program's id is the lock's key: a second sealer gets nothing to do instead of the same block number.
    lock = text("SELECT pg_try_advisory_xact_lock(hashtextextended('laurel-seal', :program_id))")
    if not (await connection.execute(lock, {"program_id": program_id})).scalar_one():
        return 0
    rows = (
        await connection.execute(
            text(
                "WITH taken AS (DELETE FROM unsealed_transactions WHERE (program_id, transaction_id) IN ("
                "SELECT program_id, transaction_id FROM unsealed_transactions WHERE program_id = :program_id "
                "ORDER BY transaction_id LIMIT :most) RETURNING program_id, transaction_id) "
                "SELECT t.transaction_id, t.content_hash FROM taken "
                "JOIN transactions t USING (program_id, transaction_id) ORDER BY t.transaction_id"
            ),
            {"program_id": program_id, "most": BLOCK_TRANSACTIONS_MAXIMUM},
        )
    ).fetchall()
    if not rows:
        return 0
    head = (
        await connection.execute(
            text(
                "SELECT block_number, block_hash FROM blocks WHERE program_id = :program_id "
                "ORDER BY block_number DESC LIMIT 1"
            ),
            {"program_id": program_id},
        )
    ).one_or_none()
    number, previous = (head.block_number + 1, bytes(head.block_hash)) if head else (1, GENESIS_HASH)
    await connection.execute(
        text("INSERT INTO blocks VALUES (:program_id, :number, :ids, :previous, :hash)"),
        {
            "program_id": program_id, "number": number, "ids": [row.transaction_id for row in rows],
            "previous": previous, "hash": block_hash(number, previous, [bytes(row.content_hash) for row in rows]),
        },
    )  # fmt: skip
    return len(rows)
