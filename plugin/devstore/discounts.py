"""Discount codes: those of the seed and those that the app made, and whether a checkout may use them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from plugin.devstore.documents import Documents
from plugin.devstore.errors import CheckoutError, StoreError
from plugin.devstore.pricing import AppliedDiscount, DiscountKind
from plugin.devstore.seed import DISCOUNTS
from plugin.devstore.times import Clock, graphql_time


class CodeTakenError(StoreError):
    """Another discount has that code."""


@dataclass(slots=True)
class Discount:
    """One discount with its only code. `value` is a decimal text: a fraction for percentages, else shop money."""

    id: int
    code: str
    title: str
    kind: DiscountKind
    value: str
    starts_at: str
    ends_at: str | None = None
    usage_limit: int | None = None
    once_per_customer: bool = False
    minimum_subtotal: str | None = None
    customer_ids: list[int] | None = None
    variant_ids: list[int] | None = None
    used_by: list[int | None] = field(default_factory=list)
    """The customer of each order that used it, None for guests."""
    combines_with: dict[str, bool] = field(default_factory=dict)

    def status(self, now: datetime) -> str:
        """ACTIVE, SCHEDULED or EXPIRED at that time."""
        if self.ends_at is not None and datetime.fromisoformat(self.ends_at) <= now:
            return "EXPIRED"
        return "SCHEDULED" if datetime.fromisoformat(self.starts_at) > now else "ACTIVE"


class Discounts:
    """Discounts by code; codes differ by more than case."""

    def __init__(self, documents: Documents, clock: Clock) -> None:
        self._documents, self._clock = documents, clock
        for seeded in DISCOUNTS:
            if self.by_code(seeded.code) is None:
                self._save(
                    Discount(
                        id=seeded.id,
                        code=seeded.code,
                        title=seeded.title,
                        kind="percentage" if seeded.percentage else "fixed_amount",
                        value=seeded.percentage or seeded.amount or "0",
                        starts_at="2026-01-01T00:00:00Z",
                    )
                )

    def create(self, code: str, **values: Any) -> Discount:
        """A new discount; `values` are the fields of Discount. Raises CodeTakenError."""
        with self._documents.together():
            if self.by_code(code) is not None:
                raise CodeTakenError(code)
            discount = Discount(id=self._documents.next_id("discount"), code=code, **values)
            self._save(discount)
        return discount

    def by_code(self, code: str) -> Discount | None:
        """The discount with that code, whatever its case, or None."""
        body = self._documents.get("discount", code.upper())
        return None if body is None else Discount(**body)

    def by_id(self, discount_id: int) -> Discount | None:
        """The discount with that id, or None."""
        found = (body for body in self._documents.all("discount") if body["id"] == discount_id)
        return next((Discount(**body) for body in found), None)

    def all(self) -> list[Discount]:
        """Every discount."""
        return [Discount(**body) for body in self._documents.all("discount")]

    def deactivate(self, discount: Discount) -> Discount:
        """End it now; one that has ended stays as it is."""
        if discount.status(self._clock()) != "EXPIRED":
            discount.ends_at = graphql_time(self._clock())
            self._save(discount)
        return discount

    def apply(self, code: str, customer_id: int | None, subtotal: Decimal) -> AppliedDiscount:
        """The code as a checkout applies it. Raises CheckoutError with what the shopper is told."""
        discount = self.by_code(code)
        if discount is None or discount.status(self._clock()) != "ACTIVE":
            raise CheckoutError(f"The discount code {code} is not valid.")
        if discount.usage_limit is not None and len(discount.used_by) >= discount.usage_limit:
            raise CheckoutError(f"The discount code {code} has reached its usage limit.")
        if discount.customer_ids is not None and customer_id not in discount.customer_ids:
            raise CheckoutError(f"The discount code {code} is not available to you.")
        if discount.once_per_customer and customer_id in discount.used_by:
            raise CheckoutError(f"You have used the discount code {code} already.")
        if discount.minimum_subtotal is not None and subtotal < Decimal(discount.minimum_subtotal):
            raise CheckoutError(f"The discount code {code} needs a purchase of {discount.minimum_subtotal}.")
        return AppliedDiscount(
            code=discount.code,
            title=discount.title,
            kind=discount.kind,
            value=Decimal(discount.value),
            variant_ids=None if discount.variant_ids is None else frozenset(discount.variant_ids),
        )

    def record_use(self, code: str, customer_id: int | None) -> None:
        """An order used the code."""
        discount = self.by_code(code)
        if discount is not None:
            discount.used_by.append(customer_id)
            self._save(discount)

    def _save(self, discount: Discount) -> None:
        self._documents.put("discount", discount.code.upper(), asdict(discount))
