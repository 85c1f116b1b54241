"""Billing stands still after an uninstall until the merchant says that it may go on; nothing is charged for the gap."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.billing.attempts import attempts_of, drop_waiting
from engine.billing.contracts import ContractKey, lock_contract, lock_members, store_contract
from engine.billing.telling import tell
from engine.billing.turns import skipped
from engine.database import transaction_time
from engine.ledger import MemberKey

_STANDING = text("""
    SELECT s.shop_id, s.billing_held_since, s.billing_resumed_at, s.uninstalled_at IS NULL AS installed,
        (SELECT count(*) FROM contracts c WHERE c.program_id = s.program_id AND c.shop_id = s.shop_id
            AND c.plan_id IS NOT NULL AND c.status IN ('active', 'paused')) AS contracts
    FROM shops s WHERE s.program_id = :program_id AND s.shop_id = :shop_id
""")
_RUNNING = text("""
    SELECT contract_id, member_id FROM contracts WHERE program_id = :program_id AND shop_id = :shop_id
    AND status = 'active' AND member_id IS NOT NULL AND plan_id IS NOT NULL AND contract_id > :after
    ORDER BY contract_id LIMIT :most
""")
_RESUME = text("""
    UPDATE shops SET billing_held_since = NULL, billing_resumed_at = now(), billing_resumed_by = :actor
    WHERE program_id = :program_id AND shop_id = :shop_id AND billing_held_since IS NOT NULL
    AND uninstalled_at IS NULL RETURNING shop_id
""")
_PAGE = 500


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
    """The merchant says that billing goes on: every cycle that began until now is skipped, none is made up for.

    Said again it changes nothing; nor while the app is not installed. None for a shop that the program does not have.
    """
    standing = await billing_standing(connection, program_id, shop_id)
    if standing is None or standing.held_since is None or not standing.installed:
        return standing
    after = 0
    while (after := await _skip_missed(connection, program_id, shop_id, after)) > 0:
        pass
    await connection.execute(_RESUME, {"program_id": program_id, "shop_id": shop_id, "actor": actor[:200]})
    return await billing_standing(connection, program_id, shop_id)


async def _skip_missed(connection: AsyncConnection, program_id: int, shop_id: int, after: int) -> int:
    """Skip what a page of contracts missed; returns the last one's id, 0 when there is no more."""
    given = {"program_id": program_id, "shop_id": shop_id, "after": after, "most": _PAGE}
    rows = (await connection.execute(_RUNNING, given)).all()
    await lock_members(connection, [MemberKey(program_id, row.member_id) for row in rows])
    now = await transaction_time(connection)
    for row in rows:
        contract = await lock_contract(connection, ContractKey(program_id, shop_id, row.contract_id))
        if contract is None or not contract.billable:
            continue
        attempts = await attempts_of(connection, contract.key)
        await drop_waiting(connection, attempts, now)
        if any(one.state in ("asked", "challenged") for one in attempts):
            continue  # its outcome is found out first
        done = skipped(contract, now)
        await tell(connection, done.contract, done.news)
        await store_contract(connection, done.contract)
    return rows[-1].contract_id if rows else 0
