"""Puts a reading of the shop in with the transaction that found it needed: no news is lost between the two.

One reading of a thing waits at a time. What changes while one is under way asks for another one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

ReadingKind = Literal["reread-order", "reread-customer", "read-products"]


@dataclass(frozen=True, slots=True, order=True)
class Reading:
    """What is to be read by the Admin API: an order, a customer, or all products (`object_id` 0)."""

    kind: ReadingKind
    program_id: int
    shop_id: int
    object_id: int = 0

    @property
    def lock(self) -> str:
        """The name of the job among those that wait."""
        return f"{self.kind}-{self.program_id}-{self.shop_id}-{self.object_id}"


_DEFER = text("""
    INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args)
    SELECT 'default', w.kind, w.lock, w.lock,
        jsonb_build_object('program_id', w.program_id, 'shop_id', w.shop_id, 'object_id', w.object_id)
    FROM unnest(CAST(:kinds AS text[]), CAST(:locks AS text[]), CAST(:programs AS bigint[]), CAST(:shops AS bigint[]),
        CAST(:objects AS bigint[])) AS w(kind, lock, program_id, shop_id, object_id)
    ON CONFLICT (queueing_lock) WHERE status = 'todo' DO NOTHING
""")


async def defer(connection: AsyncConnection, readings: Iterable[Reading]) -> None:
    """Have these read once this transaction is committed, each once, in one order for all who do so."""
    wanted = sorted(set(readings))
    if not wanted:
        return
    await connection.execute(
        _DEFER,
        {
            "kinds": [one.kind for one in wanted],
            "locks": [one.lock for one in wanted],
            "programs": [one.program_id for one in wanted],
            "shops": [one.shop_id for one in wanted],
            "objects": [one.object_id for one in wanted],
        },
    )
