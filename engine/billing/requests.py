"""What the app wants of a contract: paused, resumed, canceled now or at the end, another plan.

It holds at once for all that the app does by itself; the shop is asked by a call that goes on until it has confirmed.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.billing.attempts import attempts_of, drop_waiting
from engine.billing.changing import Change, change_later, changed_now
from engine.billing.contracts import ENDED, Contract, ContractKey, lock_contract, store_contract
from engine.billing.due import ask_follow, looked_at
from engine.billing.plans import plan_sold
from engine.billing.telling import tell
from engine.billing.turns import canceled, paused, resumed
from engine.database import transaction_time

_STILL_WANTED = text("""
    SELECT c.program_id, c.shop_id, c.contract_id FROM contracts c
    JOIN shops s ON s.program_id = c.program_id AND s.shop_id = c.shop_id
    WHERE c.detail ? 'wanted' AND s.uninstalled_at IS NULL AND NOT EXISTS (
        SELECT FROM outside_calls o WHERE o.program_id = c.program_id AND o.object_id = c.contract_id
        AND o.kind = 'contract-follow' AND o.state IN ('waiting', 'running')) LIMIT :most
""")


class ContractRefused(Exception):  # noqa: N818  # named for the rule, as the field names it
    """Nothing changed: CONTRACT_NOT_FOUND, CONTRACT_ENDED."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


async def pause_contract(
    connection: AsyncConnection, program_id: int, shop_id: int, contract_id: int, until: datetime | None
) -> Contract:
    """No charges until then, or until it is resumed. Raises ContractRefused."""
    contract, now = await _running(connection, program_id, shop_id, contract_id)
    if contract.status == "paused":
        return await _store(connection, replace(contract, paused_until=until, next_billing_at=until))
    await drop_waiting(connection, await attempts_of(connection, contract.key), now)
    return await _store(connection, paused(contract, now, until))


async def resume_contract(connection: AsyncConnection, program_id: int, shop_id: int, contract_id: int) -> Contract:
    """Charges go on: after what was left of the paid period, at once when nothing was. Raises ContractRefused."""
    contract, now = await _running(connection, program_id, shop_id, contract_id)
    if contract.status == "active":
        return contract
    return await _store(connection, resumed(contract, now))


async def cancel_contract(connection: AsyncConnection, program_id: int, shop_id: int, contract_id: int) -> Contract:
    """No charges any more. Canceled again it stays canceled. Raises ContractRefused."""
    contract = await _known(connection, program_id, shop_id, contract_id)
    if contract.status in ENDED:
        return contract
    now = await transaction_time(connection)
    await drop_waiting(connection, await attempts_of(connection, contract.key), now)
    return await _store(connection, canceled(contract, now))


async def cancel_at_end(connection: AsyncConnection, program_id: int, shop_id: int, contract_id: int) -> Contract:
    """No charge after the period that is paid for. Raises ContractRefused."""
    contract, now = await _running(connection, program_id, shop_id, contract_id)
    await drop_waiting(connection, await attempts_of(connection, contract.key), now)
    wished = replace(contract, cancel_at_end=True)
    return await _store(connection, looked_at(wished, now) if wished.next_billing_at is None else wished)


async def keep_contract(connection: AsyncConnection, program_id: int, shop_id: int, contract_id: int) -> Contract:
    """Take `cancel_at_end` back. Raises ContractRefused."""
    contract, _ = await _running(connection, program_id, shop_id, contract_id)
    return await _store(connection, replace(contract, cancel_at_end=False))


async def change_contract(
    connection: AsyncConnection, program_id: int, shop_id: int, contract_id: int, change: Change, *, at_end: bool
) -> Contract:
    """Another plan: from the next period on, or from now on, which charges its first price at once.

    Tells `plan_changed` when the new plan begins. Raises ContractRefused.
    """
    contract, now = await _running(connection, program_id, shop_id, contract_id)
    interval = (await plan_sold(connection, program_id, change.plan_id, change.plan_version)).definition.interval
    length = (interval.unit, interval.count)
    if at_end:
        return await _store(connection, change_later(contract, change, length))
    await drop_waiting(connection, await attempts_of(connection, contract.key), now)
    done = changed_now(contract, change, length, now)
    if done.left is not None:
        await tell(connection, done.left, done.left_news)
    return await _store(connection, done.contract)


async def ask_still_wanted(connection: AsyncConnection, most: int = 200) -> int:
    """Ask again for what is wanted and has no call any more, such as after a return of the app; returns how much."""
    rows = (await connection.execute(_STILL_WANTED, {"most": most})).all()
    for row in rows:
        await ask_follow(connection, ContractKey(*row))
    return len(rows)


async def _known(connection: AsyncConnection, program_id: int, shop_id: int, contract_id: int) -> Contract:
    contract = await lock_contract(connection, ContractKey(program_id, shop_id, contract_id))
    if contract is None:
        raise ContractRefused("CONTRACT_NOT_FOUND")
    return contract


async def _running(
    connection: AsyncConnection, program_id: int, shop_id: int, contract_id: int
) -> tuple[Contract, datetime]:
    contract = await _known(connection, program_id, shop_id, contract_id)
    if contract.status in ENDED:
        raise ContractRefused("CONTRACT_ENDED")
    return contract, await transaction_time(connection)


async def _store(connection: AsyncConnection, contract: Contract) -> Contract:
    await store_contract(connection, contract)
    if contract.wanted:
        await ask_follow(connection, contract.key)
    return contract
