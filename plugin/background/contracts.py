"""What the worker does with news of contracts and billing attempts, and what it asks of the shop about contracts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.billing.news import tell_contract
from engine.billing.settling import settle_attempt
from engine.inbox import Delivery
from engine.redactions import Subject, find_erased
from plugin.background.handling import Handler, HandlerContext
from plugin.payloads.subscriptions import ATTEMPT_OUTCOMES, attempt_of, contract_of


async def contract_changed(context: HandlerContext, delivery: Delivery, payload: Mapping[str, Any]) -> None:
    """A contract came to be or changed; its lines and its price only the shop can tell."""
    news = contract_of(payload)
    at = min(delivery.triggered_at or delivery.received_at, delivery.received_at)
    about = Subject(delivery.program_id, delivery.shop_id, news.customer_id, news.origin_order_id, at)
    if await find_erased(context.connection, [about]):
        return
    await tell_contract(context.connection, delivery.program_id, delivery.shop_id, news, at)


async def attempt_settled(context: HandlerContext, delivery: Delivery, payload: Mapping[str, Any]) -> None:
    """A charge was paid, failed, or has to be confirmed by the shopper."""
    news = attempt_of(delivery.topic, payload)
    at = min(delivery.triggered_at or delivery.received_at, delivery.received_at)
    await settle_attempt(context.connection, delivery.program_id, delivery.shop_id, news, at)


CONTRACT_HANDLERS: dict[str, Handler] = {
    "subscription_contracts/create": contract_changed,
    "subscription_contracts/update": contract_changed,
    **dict.fromkeys(ATTEMPT_OUTCOMES, attempt_settled),
}
