"""The moments around a call that charges: whether it may still be made, that it is being made, that it is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

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


async def begin_attempt(connection: AsyncConnection, program_id: int, attempt_id: int) -> tuple[Attempt, bool] | None:
    """Say that an attempt is being asked for, before it is: from here on its outcome has to be found out.

    Returns it and whether it never was before; None when it is settled, or must not be asked for any more: then it is
    dropped. The shop, the hold, the contract and its other attempts are looked at under the contract's lock.
    """
    found = await _locked(connection, program_id, attempt_id)
    if found is None:
        return None
    contract, attempt = found
    if attempt.state != "waiting":
        return attempt, False
    now = await transaction_time(connection)
    if not await _may_charge(connection, contract, attempt):
        await _drop(connection, contract, attempt, now, now)
        return None
    asked = replace(attempt, state="asked", asked_at=now)
    await change_attempt(connection, asked)
    return asked, True


async def may_still_charge(connection: AsyncConnection, attempt: Attempt) -> bool:
    """Whether a charge that was asked for, and is not to be found, may be asked for again with its key."""
    found = await _locked(connection, attempt.program_id, attempt.attempt_id)
    return found is not None and await _may_charge(connection, *found)


async def _locked(connection: AsyncConnection, program_id: int, attempt_id: int) -> tuple[Contract, Attempt] | None:
    """An open attempt and its contract, as they are now that nobody else changes them."""
    attempt = await read_attempt(connection, program_id, attempt_id)
    if attempt is None or not attempt.open:
        return None
    contract = await lock_contract(connection, attempt.contract)
    attempt = await read_attempt(connection, program_id, attempt_id)
    if contract is None or attempt is None or not attempt.open:
        return None
    return contract, attempt


async def _may_charge(connection: AsyncConnection, contract: Contract, attempt: Attempt) -> bool:
    others = [one for one in await attempts_of(connection, attempt.contract) if one.attempt_id != attempt.attempt_id]
    same_cycle = [one for one in others if one.cycle == attempt.cycle]
    return (
        contract.billable and contract.installed and contract.held_since is None and not contract.cancel_at_end
        and attempt.cycle == contract.next_cycle and not contract.began_in_gap(attempt.cycle)
        and not any(one.state == "succeeded" or one.open for one in same_cycle)
    )  # fmt: skip


async def drop_attempt(connection: AsyncConnection, program_id: int, attempt_id: int, *, look_at: datetime) -> None:
    """An attempt was surely never made and will not be; its contract is looked at again then."""
    found = await _locked(connection, program_id, attempt_id)
    if found is not None:
        await _drop(connection, *found, await transaction_time(connection), look_at)


async def _drop(
    connection: AsyncConnection, contract: Contract, attempt: Attempt, now: datetime, look_at: datetime
) -> None:
    await change_attempt(connection, replace(attempt, state="dropped", settled_at=now))
    await store_contract(connection, looked_at(contract, look_at))


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
