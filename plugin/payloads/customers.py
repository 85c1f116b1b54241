"""Customers of a payload: their id and, for a verified address only, the key of their e-mail address."""

from __future__ import annotations

from datetime import datetime

from engine.events import Customer, CustomerDeleted, CustomerSeen
from plugin.payloads.email_keys import EmailKeys
from plugin.payloads.fields import Source, Unreadable, mapping, moment, refuse_other_kind, whole_id

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


def _refuse_others(body: Source) -> None:
    refuse_other_kind(body, "Customer")
    for field in _FOREIGN_FIELDS:
        if field in body:
            raise Unreadable(f"{field}: is not a field of a customer")
