"""What the shop confirmed of what was wanted of a contract."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.billing.contracts import ContractKey, lock_contract, store_contract
from engine.billing.due import looked_at
from engine.database import transaction_time


async def confirmed(connection: AsyncConnection, key: ContractKey, done: dict[str, Any]) -> bool:
    """Take what is done off what is wanted; False when something else is wanted meanwhile.

    A charge that waited for it need not wait any longer.
    """
    contract = await lock_contract(connection, key)
    if contract is None or not contract.wanted:
        return True
    now = await transaction_time(connection)
    left = {name: value for name, value in contract.wanted.items() if name != "at" and done.get(name, ...) != value}
    after = contract.noting(wanted={**left, "at": contract.wanted.get("at")} if left else None)
    if "status" in done:  # what the shop says of before this moment is older than what it did
        after = after.noting(told_at=now.isoformat())
    if not left and after.next_billing_at is not None and after.schedule.start(after.next_cycle) <= now:
        after = looked_at(after, now)
    await store_contract(connection, after)
    return not left
