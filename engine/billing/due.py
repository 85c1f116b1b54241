"""The round that bills: each contract that is due has its turn, under its member's lock and its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.billing.attempts import add_attempt, attempts_of
from engine.billing.changing import changed_at_end
from engine.billing.contracts import Contract, ContractKey, lock_contract, lock_members, store_contract
from engine.billing.plans import plan_sold
from engine.billing.telling import tell
from engine.billing.turns import Turn, turn
from engine.database import transaction_time
from engine.ledger import MemberKey
from engine.outside_calls import ask

_AFTER_TROUBLE = timedelta(hours=1)
# The members are locked before any contract, all at once: two rounds never wait for each other in a ring.
_DUE = text("""
    SELECT c.program_id, c.shop_id, c.contract_id, c.member_id FROM contracts c
    JOIN shops s ON s.program_id = c.program_id AND s.shop_id = c.shop_id
    WHERE c.next_billing_at <= now() AND c.member_id IS NOT NULL AND c.plan_id IS NOT NULL
    AND s.uninstalled_at IS NULL ORDER BY c.next_billing_at LIMIT :most
""")


async def bill_due(connection: AsyncConnection, most: int = 50) -> int:
    """Give every contract its turn that is due, of shops that have the app; returns how many there were.

    A charge is one row and one call, which commit with it: never two open ones for one contract.
    """
    rows = (await connection.execute(_DUE, {"most": most})).all()
    await lock_members(connection, [MemberKey(row.program_id, row.member_id) for row in rows])
    for row in sorted(rows):
        contract = await lock_contract(connection, ContractKey(*row[:3]))
        if contract is not None:
            await _turn_of_one(connection, contract)
    return len(rows)


async def _turn_of_one(connection: AsyncConnection, contract: Contract) -> None:
    """One contract's turn. One that cannot have it, for whatever reason, holds up no other and is tried again later."""
    try:
        async with connection.begin_nested():
            await take_turn(connection, contract)
    except DBAPIError:
        raise
    except Exception as error:
        again_at = await transaction_time(connection) + _AFTER_TROUBLE
        held_up = replace(contract, next_billing_at=again_at).noting(trouble=type(error).__name__)
        await store_contract(connection, held_up)


async def take_turn(connection: AsyncConnection, contract: Contract) -> Contract:
    """Give a contract its turn that is locked with its member; one that is not due keeps waiting. Returns it after."""
    now = await transaction_time(connection)
    if not contract.linked or contract.next_billing_at is None or contract.next_billing_at > now:
        return contract
    begins = _with_change(contract, now)
    taken = begins.contract
    assert taken.plan_id is not None
    assert taken.plan_version is not None
    plan = await plan_sold(connection, taken.key.program_id, taken.plan_id, taken.plan_version)
    attempts = await attempts_of(connection, taken.key)
    done = turn(taken, attempts, plan.ladder, now)
    if begins.left is not None:
        await tell(connection, begins.left, begins.left_news)
    await tell(connection, done.contract, done.news)
    await store_contract(connection, done.contract.noting(trouble=None))
    if done.charge is not None:
        number = max((one.attempt for one in attempts if one.cycle == done.charge), default=0) + 1
        attempt = await add_attempt(
            connection, taken.key, done.charge, number, state="waiting", amount_minor=taken.price_minor,
            currency=taken.currency, due_at=now,
        )  # fmt: skip
        await ask_billing(connection, taken.key, attempt.attempt_id)
    if done.contract.wanted:
        await ask_follow(connection, taken.key)
    return done.contract


def _with_change(contract: Contract, now: datetime) -> Turn:
    """A change of plan that waited for the end of the period begins with the cycle that is due."""
    if "change" not in contract.detail or contract.schedule.start(contract.next_cycle) > now:
        return Turn(contract)
    return changed_at_end(contract, contract.schedule.start(contract.next_cycle))


async def ask_billing(connection: AsyncConnection, key: ContractKey, attempt_id: int) -> None:
    """Want an attempt made or looked up."""
    queue = f"contract:{key.contract_id}"
    await ask(connection, key.program_id, key.shop_id, "billing-attempt", attempt_id, queue=queue)


async def ask_follow(connection: AsyncConnection, key: ContractKey) -> None:
    """Want a contract read, and the shop to be told what is wanted of it.

    In a queue of its own: a charge whose outcome takes days must not hold up a cancellation.
    """
    queue = f"contract-follow:{key.contract_id}"
    await ask(connection, key.program_id, key.shop_id, "contract-follow", key.contract_id, queue=queue)


def looked_at(contract: Contract, now: datetime) -> Contract:
    """The contract, to be looked at in the next round."""
    return replace(contract, next_billing_at=now) if contract.billable else contract
