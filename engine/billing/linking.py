"""Whose a contract is and which plan it is of: by its lines, or by the order that it came from, whichever is known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.billing.attempts import Attempt, attempts_of
from engine.billing.contracts import Contract, lock_members
from engine.billing.plans import SoldPlan, plan_of, plans_sold
from engine.billing.repairs import answer_repairs, note_repair
from engine.billing.settling import failed_news, paid_news
from engine.billing.telling import News, tell
from engine.known_orders import KnownOrder, OrderKey
from engine.ledger import MemberKey
from engine.members import member_of_customer
from engine.order_facts import read_order

_ROOT = text("SELECT COALESCE(merged_into, member_id) FROM members WHERE program_id = :program_id AND member_id = :id")


@dataclass(frozen=True, slots=True)
class _Sold:
    """What an order says of the contract that came with it."""

    plan: SoldPlan
    price_minor: int
    bought_at: datetime | None


async def link(connection: AsyncConnection, contract: Contract) -> Contract:
    """The contract with its member and plan, if both can be told now; else it is listed for a person.

    What is told of it begins then: that it was opened, and what was paid for it so far.
    """
    if contract.linked or contract.status == "unknown":
        return contract
    order = await _origin_order(connection, contract)
    plans = await plans_sold(connection, contract.key.program_id)
    sold = _sold(contract, plans, order)
    if sold is None:
        if _lines_known(contract) or order is not None:
            await note_repair(connection, contract.key, "contract_without_plan")
        return contract
    member_id = await _member(connection, contract, order)
    if member_id is None:
        await note_repair(connection, contract.key, "contract_without_member")
        return contract
    await lock_members(connection, [MemberKey(contract.key.program_id, member_id)])
    linked = _opened(contract, sold, member_id)
    await answer_repairs(
        connection, contract.key, contract.origin_order_id,
        ("contract_without_plan", "contract_without_member", "order_without_contract"),
    )  # fmt: skip
    attempts = await attempts_of(connection, contract.key)
    await tell(connection, linked, [*_opening(linked), *_so_far(linked, attempts)])
    return linked


async def _origin_order(connection: AsyncConnection, contract: Contract) -> KnownOrder | None:
    if contract.origin_order_id is None:
        return None
    order = await read_order(connection, OrderKey(*contract.key[:2], contract.origin_order_id))
    return None if order is None or order.snapshot is None else order


def _lines_known(contract: Contract) -> bool:
    return "product_ids" in contract.detail


def _sold(contract: Contract, plans: list[SoldPlan], order: KnownOrder | None) -> _Sold | None:
    snapshot = None if order is None else order.snapshot
    bought_at = None if snapshot is None else snapshot.occurred_at
    if _lines_known(contract):
        plan = plan_of(plans, contract.detail["product_ids"], contract.detail.get("selling_plan_ids", ()))
        return None if plan is None else _Sold(plan, contract.price_minor, bought_at)
    if snapshot is None:
        return None
    plan = plan_of(plans, [line.product_id for line in snapshot.lines if line.product_id is not None], ())
    if plan is None:
        return None
    lines = [line for line in snapshot.lines if line.product_id in plan.definition.product_ids]
    paid_in_shop = contract.currency == snapshot.currency
    price = sum((one.unit_price.shop if paid_in_shop else one.unit_price.presentment) * one.quantity for one in lines)
    return _Sold(plan, price, bought_at)


async def _member(connection: AsyncConnection, contract: Contract, order: KnownOrder | None) -> int | None:
    """The customer's member, who becomes one if need be; else that of the order."""
    program_id, shop_id, _ = contract.key
    if contract.customer_id is not None:
        return (await member_of_customer(connection, program_id, shop_id, contract.customer_id)).member_id
    if order is None or order.member_id is None:
        return None
    row = await connection.execute(_ROOT, {"program_id": program_id, "id": order.member_id})
    found: int | None = row.scalar_one_or_none()
    return found


def _opened(contract: Contract, sold: _Sold, member_id: int) -> Contract:
    """The contract as it begins: its cycles are counted from the purchase, or from the end of its trial."""
    definition = sold.plan.definition
    linked = replace(
        contract, member_id=member_id, plan_id=sold.plan.plan_id, plan_version=sold.plan.version,
        price_minor=sold.price_minor, anchor_at=sold.bought_at or contract.anchor_at,
    )  # fmt: skip
    if definition.trial_days:
        ends_at = linked.anchor_at + timedelta(days=definition.trial_days)
        linked = replace(linked, trial_ends_at=ends_at).counted_from(2, ends_at)
    if definition.fixed_day is not None:
        linked = _prorated(linked.noting(fixed=[definition.fixed_day.day, definition.fixed_day.month]))
    if linked.maximum_cycles is None and definition.maximum_cycles is not None:
        linked = linked.noting(maximum_cycles=definition.maximum_cycles)
    begins = linked.schedule.start(linked.next_cycle)
    return replace(linked, next_billing_at=begins) if linked.billable else linked


def _prorated(contract: Contract) -> Contract:
    """With a fixed day the term until that day costs its share, whether it was a trial that ended or a purchase.

    A purchase was paid whole at the checkout, so that the whole period after it costs no more than that share: who
    joins the day before the fixed day does not pay twice.
    """
    price, share = contract.price_minor, contract.schedule.first_share(contract.price_minor)
    if share == price:
        return contract
    wanted = {**contract.wanted, "price_minor": share, "variant_id": None, "at": contract.anchor_at.isoformat()}
    credited = True if contract.trial_ends_at is None else None
    return replace(contract, price_minor=share).noting(full_price_minor=price, wanted=wanted, credited=credited)


def _opening(contract: Contract) -> list[News]:
    number, ends_at = contract.key.contract_id, contract.schedule.start(2).isoformat()
    about: dict[str, Any] = {"origin_order_id": contract.origin_order_id}
    if contract.trial_ends_at is not None:
        about |= {"trial_ends_at": contract.trial_ends_at.isoformat()}
        return [News("contract_opened", f"{number}:opened", contract.anchor_at, about)]
    first = {
        "cycle": 1, "starts_at": contract.anchor_at.isoformat(), "ends_at": ends_at,
        "amount_minor": contract.price_minor, "currency": contract.currency, "order_id": contract.origin_order_id,
    }  # fmt: skip
    return [
        News("contract_opened", f"{number}:opened", contract.anchor_at, {**about, "period_ends_at": ends_at}),
        News("period_paid", f"{number}:1:paid", contract.anchor_at, first),
    ]


def _so_far(contract: Contract, attempts: list[Attempt]) -> list[News]:
    """What happened before it was known whose the contract is."""
    told = [paid_news(contract, one) for one in attempts if one.state == "succeeded"]
    told += [failed_news(one) for one in attempts if one.state == "failed"]
    if contract.status in ("cancelled", "expired"):
        at = contract.told_at or contract.anchor_at
        told.append(News("contract_ended", f"{contract.key.contract_id}:ended", at, {"reason": contract.status}))
    return told
