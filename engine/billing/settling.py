"""What became of an attempt, written down once whatever the order of the news: success wins for good.

Only a known failure lets another attempt follow. Called again, or too late, each changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.billing.attempts import Attempt, add_attempt, attempts_of, change_attempt, parse_key
from engine.billing.contracts import ENDED, Contract, ContractKey, lock_contract, place_contract, store_contract
from engine.billing.cycles import later
from engine.billing.due import ask_follow, looked_at
from engine.billing.dunning import failure_class
from engine.billing.repairs import note_repair
from engine.billing.telling import News, tell
from engine.billing.turns import at_full_price
from engine.database import transaction_time

Outcome = Literal["succeeded", "failed", "challenged"]


@dataclass(frozen=True, slots=True)
class AttemptNews:
    """What the shop says of an attempt. `idempotency_key` is None where it was not made by us."""

    contract_id: int
    outcome: Outcome
    idempotency_key: str | None
    external_id: str | None = None
    order_id: int | None = None
    error_code: str | None = None
    next_action_url: str | None = None


async def settle_attempt(
    connection: AsyncConnection, program_id: int, shop_id: int, news: AttemptNews, at: datetime
) -> None:
    """Write down what became of an attempt. One of a contract that is not known yet is kept until it is."""
    key = ContractKey(program_id, shop_id, news.contract_id)
    contract = await lock_contract(connection, key)
    if contract is None:
        await place_contract(connection, Contract(key, "XXX", "month", 1, at, at))
        await ask_follow(connection, key)
        contract = await lock_contract(connection, key)
        assert contract is not None, "it was just placed"
    attempts = await attempts_of(connection, key)
    attempt = await _attempt(connection, contract, attempts, news, at)
    if attempt is None:
        if news.outcome == "succeeded":
            await note_repair(connection, key, "charged_elsewhere", order_id=news.order_id)
        return
    if news.outcome == "succeeded":
        await _succeeded(connection, contract, attempts, attempt, news, at)
    elif attempt.state == "succeeded":
        return
    elif news.outcome == "failed":
        await _failed(connection, contract, attempt, news, at)
    elif attempt.state in ("waiting", "asked"):
        await change_attempt(
            connection,
            replace(
                attempt, state="challenged", external_id=news.external_id or attempt.external_id,
                next_action_url=news.next_action_url,
            ),
        )  # fmt: skip


async def _attempt(
    connection: AsyncConnection, contract: Contract, attempts: list[Attempt], news: AttemptNews, at: datetime
) -> Attempt | None:
    """The attempt by its key or its id; one with a key of ours that we do not know is made known."""
    for one in attempts:
        if news.idempotency_key == one.idempotency_key:
            return one
        if news.external_id is not None and news.external_id == one.external_id:
            return one
    parsed = parse_key(news.idempotency_key or "")
    if parsed is None or parsed[0] != contract.key.contract_id:
        return None
    return await add_attempt(
        connection, contract.key, parsed[1], parsed[2], state="asked", amount_minor=contract.price_minor,
        currency=contract.currency, due_at=at,
    )  # fmt: skip


async def _succeeded(
    connection: AsyncConnection, contract: Contract, attempts: list[Attempt], attempt: Attempt, news: AttemptNews,
    at: datetime,
) -> None:  # fmt: skip
    if attempt.state == "succeeded":
        if attempt.order_id is None and news.order_id is not None:
            await change_attempt(connection, replace(attempt, order_id=news.order_id))
        return
    external_id = news.external_id or attempt.external_id
    paid = replace(
        attempt, state="succeeded", order_id=news.order_id, external_id=external_id, settled_at=at,
        error_code=None, failure_class=None, next_action_url=None,
    )  # fmt: skip
    if any(one.cycle == attempt.cycle and one.state == "succeeded" for one in attempts):
        await change_attempt(connection, replace(paid, state="dropped"))
        await note_repair(connection, contract.key, "charged_twice", order_id=news.order_id)
        return
    await change_attempt(connection, paid)
    for one in attempts:
        if one.cycle == attempt.cycle and one.state == "waiting" and one.attempt_id != attempt.attempt_id:
            await change_attempt(connection, replace(one, state="dropped", settled_at=at))
    if contract.status in ENDED and contract.told_at is not None and at > contract.told_at:
        await note_repair(connection, contract.key, "charged_after_end", order_id=news.order_id)
    await tell(connection, contract, [paid_news(contract, paid)])
    after = advanced(contract, attempt.cycle)
    await store_contract(connection, after)
    if after.wanted:
        await ask_follow(connection, contract.key)


def advanced(contract: Contract, cycle: int) -> Contract:
    """The contract with a cycle paid: the next one follows, at the whole price where this one was less."""
    if cycle < contract.next_cycle:
        return contract if contract.next_billing_at is not None else _waiting(contract)
    return _waiting(replace(at_full_price(contract, paid=True), next_cycle=cycle + 1))


def _waiting(contract: Contract) -> Contract:
    begins = contract.schedule.start(contract.next_cycle)
    return replace(contract, next_billing_at=begins) if contract.billable else contract


async def _failed(
    connection: AsyncConnection, contract: Contract, attempt: Attempt, news: AttemptNews, at: datetime
) -> None:
    if attempt.state == "failed":
        return
    failed = replace(
        attempt, state="failed", error_code=(news.error_code or "UNKNOWN")[:100],
        failure_class=failure_class(news.error_code), external_id=news.external_id or attempt.external_id,
        settled_at=at, next_action_url=None,
    )  # fmt: skip
    await change_attempt(connection, failed)
    await tell(connection, contract, [failed_news(failed)])
    if attempt.cycle == contract.next_cycle:
        await store_contract(connection, looked_at(contract, await transaction_time(connection)))


def paid_news(contract: Contract, attempt: Attempt) -> News:
    """The fact that a cycle was paid by an attempt."""
    schedule = contract.schedule
    starts_at, ends_at = schedule.start(attempt.cycle), schedule.start(attempt.cycle + 1)
    if attempt.cycle < schedule.base_cycle:  # of before the cycles were counted anew
        starts_at = attempt.due_at
        ends_at = later(starts_at, schedule.unit, schedule.count, schedule.zone)
    amount = attempt.amount_minor if attempt.currency == contract.currency else contract.price_minor
    if contract.detail.get("credited"):  # what was paid at the checkout beyond the first term was paid for this one
        amount += contract.detail["full_price_minor"] - contract.price_minor
    detail = {
        "cycle": attempt.cycle, "starts_at": starts_at.isoformat(), "ends_at": ends_at.isoformat(),
        "amount_minor": amount, "currency": contract.currency, "order_id": attempt.order_id,
    }  # fmt: skip
    at = attempt.settled_at or attempt.due_at
    return News("period_paid", attempt.idempotency_key, at, detail, source="billing_attempt")


def failed_news(attempt: Attempt) -> News:
    """The fact that an attempt failed."""
    detail = {"cycle": attempt.cycle, "attempt": attempt.attempt, "failure_class": attempt.failure_class}
    at = attempt.settled_at or attempt.due_at
    return News("payment_failed", f"{attempt.idempotency_key}:failed", at, detail, source="billing_attempt")
