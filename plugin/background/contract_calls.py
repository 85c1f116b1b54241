"""What is asked of the shop about contracts: what they are, and that they become what is wanted of them.

All of it may be asked any number of times: a contract that is paused stays paused, a price that is set stays set.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.billing.contracts import Contract, ContractKey, read_contract
from engine.billing.due import ask_follow
from engine.billing.following import confirmed
from engine.billing.news import tell_contract
from engine.billing.plans import plan_of, plans_sold
from engine.billing.repairs import note_order
from engine.billing.settling import settle_attempt
from engine.crash import crash_point
from engine.database import tenant_transaction, transaction_time
from engine.money import Money
from engine.outside_calls import OutsideCall
from engine.shops import ShopReference, shop_of
from plugin.background.billing import field_of
from plugin.background.fulfillment_trouble import trouble_of
from plugin.background.outcomes import Ended, Later, Outcome
from plugin.payloads import Unreadable
from plugin.payloads.subscription_nodes import ContractSeen, bought_by_plan, contract_node
from plugin.services import Services
from plugin.shopify.admin_client import AdminRefusedError, Answer

_STATUS_OPERATIONS = {
    "paused": "subscription_contract_pause", "active": "subscription_contract_activate",
    "cancelled": "subscription_contract_cancel",
}  # fmt: skip
_NEVER = frozenset({"CONTRACT_TERMINATED"})
_SAME_DATE = timedelta(days=1)
"""How far what the shop shows may be off: it may round times to days."""
_REFUSED_DELAY = timedelta(hours=1)

log = structlog.get_logger("laurel.billing")


async def follow(services: Services, call: OutsideCall) -> Outcome:
    """Read a contract, take in what it is, and let the shop make of it what is wanted."""
    key = ContractKey(call.program_id, call.shop_id, call.object_id)
    async with tenant_transaction(services.engine, call.program_id) as connection:
        shop = await shop_of(connection, call.program_id, call.shop_id)
        read_at = await transaction_time(connection)
    if shop is None or not shop.installed:
        return Ended(error="the app is not installed")
    try:
        seen = await _read(services, shop, key, read_at)
        if seen is None:
            return Ended(error="the shop does not know it", write=lambda connection: _nothing_wanted(connection, key))
        contract = await _take_in(services, key, seen)
        done = await _make(services, shop, contract, seen)
    except Unreadable as refusal:
        log.warning("contract could not be read", program=call.program_id, reason=str(refusal))
        return Ended(done=False, error=f"unreadable: {refusal}")
    except Exception as error:
        trouble = trouble_of(error)
        if trouble is None:
            raise
        return Later(error=trouble.text, delay=_REFUSED_DELAY if trouble.refusal is not None else None)

    async def write(connection: AsyncConnection) -> None:
        await confirmed(connection, key, done)

    return Ended(write=write)


async def _read(services: Services, shop: ShopReference, key: ContractKey, read_at: datetime) -> ContractSeen | None:
    node = field_of(await services.admin.run(shop, "subscription_contract", {"id": _gid(key)}), "subscriptionContract")
    return None if node is None else contract_node(node, read_at)


async def _take_in(services: Services, key: ContractKey, seen: ContractSeen) -> Contract:
    async with tenant_transaction(services.engine, key.program_id) as connection:
        await tell_contract(connection, key.program_id, key.shop_id, seen.news, seen.at, seen.reading)
        for one in reversed(seen.attempts):
            if one.news is not None:
                await settle_attempt(connection, key.program_id, key.shop_id, one.news, seen.at)
        contract = await read_contract(connection, key)
    assert contract is not None, "it was just told"
    return contract


async def _make(services: Services, shop: ShopReference, contract: Contract, seen: ContractSeen) -> dict[str, Any]:
    """Ask for what is wanted and not so; returns what of it is done, or never can be."""
    wanted, done = contract.wanted, dict[str, Any]()
    status = wanted.get("status")
    if status is not None and status != seen.news.status:
        crash_point("contract-before-call")
        _checked(await services.admin.run(shop, _STATUS_OPERATIONS[status], {"id": _gid(contract.key)}))
        crash_point("contract-after-call")
    if status is not None:
        done["status"] = status
    if "price_minor" in wanted or "variant_id" in wanted:
        line_id = seen.reading.line_id
        variables = {"id": _gid(contract.key), "lineId": line_id, "input": _line_input(contract, wanted)}
        _checked(await services.admin.run(shop, "subscription_contract_change_line", variables))
        done |= {name: wanted[name] for name in ("price_minor", "variant_id") if name in wanted}
    await _show_date(services, shop, contract, seen)
    return done


def _line_input(contract: Contract, wanted: Mapping[str, Any]) -> dict[str, Any]:
    given: dict[str, Any] = {}
    if wanted.get("price_minor") is not None:
        given["currentPrice"] = f"{Money(wanted['price_minor'], contract.currency).decimal():f}"
    if wanted.get("variant_id") is not None:
        given["productVariantId"] = f"gid://shopify/ProductVariant/{wanted['variant_id']}"
    return given


async def _show_date(services: Services, shop: ShopReference, contract: Contract, seen: ContractSeen) -> None:
    """Let the shop show the shopper when the next charge is."""
    ours, theirs = contract.next_billing_at, seen.next_billing_at
    if ours is None or not contract.billable or ours <= datetime.now(UTC):
        return
    if theirs is None or abs(ours - theirs) > _SAME_DATE:
        date = f"{ours.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        variables = {"id": _gid(contract.key), "date": date}
        _checked(await services.admin.run(shop, "subscription_contract_set_next_billing_date", variables))


def _checked(answer: Answer) -> None:
    """Raises AdminRefusedError for a refusal, but of what has ended: that it has, reading tells."""
    codes = {error.code for error in answer.user_errors} - _NEVER
    if codes:
        raise AdminRefusedError(tuple(sorted(code or "UNNAMED" for code in codes)))
    field_of(answer, next(iter(answer.data)))


async def _nothing_wanted(connection: AsyncConnection, key: ContractKey) -> None:
    contract = await read_contract(connection, key)
    if contract is not None:
        await confirmed(connection, key, contract.wanted)


async def seek(services: Services, call: OutsideCall) -> Outcome:
    """Look how an order was bought: one that should have brought a contract, and did not, is listed for a person."""
    async with tenant_transaction(services.engine, call.program_id) as connection:
        shop = await shop_of(connection, call.program_id, call.shop_id)
        plans = await plans_sold(connection, call.program_id)
    if shop is None or not shop.installed:
        return Later(error="the app is not installed", delay=_REFUSED_DELAY)
    try:
        answer = await services.admin.run(shop, "order_contracts", {"id": f"gid://shopify/Order/{call.object_id}"})
        node = field_of(answer, "order")
        lines = [] if node is None else bought_by_plan(node)
    except Unreadable as refusal:
        return Ended(done=False, error=f"unreadable: {refusal}")
    except Exception as error:
        trouble = trouble_of(error)
        if trouble is None:
            raise
        return Later(error=trouble.text, delay=_REFUSED_DELAY if trouble.refusal is not None else None)

    async def write(connection: AsyncConnection) -> None:
        for product_id, contract_id in lines:
            if contract_id is not None:  # its news was lost
                await ask_follow(connection, ContractKey(call.program_id, call.shop_id, contract_id))
            elif product_id is not None and plan_of(plans, [product_id], ()) is not None:
                await note_order(connection, call.program_id, call.shop_id, call.object_id)

    return Ended(write=write)


def _gid(key: ContractKey) -> str:
    return f"gid://shopify/SubscriptionContract/{key.contract_id}"
