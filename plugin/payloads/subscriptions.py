"""Subscription contracts and billing attempts of a payload: whose, since which revision, and what came of a charge."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from engine.billing.contracts import Status
from engine.billing.cycles import COUNT_MAXIMUM, Unit
from engine.billing.news import ContractNews
from engine.billing.settling import AttemptNews, Outcome
from engine.money import MoneyError, exponent
from plugin.payloads.fields import (
    IDENTIFIER_MAXIMUM,
    Source,
    Unreadable,
    label,
    mapping,
    optional_id,
    refuse_other_kind,
    whole_id,
    whole_number,
)

_STATUSES: dict[str, Status] = {
    "active": "active", "paused": "paused", "cancelled": "cancelled", "canceled": "cancelled", "expired": "expired",
    "failed": "failed",
}  # fmt: skip
_UNITS: dict[str, Unit] = {"day": "day", "week": "week", "month": "month", "year": "year"}
_CYCLES_MAXIMUM = 10_000
_URL_MAXIMUM = 2_048
_KEY_MAXIMUM = 255
ATTEMPT_OUTCOMES: dict[str, Outcome] = {
    "subscription_billing_attempts/success": "succeeded",
    "subscription_billing_attempts/failure": "failed",
    "subscription_billing_attempts/challenged": "challenged",
}
"""Topic → outcome."""


def contract_of(body: Source) -> ContractNews:
    """The contract in a body of subscription_contracts/create or update. Raises Unreadable."""
    refuse_other_kind(body, "SubscriptionContract")
    policy = mapping(body.get("billing_policy"), "billing_policy")
    try:
        unit, count = unit_of(policy.get("interval"), "interval"), policy.get("interval_count")
        interval_count = whole_number(count, "interval_count", 1, COUNT_MAXIMUM)
        most = policy.get("max_cycles")
        maximum = None if most is None else whole_number(most, "max_cycles", 1, _CYCLES_MAXIMUM)
    except Unreadable as error:
        raise error.inside("billing_policy") from None
    return ContractNews(
        contract_id=whole_id(body.get("id"), "id"),
        revision_id=revision_of(body.get("revision_id"), "revision_id"),
        status=status_of(body.get("status"), "status"),
        currency=currency_of(body.get("currency_code"), "currency_code"),
        interval_unit=unit,
        interval_count=interval_count,
        customer_id=optional_id(body.get("customer_id"), "customer_id"),
        origin_order_id=optional_id(body.get("origin_order_id"), "origin_order_id"),
        maximum_cycles=maximum,
    )


def attempt_of(topic: str, body: Source) -> AttemptNews:
    """The attempt in a body of one of ATTEMPT_OUTCOMES. Raises Unreadable."""
    refuse_other_kind(body, "SubscriptionBillingAttempt")
    outcome = ATTEMPT_OUTCOMES[topic]
    number = optional_id(body.get("id"), "id")
    key = label(body.get("idempotency_key"), "idempotency_key", "", _KEY_MAXIMUM) or None
    if key is None and number is None:
        raise Unreadable("idempotency_key: is missing, and so is the id")
    order_id = optional_id(body.get("order_id"), "order_id")
    return AttemptNews(
        contract_id=whole_id(body.get("subscription_contract_id"), "subscription_contract_id"),
        outcome=outcome,
        idempotency_key=key,
        external_id=None if number is None else f"gid://shopify/SubscriptionBillingAttempt/{number}",
        order_id=order_id if outcome == "succeeded" else None,
        error_code=error_code_of(body.get("error_code")) if outcome == "failed" else None,
        next_action_url=url_of(body.get("next_action_url")) if outcome == "challenged" else None,
    )


def unit_of(value: object, field: str) -> Unit:
    """A unit of an interval, in whatever case."""
    found = _UNITS.get(value.lower()) if type(value) is str else None
    if found is None:
        raise Unreadable(f"{field}: is not day, week, month or year")
    return found


def status_of(value: object, field: str) -> Status:
    """A contract's status, in whatever case."""
    found = _STATUSES.get(value.lower()) if type(value) is str else None
    if found is None:
        raise Unreadable(f"{field}: is not a status of a contract")
    return found


def revision_of(value: object, field: str) -> int:
    """A revision: a whole number as such or as a text of digits, as far as a bigint goes."""
    text = str(value) if type(value) is int else value
    if type(text) is not str or not (text.isascii() and text.isdigit() and len(text) <= 19):
        raise Unreadable(f"{field}: is not a revision")
    number = int(text)
    if number > IDENTIFIER_MAXIMUM:
        raise Unreadable(f"{field}: is not a revision")
    return number


def currency_of(value: object, field: str) -> str:
    """A currency that money exists in."""
    if type(value) is not str:
        raise Unreadable(f"{field}: is not a currency")
    try:
        exponent(value)
    except MoneyError:
        raise Unreadable(f"{field}: is not a currency") from None
    return value


def error_code_of(value: Any) -> str | None:
    """Why a charge failed, as Shopify names it; None where it does not say."""
    if value is None:
        return None
    if type(value) is not str:
        raise Unreadable("error_code: is not a text")
    return label(value, "error_code", "")[:100].upper() or None


def url_of(value: object) -> str | None:
    """Where the shopper confirms a charge: an https address, or None."""
    if value is None:
        return None
    if type(value) is not str or len(value) > _URL_MAXIMUM or not value.isascii() or not value.isprintable():
        raise Unreadable("next_action_url: is not an address")
    try:
        parts = urlsplit(value)
    except ValueError:
        raise Unreadable("next_action_url: is not an address") from None
    if parts.scheme != "https" or not parts.hostname or " " in value:
        raise Unreadable("next_action_url: is not an address")
    return value
