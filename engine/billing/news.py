"""What Shopify tells of a contract, by webhook or when it is asked: the newest counts, in whatever order it comes.

The end of a contract is for good. While the shop is still being asked for another status, its own does not count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.billing.contracts import (
    ENDED,
    Contract,
    ContractKey,
    Status,
    lock_contract,
    lock_members,
    place_contract,
    store_contract,
)
from engine.billing.cycles import Unit
from engine.billing.due import ask_follow, looked_at
from engine.billing.linking import link
from engine.billing.telling import News, tell
from engine.billing.turns import resumed
from engine.enrollment import CustomerKey, find_members
from engine.ledger import MemberKey

_RANKS: dict[Status, int] = {"unknown": 0, "active": 1, "paused": 2, "failed": 3, "expired": 4, "cancelled": 5}


@dataclass(frozen=True, slots=True)
class ContractNews:
    """What a contract is, as of its revision. Times and amounts are not in a webhook's body."""

    contract_id: int
    revision_id: int
    status: Status
    currency: str
    interval_unit: Unit
    interval_count: int
    customer_id: int | None
    origin_order_id: int | None
    maximum_cycles: int | None = None


@dataclass(frozen=True, slots=True)
class ContractReading:
    """What only asking tells. `price_minor` is what a cycle costs, in the contract's currency."""

    created_at: datetime
    price_minor: int
    product_ids: tuple[int, ...]
    selling_plan_ids: tuple[int, ...]
    line_id: str | None
    variant_id: int | None
    payment_id: str | None
    payment_ends_on: date | None


async def tell_contract(
    connection: AsyncConnection, program_id: int, shop_id: int, news: ContractNews, at: datetime,
    reading: ContractReading | None = None,
) -> Contract:  # fmt: skip
    """Take in what is told of a contract as of `at`, by Shopify's clock. Told again, or late, it changes nothing."""
    key = ContractKey(program_id, shop_id, news.contract_id)
    anchor = at if reading is None else reading.created_at
    fresh = Contract(key, news.currency, news.interval_unit, news.interval_count, anchor, at)
    if news.customer_id is not None:  # members are locked before contracts, also before it is known that it is theirs
        found = await find_members(connection, [CustomerKey(program_id, shop_id, news.customer_id)])
        await lock_members(connection, [MemberKey(program_id, number) for number in found.values()])
    await place_contract(connection, fresh)
    before = await lock_contract(connection, key)
    assert before is not None, "it was just placed"
    after = _with_reading(_merged(before, news, at), reading, at)
    status_news: Sequence[News] = ()
    if after.status != before.status and before.linked:
        after, status_news = _followed(before, after, at)
    after = await link(connection, after)
    await tell(connection, after, status_news)
    if after != before:
        await store_contract(connection, after)
    if reading is None:
        await ask_follow(connection, key)
    return after


def _merged(contract: Contract, news: ContractNews, at: datetime) -> Contract:
    """The contract with what is newer in the news."""
    told = replace(
        contract,
        customer_id=contract.customer_id or news.customer_id,
        origin_order_id=contract.origin_order_id or news.origin_order_id,
    )
    if contract.status == "unknown" or not contract.linked:
        told = replace(told, anchor_at=min(contract.anchor_at, at))
    if (news.revision_id, at, _RANKS[news.status]) < _rank(contract):
        return replace(told, status=news.status) if news.status in ENDED and contract.status not in ENDED else told
    told = replace(told, revision_id=news.revision_id, currency=news.currency).noting(told_at=at.isoformat())
    if "counts_itself" not in contract.detail:
        told = replace(told, interval_unit=news.interval_unit, interval_count=news.interval_count)
    if news.maximum_cycles is not None:
        told = told.noting(maximum_cycles=news.maximum_cycles)
    if contract.status in ENDED or ("status" in contract.wanted and news.status not in ENDED):
        return told
    return replace(told, status=news.status)


def _rank(contract: Contract) -> tuple[int, datetime, int]:
    told_at = contract.told_at
    if told_at is None:
        return (-1, contract.anchor_at, 0)
    return (contract.revision_id, told_at, _RANKS[contract.status])


def _with_reading(contract: Contract, reading: ContractReading | None, at: datetime) -> Contract:
    if reading is None:
        return contract
    if not contract.linked:
        contract = replace(contract, anchor_at=reading.created_at)
    renewed = contract.detail.get("payment_id") not in (None, reading.payment_id) or (
        contract.payment_ends_on is not None
        and reading.payment_ends_on is not None
        and reading.payment_ends_on > contract.payment_ends_on
    )
    noted = contract.noting(
        product_ids=list(reading.product_ids), selling_plan_ids=list(reading.selling_plan_ids),
        line_id=reading.line_id, variant_id=reading.variant_id, payment_id=reading.payment_id,
    )  # fmt: skip
    # A price that the shop is being asked for is the price that counts.
    price = contract.price_minor if "price_minor" in contract.wanted else reading.price_minor
    noted = replace(noted, price_minor=price, payment_ends_on=reading.payment_ends_on)
    if renewed:
        noted = noted.noting(renewed_at=at.isoformat())
        if noted.next_billing_at is not None:
            noted = looked_at(noted, at)
    return noted


def _followed(before: Contract, after: Contract, at: datetime) -> tuple[Contract, Sequence[News]]:
    """What a change of status that came from the shop does."""
    number = after.key.contract_id
    if after.status in ENDED:
        news = News("contract_ended", f"{number}:ended", at, {"reason": after.status})
        return replace(after, next_billing_at=None, paused_until=None), (news,)
    if after.status == "active":
        active = resumed(replace(after, status="paused"), at)
        active = active.noting(wanted={k: v for k, v in active.wanted.items() if k not in ("status", "at")} or None)
        if before.status != "paused":
            return active, ()
        return active, (News("resumed", f"{number}:resumed:{at.isoformat()}", at),)
    stopped = replace(after, next_billing_at=None).noting(paused_at=at.isoformat())
    if after.status == "paused":
        return stopped, (News("paused", f"{number}:paused:{at.isoformat()}", at, {"until": None}),)
    return stopped, ()
