"""Customers of a payload: their id and, for a verified address only, the key of their e-mail address; tags, consent."""

from __future__ import annotations

from datetime import datetime

from engine.events import Consent, Customer, CustomerDeleted, CustomerSeen, CustomersMerged, CustomerTags
from plugin.payloads.email_keys import EmailKeys
from plugin.payloads.fields import (
    Source,
    Unreadable,
    gid_number,
    mapping,
    moment,
    refuse_other_kind,
    whole_id,
    words,
)

_FOREIGN_FIELDS = ("line_items", "total_price", "order_id", "order_edit", "refund_line_items")


def customer_of(source: Source, keys: EmailKeys) -> Customer:
    """The customer in a customer object."""
    email = source.get("email")
    verified = source.get("verified_email") is True
    return Customer(
        customer_id=whole_id(source.get("id"), "id"),
        email_key=keys.of(email) if verified and type(email) is str and "@" in email else None,
    )


def customer_of_order(order: Source, keys: EmailKeys) -> Customer | None:
    """The customer of an order; None for a guest, whose order has null or no such field at all."""
    if order.get("customer") is None:
        return None
    value = mapping(order["customer"], "customer")
    try:
        return customer_of(value, keys)
    except Unreadable as error:
        raise error.inside("customer") from None


def guest_email_key(order: Source, keys: EmailKeys) -> bytes | None:
    """The key of the address that a guest gave with the order, if any."""
    for field in ("email", "contact_email"):
        email = order.get(field)
        if type(email) is str and "@" in email:
            return keys.of(email)
    return None


def customer_seen(body: Source, keys: EmailKeys, received_at: datetime, *, created: bool) -> CustomerSeen:
    """The fact of customers/create (`created`) or customers/update.

    It happened at the customer's own time for it, else at the other one that it has, else when we heard of it.
    """
    _refuse_others(body)
    times = ("created_at", "updated_at") if created else ("updated_at", "created_at")
    occurred_at = next((time for field in times if (time := moment(body.get(field), field, received_at))), received_at)
    return CustomerSeen(customer=customer_of(body, keys), created=created, occurred_at=occurred_at)


def customer_deleted(body: Source, received_at: datetime) -> CustomerDeleted:
    """The fact of customers/delete, whose body has no time."""
    _refuse_others(body)
    return CustomerDeleted(customer_id=whole_id(body.get("id"), "id"), occurred_at=received_at)


def tags_in(body: Source, seen: CustomerSeen) -> CustomerTags | None:
    """All tags of a customer, where a body has them: since 2026-04 it has not."""
    if body.get("tags") is None:
        return None
    return CustomerTags(seen.customer.customer_id, words(body["tags"], "tags"), seen.occurred_at)


def consent_in(body: Source, customer_id: int, otherwise: datetime, received_at: datetime) -> Consent | None:
    """Whether they want the newsletter, where a body says so; at `otherwise` when it does not say since when."""
    if body.get("email_marketing_consent") is None:
        return None
    consent = mapping(body["email_marketing_consent"], "email_marketing_consent")
    try:
        if type(consent.get("state")) is not str:
            raise Unreadable("state: is not a text")
        since = moment(consent.get("consent_updated_at"), "consent_updated_at", received_at)
    except Unreadable as error:
        raise error.inside("email_marketing_consent") from None
    return Consent(customer_id, subscribed=consent["state"] == "subscribed", occurred_at=since or otherwise)


def consent_of(body: Source, received_at: datetime) -> Consent:
    """The fact of customers_email_marketing_consent/update."""
    customer_id = whole_id(body.get("customer_id"), "customer_id")
    consent = consent_in(body, customer_id, received_at, received_at)
    if consent is None:
        raise Unreadable("email_marketing_consent: is missing")
    return consent


def customers_merged(body: Source, received_at: datetime) -> CustomersMerged | None:
    """The fact of customers/merge; None for one that did not come about."""
    kept = gid_number(body.get("admin_graphql_api_customer_kept_id"), "Customer", "admin_graphql_api_customer_kept_id")
    field = "admin_graphql_api_customer_deleted_id"
    removed = gid_number(body.get(field), "Customer", field)
    status = body.get("status")
    if type(status) is not str:
        raise Unreadable("status: is not a text")
    if status.lower() != "completed":
        return None
    if kept == removed:
        raise Unreadable(f"{field}: is the customer who was kept")
    return CustomersMerged(kept, removed, received_at)


def _refuse_others(body: Source) -> None:
    refuse_other_kind(body, "Customer")
    for field in _FOREIGN_FIELDS:
        if field in body:
            raise Unreadable(f"{field}: is not a field of a customer")
