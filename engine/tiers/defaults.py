"""The tiers that a program starts with; a merchant changes them by a plan like any others."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.program import BEGINNING_OF_TIME
from engine.tiers.definitions import default_tiers
from engine.tiers.versions import publish_tiers, tier_versions_of

_CURRENCY = text("SELECT currency FROM shops WHERE program_id = :program_id ORDER BY shop_id LIMIT 1")


async def seed_first_tiers(
    connection: AsyncConnection, program_id: int, *, actor: str, test_orders: bool = False
) -> None:
    """Give a program that never had tiers the default ones, in its first shop's currency, for all that ever was."""
    if await tier_versions_of(connection, [program_id]):
        return
    currency: str = (await connection.execute(_CURRENCY, {"program_id": program_id})).scalar_one()
    definition = default_tiers(currency).model_copy(update={"test_orders": test_orders})
    await publish_tiers(connection, program_id, definition, BEGINNING_OF_TIME, actor)
