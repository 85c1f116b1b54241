"""What a shop tells us, in the engine's own words: facts about orders, refunds and customers.

The plugin translates a platform's payloads into these; everything in them is exact (whole minor units, aware times) and
already checked for shape. Amounts come twice, in the shop's currency and in the one that the shopper paid in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal


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
    variant_id: int | None = None
    sku: str = ""
    vendor: str = ""
    code_discounts: tuple[tuple[int, AmountPair], ...] = ()
    """The parts of `discount` that came from discount codes: (position in the order's `discounts`, amount)."""


@dataclass(frozen=True, slots=True)
class OrderDiscount:
    """A discount code that an order used and what it took off in all, lines and shipping together."""

    code: str
    kind: Literal["amount", "percent", "shipping"]
    amount: AmountPair


@dataclass(frozen=True, slots=True)
class Tender:
    """A part of an order's payment."""

    kind: Literal["gift_card", "store_credit", "other"]
    amount: AmountPair


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
    tags: tuple[str, ...] = ()
    source_name: str = ""
    shipping: AmountPair = AmountPair(0, 0)
    """What delivery cost before discounts."""
    discounts: tuple[OrderDiscount, ...] = ()
    tenders: tuple[Tender, ...] | None = None
    """How it was paid, None where the snapshot does not tell."""
    fulfilled_at: datetime | None = None
    """When its last part was sent, by this snapshot; None while something is still to be sent."""
    partner_notes: tuple[tuple[str, str], ...] | None = None
    """What its notes say to partner programs, as (name, value); None where the snapshot tells nothing of it."""


@dataclass(frozen=True, slots=True)
class OrderEdit:
    """Units taken out of an order by an edit, per line id; what it added comes with the order's next snapshot."""

    edit_id: int
    order_id: int
    committed_at: datetime
    removed_units: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Fulfillment:
    """A parcel of an order, known by its id; the newest `updated_at` counts."""

    order_id: int
    fulfillment_id: int
    updated_at: datetime
    fulfilled_at: datetime
    delivered_at: datetime | None = None
    cancelled: bool = False


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


@dataclass(frozen=True, slots=True)
class CustomersMerged:
    """The shop made one customer of two; the removed id is never used again."""

    kept_customer_id: int
    removed_customer_id: int
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class CustomerTags:
    """All tags of a customer, as the shop had them at that moment."""

    customer_id: int
    tags: tuple[str, ...]
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Consent:
    """Whether a customer receives the newsletter since that moment."""

    customer_id: int
    subscribed: bool
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class ProductChanged:
    """What rules may ask about a product. `collection_ids` is None where the news does not tell."""

    product_id: int
    updated_at: datetime
    tags: tuple[str, ...] = ()
    product_type: str = ""
    vendor: str = ""
    collection_ids: tuple[int, ...] | None = None
    deleted: bool = False


FieldValue = str | Decimal | bool


@dataclass(frozen=True, slots=True)
class MemberEvent:
    """Something that a customer did besides buying, reported once under (source, source_id).

    `source` is "review", "birthday", "newsletter", "visit", "manual" or "custom:<name>".
    """

    customer_id: int
    source: str
    source_id: str
    occurred_at: datetime
    fields: Mapping[str, FieldValue] = field(default_factory=dict)


Fact = (
    Order
    | Refund
    | OrderEdit
    | Fulfillment
    | CustomerSeen
    | CustomerDeleted
    | CustomersMerged
    | CustomerTags
    | Consent
    | ProductChanged
    | MemberEvent
)


@dataclass(frozen=True, slots=True)
class Event:
    """A fact with the tenant and shop that it was signed for and the time at which we stored it."""

    program_id: int
    shop_id: int
    received_at: datetime
    fact: Fact
