"""Attempts to be paid for a cycle of a contract: each has one key for good, so that it is one charge at most."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.billing.contracts import ContractKey
from engine.billing.dunning import Failure, FailureClass

AttemptState = Literal["waiting", "asked", "challenged", "succeeded", "failed", "dropped"]
"""To be asked · asked, outcome unknown · the shopper must confirm · paid · not paid · never asked, or superseded."""
OPEN: frozenset[AttemptState] = frozenset({"waiting", "asked", "challenged"})
_KEY_FORM = re.compile(r"laurel-([1-9][0-9]{0,18})-([1-9][0-9]{0,8})-([1-9][0-9]{0,8})")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt; `attempt` counts those of its cycle from 1, amounts are minor units."""

    program_id: int
    attempt_id: int
    shop_id: int
    contract_id: int
    cycle: int
    attempt: int
    idempotency_key: str
    state: AttemptState
    failure_class: FailureClass | None
    error_code: str | None
    amount_minor: int
    currency: str
    external_id: str | None
    order_id: int | None
    next_action_url: str | None
    created_at: datetime
    due_at: datetime
    asked_at: datetime | None
    settled_at: datetime | None

    @property
    def contract(self) -> ContractKey:
        """The contract that it is for."""
        return ContractKey(self.program_id, self.shop_id, self.contract_id)

    @property
    def open(self) -> bool:
        """Whether its outcome is still to come."""
        return self.state in OPEN


_COLUMNS = ", ".join(Attempt.__dataclass_fields__)
_OF_CONTRACT = text(f"""
    SELECT {_COLUMNS} FROM billing_attempts
    WHERE program_id = :program_id AND shop_id = :shop_id AND contract_id = :contract_id ORDER BY cycle, attempt
""")
_BY_ID = text(f"SELECT {_COLUMNS} FROM billing_attempts WHERE program_id = :program_id AND attempt_id = :attempt_id")
_ADD = text(f"""
    INSERT INTO billing_attempts (program_id, attempt_id, shop_id, contract_id, cycle, attempt, idempotency_key, state,
        amount_minor, currency, due_at)
    VALUES (:program_id, nextval('ledger_ids'), :shop_id, :contract_id, :cycle, :attempt, :idempotency_key, :state,
        :amount_minor, :currency, :due_at)
    RETURNING {_COLUMNS}
""")
_SETTABLE = (
    "state", "failure_class", "error_code", "external_id", "order_id", "next_action_url", "asked_at", "settled_at",
)  # fmt: skip
_CHANGE = text(f"""
    UPDATE billing_attempts SET {", ".join(f"{name} = :{name}" for name in _SETTABLE)}
    WHERE program_id = :program_id AND attempt_id = :attempt_id
""")


def idempotency_key(contract_id: int, cycle: int, attempt: int) -> str:
    """The one key of an attempt, which Shopify charges once however often it is told."""
    return f"laurel-{contract_id}-{cycle}-{attempt}"


def parse_key(key: str) -> tuple[int, int, int] | None:
    """(contract, cycle, attempt) of a key that the app made; None for another one's."""
    found = _KEY_FORM.fullmatch(key)
    if found is None:
        return None
    contract_id, cycle, attempt = (int(part) for part in found.groups())
    return (contract_id, cycle, attempt) if contract_id < 2**63 and max(cycle, attempt) < 2**31 else None


async def attempts_of(connection: AsyncConnection, key: ContractKey) -> list[Attempt]:
    """All attempts of a contract, by cycle and number."""
    return [_attempt(row) for row in await connection.execute(_OF_CONTRACT, key._asdict())]


async def read_attempt(connection: AsyncConnection, program_id: int, attempt_id: int) -> Attempt | None:
    """One attempt."""
    given = {"program_id": program_id, "attempt_id": attempt_id}
    row = (await connection.execute(_BY_ID, given)).one_or_none()
    return None if row is None else _attempt(row)


async def add_attempt(
    connection: AsyncConnection, key: ContractKey, cycle: int, attempt: int, *, state: AttemptState, amount_minor: int,
    currency: str, due_at: datetime,
) -> Attempt:  # fmt: skip
    """A new attempt of a contract that is locked. Its amount is what the contract costs then."""
    given = {
        **key._asdict(), "cycle": cycle, "attempt": attempt, "state": state, "amount_minor": amount_minor,
        "currency": currency, "due_at": due_at, "idempotency_key": idempotency_key(key.contract_id, cycle, attempt),
    }  # fmt: skip
    return _attempt((await connection.execute(_ADD, given)).one())


async def change_attempt(connection: AsyncConnection, attempt: Attempt) -> None:
    """Write what became of an attempt whose contract is locked."""
    values = {name: getattr(attempt, name) for name in _SETTABLE}
    await connection.execute(_CHANGE, {**values, "program_id": attempt.program_id, "attempt_id": attempt.attempt_id})


async def drop_waiting(connection: AsyncConnection, attempts: list[Attempt], now: datetime) -> None:
    """What was not asked for yet is not asked for any more; what was asked for goes on until it is known."""
    for one in attempts:
        if one.state == "waiting":
            await change_attempt(connection, replace(one, state="dropped", settled_at=now))


def failures_of(attempts: list[Attempt], cycle: int) -> list[Failure]:
    """The failures of a cycle, oldest first."""
    return [
        Failure(one.failure_class or "soft", one.settled_at or one.due_at)
        for one in attempts
        if one.cycle == cycle and one.state == "failed"
    ]


def first_due(attempts: list[Attempt], cycle: int) -> datetime | None:
    """When the first attempt of a cycle was due."""
    return min((one.due_at for one in attempts if one.cycle == cycle and one.state != "dropped"), default=None)


def _attempt(row: Any) -> Attempt:
    return Attempt(**row._mapping)
