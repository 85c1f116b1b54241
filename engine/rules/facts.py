"""What rules may ask that is no part of the order or event itself, as it was when the fact was decided.

These are read once, stored beside the order or event, and never read again: a refund that comes in a year is worked out
from the same tags, tier and collections that the purchase was.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from engine.events import Order


class Privilege(NamedTuple):
    """What a tier or plan makes purchases worth more by; `grantor` names it, e.g. tier:gold."""

    grantor: str
    factor: Decimal


class Status(NamedTuple):
    """The tier, the plans that hold and the privilege that a member has now."""

    tier: str | None = None
    plans: tuple[str, ...] = ()
    privilege: Privilege | None = None


@dataclass(frozen=True, slots=True)
class MemberFacts:
    """What is known of a member. `order_number` is 1 for their first paid order, 0 where it was not asked for."""

    tags: tuple[str, ...] = ()
    tier: str | None = None
    order_number: int = 0
    joined_at: datetime | None = None
    subscribed: bool | None = None
    plans: tuple[str, ...] = ()
    privilege: Privilege | None = None


@dataclass(frozen=True, slots=True)
class ProductTraits:
    """What is known of a product."""

    tags: tuple[str, ...] = ()
    collection_ids: tuple[int, ...] = ()
    product_type: str = ""
    vendor: str = ""


@dataclass(frozen=True, slots=True)
class DecidedFrom:
    """The facts that a decision was made from. `decided_at` is the business time that windows and periods go by."""

    decided_at: datetime
    member: MemberFacts = MemberFacts()
    products: Mapping[int, ProductTraits] = field(default_factory=dict)

    def lacking(self, order: Order) -> set[int]:
        """Products of an order, by their id, that nothing is known of yet: an edit may have added them."""
        return {line.product_id for line in order.lines if line.product_id is not None} - self.products.keys()

    def with_products(self, products: Mapping[int, ProductTraits]) -> DecidedFrom:
        """The same with products that were lacking; those that are known stay as they are."""
        return replace(self, products={**products, **self.products})

    def to_json(self) -> str:
        """Compact JSON text, without what is empty."""
        member = {
            "tags": list(self.member.tags),
            "tier": self.member.tier,
            "order_number": self.member.order_number,
            "joined_at": self.member.joined_at.isoformat() if self.member.joined_at else None,
            "subscribed": self.member.subscribed,
            "plans": list(self.member.plans),
            "privilege": [self.member.privilege.grantor, str(self.member.privilege.factor)]
            if self.member.privilege
            else None,
        }
        document = {
            "decided_at": self.decided_at.isoformat(),
            "member": {name: value for name, value in member.items() if value not in (None, [], 0) or value is False},
            "products": {
                str(product_id): [list(one.tags), list(one.collection_ids), one.product_type, one.vendor]
                for product_id, one in self.products.items()
            },
        }
        return json.dumps({name: value for name, value in document.items() if value}, separators=(",", ":"))

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> DecidedFrom:
        """The facts again, from the decoded JSON."""
        member = document.get("member", {})
        joined_at, privilege = member.get("joined_at"), member.get("privilege")
        return cls(
            datetime.fromisoformat(document["decided_at"]),
            MemberFacts(
                tuple(member.get("tags", ())),
                member.get("tier"),
                member.get("order_number", 0),
                datetime.fromisoformat(joined_at) if joined_at else None,
                member.get("subscribed"),
                tuple(member.get("plans", ())),
                Privilege(privilege[0], Decimal(privilege[1])) if privilege else None,
            ),
            {
                int(product_id): ProductTraits(tuple(tags), tuple(collection_ids), product_type, vendor)
                for product_id, (tags, collection_ids, product_type, vendor) in document.get("products", {}).items()
            },
        )
