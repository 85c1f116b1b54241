"""What a shop tells us, in the engine's own words: facts about orders, refunds and customers.

The plugin translates a platform's payloads into these; everything in them is exact (whole minor units, aware times) and
already checked for shape. Amounts come twice, in the shop's currency and in the one that the shopper paid in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class AmountPair:
    """One amount in both currencies of its order, in minor units; `presentment` is what the shopper saw."""

    shop: int
    presentment: int


@dataclass(frozen=True, slots=True)
class OrderLine:
    """A line of an order. `quantity` is what was ordered; `current_quantity` what is left after edits and refunds."""

    line_id: int
    quantity: int
    current_quantity: int | None
    unit_price: AmountPair
    discount: AmountPair
    tax: AmountPair
    gift_card: bool
    product_id: int | None = None


@dataclass(frozen=True, slots=True)
class RefundLine:
    """Units of one order line that were refunded, with their value before tax is taken out or added."""

    line_id: int
    quantity: int
    subtotal: AmountPair
    tax: AmountPair
    gift_card: bool | None
    """None when the refund does not say; the order's own line decides then."""


@dataclass(frozen=True, slots=True)
class Refund:
    """A refund, known by its id. One without lines counts by the money that moved, less refunded shipping."""

    refund_id: int
    order_id: int
    created_at: datetime
    lines: tuple[RefundLine, ...]
    moved: tuple[tuple[int, str], ...] = ()
    """(minor units, currency) of each refund transaction that succeeded or is under way."""
    shipping: AmountPair = AmountPair(0, 0)
    currency: str | None = None
    """The currency of every `shop` amount here, to be checked against the order's; None when the refund states none."""
    presentment_currency: str | None = None


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer as one shop knows them. `email_key` is a keyed hash, given only for a verified address."""

    customer_id: int
    email_key: bytes | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """A snapshot of an order. `paid` says that this snapshot shows, or its topic says, that it was paid in full."""

    order_id: int
    name: str
    updated_at: datetime
    occurred_at: datetime
    """When it was paid or processed, by the shop's clock."""
    currency: str
    presentment_currency: str
    taxes_included: bool
    test: bool
    paid: bool
    cancelled: bool
    total: AmountPair
    lines: tuple[OrderLine, ...]
    refunds: tuple[Refund, ...] = ()
    customer: Customer | None = None
    guest_email_key: bytes | None = None
    """Keyed hash of the address on an order without a customer: who proves to own it may claim the order."""


@dataclass(frozen=True, slots=True)
class OrderEdit:
    """Units taken out of an order by an edit, per line id; what it added comes with the order's next snapshot."""

    edit_id: int
    order_id: int
    committed_at: datetime
    removed_units: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class CustomerSeen:
    """A customer was created (`created`) or changed."""

    customer: Customer
    created: bool
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class CustomerDeleted:
    """The shop deleted a customer: their member is kept, closed to further earning from that customer id."""

    customer_id: int
    occurred_at: datetime


Fact = Order | Refund | OrderEdit | CustomerSeen | CustomerDeleted


@dataclass(frozen=True, slots=True)
class Event:
    """A fact with the tenant and shop that it was signed for and the time at which we stored it."""

    program_id: int
    shop_id: int
    received_at: datetime
    fact: Fact
