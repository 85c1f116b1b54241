"""A partner with pools of codes, for tests that hand some out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.offers.codes import return_code, take_code, void_code
from engine.offers.import_progress import PoolImport
from engine.offers.importing import CodeFile, import_codes
from engine.offers.pools import CodePool, close_pool, create_pool, pool_of
from engine.shops import ShopReference

PARTNER = 4_000
OTHER_PARTNER = 4_001


def numbered(count: int, first: int = 1) -> list[str]:
    """So many different codes."""
    return [f"CODE-{number:07d}" for number in range(first, first + count)]


def as_file(codes: Sequence[str], header: str = "code") -> bytes:
    """The codes as the file of one column that a partner sends."""
    return "\n".join([header, *codes, ""]).encode()


class Pools:
    """Two partners' pools, each step in a transaction of its own."""

    def __init__(self, engine: AsyncEngine, shop: ShopReference) -> None:
        self.engine = engine
        self.program_id = shop.program_id

    async def add_partners(self) -> None:
        """Let there be the two partners, without any agreement."""
        async with tenant_transaction(self.engine, self.program_id) as connection:
            for partner_id in (PARTNER, OTHER_PARTNER):
                await connection.execute(
                    text("INSERT INTO partners (program_id, partner_id, handle, name) VALUES (:program, :id, :h, :h)"),
                    {"program": self.program_id, "id": partner_id, "h": f"partner-{partner_id}"},
                )

    async def pool(
        self, codes: Sequence[str] = (), *, partner_id: int = PARTNER, low_water: int = 0,
        expires_at: datetime | None = None,
    ) -> int:  # fmt: skip
        """A new pool with these codes."""
        async with tenant_transaction(self.engine, self.program_id) as connection:
            made = await create_pool(
                connection, self.program_id, partner_id, "Spring", expires_at=expires_at, low_water=low_water, actor="t"
            )
        if codes:
            await self.send(made.pool_id, as_file(codes))
        return made.pool_id

    async def send(self, pool_id: int, *pieces: bytes) -> PoolImport:
        """Import a file that arrives in these pieces."""
        return await self.stream(pool_id, _each(pieces))

    async def stream(self, pool_id: int, pieces: AsyncIterator[bytes]) -> PoolImport:
        """Import a file as it arrives."""
        return await import_codes(self.engine, CodeFile(self.program_id, pool_id, "codes.csv", "staff:1"), pieces)

    async def take(self, pool_id: int, claim_id: int) -> str | None:
        """A code for a claim."""
        async with tenant_transaction(self.engine, self.program_id) as connection:
            return await take_code(connection, self.program_id, pool_id, claim_id)

    async def give_back(self, code: str, claim_id: int, partner_id: int = PARTNER) -> bool:
        """The code of a claim that nobody has seen."""
        async with tenant_transaction(self.engine, self.program_id) as connection:
            return await return_code(connection, self.program_id, partner_id, code, claim_id)

    async def void(self, code: str, claim_id: int) -> bool:
        """The code of a claim that somebody has seen."""
        async with tenant_transaction(self.engine, self.program_id) as connection:
            return await void_code(connection, self.program_id, PARTNER, code, claim_id)

    async def close(self, pool_id: int) -> CodePool:
        """Nothing more is handed out."""
        async with tenant_transaction(self.engine, self.program_id) as connection:
            return await close_pool(connection, self.program_id, pool_id)

    async def read(self, pool_id: int) -> CodePool:
        """The pool as it stands."""
        async with tenant_transaction(self.engine, self.program_id) as connection:
            found = await pool_of(connection, self.program_id, pool_id)
        assert found is not None
        return found

    async def states(self, pool_id: int) -> dict[str, int]:
        """How many codes are in each state."""
        rows = await self._read(
            "SELECT state, count(*) AS codes FROM pool_codes WHERE pool_id = :pool GROUP BY 1", pool_id
        )
        return {row.state: row.codes for row in rows}

    async def counted(self, pool_id: int) -> int:
        """How many free codes the parts count, whether the pool has ended or not."""
        rows = await self._read("SELECT sum(codes_free) FROM pool_counts WHERE pool_id = :pool", pool_id)
        return int(rows[0][0])

    async def _read(self, sql: str, pool_id: int) -> Sequence[Any]:
        async with tenant_transaction(self.engine, self.program_id) as connection:
            return (await connection.execute(text(sql), {"pool": pool_id})).fetchall()


async def _each(pieces: Sequence[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece
