"""Contracts and billing attempts as the Admin API answers them."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from engine.billing.cycles import COUNT_MAXIMUM
from engine.billing.news import ContractNews, ContractReading
from engine.billing.settling import AttemptNews
from engine.money import MoneyError, minor_units
from plugin.payloads.fields import (
    Source,
    Unreadable,
    gid_number,
    label,
    mapping,
    moment,
    objects,
    whole_number,
)
from plugin.payloads.nodes import is_whole, nodes_of
from plugin.payloads.subscriptions import currency_of, error_code_of, revision_of, status_of, unit_of, url_of

SETTLING = timedelta(minutes=1)
"""Of two things told within this time of a change, what was read last is newer."""
_LINES_AT_MOST = 25


@dataclass(frozen=True, slots=True)
class AttemptSeen:
    """An attempt as the shop has it; `news` is None while it is being worked on."""

    idempotency_key: str
    external_id: str
    news: AttemptNews | None


@dataclass(frozen=True, slots=True)
class ContractSeen:
    """A contract as the shop has it, as of `at`, with its last attempts; `next_billing_at` is what it shows."""

    news: ContractNews
    reading: ContractReading
    at: datetime
    next_billing_at: datetime | None
    attempts: tuple[AttemptSeen, ...]


def contract_node(node: Source, read_at: datetime) -> ContractSeen:
    """A SubscriptionContract that was asked for at `read_at`. Raises Unreadable."""
    policy = mapping(node.get("billingPolicy"), "billingPolicy")
    number = gid_number(node.get("id"), "SubscriptionContract", "id")
    currency = currency_of(node.get("currencyCode"), "currencyCode")
    most = policy.get("maxCycles")
    news = ContractNews(
        contract_id=number,
        revision_id=revision_of(node.get("revisionId"), "revisionId"),
        status=status_of(node.get("status"), "status"),
        currency=currency,
        interval_unit=unit_of(policy.get("interval"), "interval"),
        interval_count=whole_number(policy.get("intervalCount"), "intervalCount", 1, COUNT_MAXIMUM),
        customer_id=_id_of(node.get("customer"), "Customer", "customer"),
        origin_order_id=_id_of(node.get("originOrder"), "Order", "originOrder"),
        maximum_cycles=None if most is None else whole_number(most, "maxCycles", 1, 10_000),
    )
    changed_at = moment(node.get("updatedAt"), "updatedAt", read_at) or read_at
    return ContractSeen(
        news,
        _reading(node, currency, read_at),
        min(changed_at + SETTLING, read_at),
        _future(node.get("nextBillingDate")),
        tuple(attempt_node(one, number) for one in nodes_of(node, "billingAttempts")),
    )


def _reading(node: Source, currency: str, read_at: datetime) -> ContractReading:
    lines = nodes_of(node, "lines")
    if not lines or not is_whole(node, "lines"):
        raise Unreadable(f"lines: are none, or more than {_LINES_AT_MOST}")
    prices = [_money(line.get("lineDiscountedPrice"), currency, "lineDiscountedPrice") for line in lines]
    payment = node.get("customerPaymentMethod")
    return ContractReading(
        created_at=moment(node.get("createdAt"), "createdAt", read_at) or read_at,
        price_minor=sum(prices) + _money(node.get("deliveryPrice"), currency, "deliveryPrice"),
        product_ids=_ids(lines, "productId", "Product"),
        selling_plan_ids=_ids(lines, "sellingPlanId", "SellingPlan"),
        line_id=label(lines[0].get("id"), "id", "", 255) or None,
        variant_id=next(iter(_ids(lines[:1], "variantId", "ProductVariant")), None),
        payment_id=None if payment is None else label(mapping(payment, "payment").get("id"), "id", "", 255) or None,
        payment_ends_on=_card_end(payment),
    )


def attempt_node(node: Source, contract_id: int) -> AttemptSeen:
    """A SubscriptionBillingAttempt of a contract. Raises Unreadable."""
    external_id = label(node.get("id"), "id", "", 255)
    gid_number(external_id, "SubscriptionBillingAttempt", "id")
    key = label(node.get("idempotencyKey"), "idempotencyKey", "", 255)
    state = mapping(node.get("state"), "state")
    kind = label(state.get("__typename"), "state", "")
    if kind.endswith("SuccessState"):
        order_id = _id_of(state.get("order"), "Order", "order")
        news = AttemptNews(contract_id, "succeeded", key, external_id, order_id=order_id)
    elif kind.endswith("FailedState"):
        news = AttemptNews(contract_id, "failed", key, external_id, error_code=_error(state.get("error")))
    elif kind.endswith("ActionRequiredState"):
        action = mapping(state.get("action"), "action")
        url = url_of(action.get("nextActionUrl"))
        news = AttemptNews(contract_id, "challenged", key, external_id, next_action_url=url)
    else:
        return AttemptSeen(key, external_id, None)
    return AttemptSeen(key, external_id, news)


def _error(error: Any) -> str | None:
    source = mapping(error, "error")
    codes = (source.get(name) for name in ("paymentCode", "generalCode", "inventoryCode"))
    return error_code_of(next((code for code in codes if code is not None), None))


def _id_of(value: Any, kind: str, field: str) -> int | None:
    return None if value is None else gid_number(mapping(value, field).get("id"), kind, field)


def _ids(lines: list[dict[str, Any]], field: str, kind: str) -> tuple[int, ...]:
    return tuple(gid_number(line[field], kind, field) for line in lines if line.get(field) is not None)


def _money(value: Any, currency: str, field: str) -> int:
    source = mapping(value, field)
    if source.get("currencyCode") != currency:
        raise Unreadable(f"{field}: is in another currency than its contract")
    try:
        return minor_units(source.get("amount"), currency)
    except MoneyError:
        raise Unreadable(f"{field}: is not an amount") from None


def _card_end(payment: Any) -> date | None:
    """The last day of a card's month; None for what does not run out, or is not shown to us."""
    instrument = None if payment is None else mapping(payment, "payment").get("instrument")
    if instrument is None or mapping(instrument, "instrument").get("expiryMonth") is None:
        return None
    month = whole_number(instrument["expiryMonth"], "expiryMonth", 1, 12)
    year = whole_number(instrument.get("expiryYear"), "expiryYear", 2000, 9000)
    return date(year, month, calendar.monthrange(year, month)[1])


def _future(value: object) -> datetime | None:
    """A time that may lie ahead; None for none, or for what is not one."""
    if type(value) is not str or len(value) > 40:
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def bought_by_plan(order: Source) -> list[tuple[int | None, int | None]]:
    """(product, contract) of every line of an order that was bought by a selling plan; each may be None."""
    return [
        (
            _id_of(line.get("product"), "Product", "product"),
            _id_of(line.get("contract"), "SubscriptionContract", "contract"),
        )
        for line in objects(mapping(order.get("lineItems"), "lineItems"), "nodes")
        if line.get("sellingPlan") is not None
    ]
