"""What the shop confirmed of what was wanted of a contract."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.billing.contracts import ContractKey, lock_contract, store_contract
from engine.database import transaction_time


async def confirmed(connection: AsyncConnection, key: ContractKey, done: dict[str, Any]) -> bool:
    """Take what is done off what is wanted; False when something else is wanted meanwhile."""
    contract = await lock_contract(connection, key)
    if contract is None:
        return True
    left = {name: value for name, value in contract.wanted.items() if name != "at" and done.get(name, ...) != value}
    wanted = {**left, "at": contract.wanted["at"]} if left else None
    # What the shop says of before this moment is older than what it did.
    told_at = (await transaction_time(connection)).isoformat() if "status" in done else contract.detail.get("told_at")
    await store_contract(connection, contract.noting(wanted=wanted, told_at=told_at))
    return not left
