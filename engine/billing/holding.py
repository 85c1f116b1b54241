"""Billing stands still after an uninstall until the merchant says that it may go on; nothing is charged for the gap."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_STANDING = text("""
    SELECT s.shop_id, s.billing_held_since, s.billing_resumed_at, s.uninstalled_at IS NULL AS installed,
        (SELECT count(*) FROM contracts c WHERE c.program_id = s.program_id AND c.shop_id = s.shop_id
            AND c.plan_id IS NOT NULL AND c.status IN ('active', 'paused')) AS contracts
    FROM shops s WHERE s.program_id = :program_id AND s.shop_id = :shop_id
""")
_RESUME = text("""
    UPDATE shops SET billing_held_since = NULL, billing_resumed_at = now(), billing_resumed_by = :actor
    WHERE program_id = :program_id AND shop_id = :shop_id AND billing_held_since IS NOT NULL
    AND uninstalled_at IS NULL RETURNING shop_id
""")


@dataclass(frozen=True, slots=True)
class BillingStanding:
    """Whether a shop's members are billed. `contracts` are those that it is about; held since when, if it is."""

    shop_id: int
    held_since: datetime | None
    resumed_at: datetime | None
    installed: bool
    contracts: int


async def billing_standing(connection: AsyncConnection, program_id: int, shop_id: int) -> BillingStanding | None:
    """How billing stands in a shop; None for a shop that the program does not have."""
    given = {"program_id": program_id, "shop_id": shop_id}
    row = (await connection.execute(_STANDING, given)).one_or_none()
    if row is None:
        return None
    return BillingStanding(
        row.shop_id, row.billing_held_since, row.billing_resumed_at, row.installed, int(row.contracts)
    )


async def confirm_billing(
    connection: AsyncConnection, program_id: int, shop_id: int, actor: str
) -> BillingStanding | None:
    """The merchant says that billing goes on. No cycle that began until now is ever charged: its turn passes it over.

    Said again it changes nothing; nor while the app is not installed. None for a shop that the program does not have.
    """
    standing = await billing_standing(connection, program_id, shop_id)
    if standing is None or standing.held_since is None or not standing.installed:
        return standing
    await connection.execute(_RESUME, {"program_id": program_id, "shop_id": shop_id, "actor": actor[:200]})
    return await billing_standing(connection, program_id, shop_id)
