"""What the shop confirmed of what was wanted of a contract."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.billing.contracts import ContractKey, lock_contract, store_contract


async def confirmed(connection: AsyncConnection, key: ContractKey, done: dict[str, Any]) -> bool:
    """Take what is done off what is wanted; False when something else is wanted meanwhile."""
    contract = await lock_contract(connection, key)
    if contract is None:
        return True
    left = {name: value for name, value in contract.wanted.items() if name != "at" and done.get(name, ...) != value}
    await store_contract(connection, contract.noting(wanted={**left, "at": contract.wanted["at"]} if left else None))
    return not left
