"""The moments around a call that charges: whether it may still be made, that it is being made, that it is not."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.billing.attempts import Attempt, attempts_of, change_attempt, read_attempt
from engine.billing.contracts import Contract, lock_contract, store_contract
from engine.billing.due import ask_billing, looked_at
from engine.database import transaction_time

_LEFT_ALONE = text("""
    SELECT a.program_id, a.shop_id, a.contract_id, a.attempt_id FROM billing_attempts a
    JOIN shops s ON s.program_id = a.program_id AND s.shop_id = a.shop_id
    WHERE a.state IN ('waiting', 'asked', 'challenged') AND s.uninstalled_at IS NULL
    AND a.created_at < now() - interval '1 minute' AND NOT EXISTS (
        SELECT FROM outside_calls o WHERE o.program_id = a.program_id AND o.object_id = a.attempt_id
        AND o.kind = 'billing-attempt' AND o.state IN ('waiting', 'running'))
    ORDER BY a.due_at LIMIT :most
""")


async def begin_attempt(connection: AsyncConnection, program_id: int, attempt_id: int) -> Attempt | None:
    """Say that an attempt is being asked for, before it is: from here on its outcome has to be found out.

    Returns it, or None when it must not be asked for any more: then it is dropped. The shop, the hold, the contract and
    its other attempts are looked at under the contract's lock, at the last moment.
    """
    attempt = await read_attempt(connection, program_id, attempt_id)
    if attempt is None or not attempt.open:
        return None
    contract = await lock_contract(connection, attempt.contract)
    attempt = await read_attempt(connection, program_id, attempt_id)  # as it is now that nobody else changes it
    if contract is None or attempt is None or not attempt.open:
        return None
    if attempt.state != "waiting":
        return attempt
    others = [one for one in await attempts_of(connection, attempt.contract) if one.attempt_id != attempt_id]
    if not _may_charge(contract, attempt, others):
        await _drop(connection, contract, attempt)
        return None
    asked = replace(attempt, state="asked", asked_at=await transaction_time(connection))
    await change_attempt(connection, asked)
    return asked


def _may_charge(contract: Contract, attempt: Attempt, others: list[Attempt]) -> bool:
    same_cycle = [one for one in others if one.cycle == attempt.cycle]
    return (
        contract.billable and contract.installed and contract.held_since is None and not contract.cancel_at_end
        and attempt.cycle == contract.next_cycle and not contract.began_in_gap(attempt.cycle)
        and not any(one.state == "succeeded" or one.open for one in same_cycle)
    )  # fmt: skip


async def drop_attempt(connection: AsyncConnection, program_id: int, attempt_id: int, *, reason: str | None) -> None:
    """An attempt was surely never made and will not be. `reason` is what the shop says of the contract, if anything."""
    attempt = await read_attempt(connection, program_id, attempt_id)
    contract = None if attempt is None else await lock_contract(connection, attempt.contract)
    attempt = await read_attempt(connection, program_id, attempt_id)
    if attempt is not None and contract is not None and attempt.open:
        await _drop(connection, contract, replace(attempt, error_code=reason))


async def _drop(connection: AsyncConnection, contract: Contract, attempt: Attempt) -> None:
    now = await transaction_time(connection)
    await change_attempt(connection, replace(attempt, state="dropped", settled_at=now))
    await store_contract(connection, looked_at(contract, now))


async def know_attempt(connection: AsyncConnection, program_id: int, attempt_id: int, external_id: str) -> None:
    """The shop has the attempt, under this id."""
    attempt = await read_attempt(connection, program_id, attempt_id)
    if attempt is None or attempt.external_id == external_id:
        return
    await lock_contract(connection, attempt.contract)
    attempt = await read_attempt(connection, program_id, attempt_id)
    if attempt is not None and attempt.external_id is None:
        await change_attempt(connection, replace(attempt, external_id=external_id))


async def ask_left_alone(connection: AsyncConnection, most: int = 200) -> int:
    """Ask again about open attempts that have no call any more, such as after a return of the app; returns how many."""
    rows = (await connection.execute(_LEFT_ALONE, {"most": most})).all()
    for row in rows:
        attempt = await read_attempt(connection, row.program_id, row.attempt_id)
        if attempt is not None:
            await ask_billing(connection, attempt.contract, attempt.attempt_id)
    return len(rows)
