"""Discount codes: those of the seed and those that the app made, kept with who used them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from plugin.devstore.documents import Documents
from plugin.devstore.errors import StoreError
from plugin.devstore.pricing import AppliedDiscount, DiscountKind
from plugin.devstore.seed import DISCOUNTS
from plugin.devstore.times import Clock, graphql_time

DiscountClass = Literal["ORDER", "PRODUCT", "SHIPPING"]

USAGE_LAG = timedelta(seconds=3)
"""How long after its order a use is counted: Shopify's asyncUsageCount lags, too."""


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
    units: int | None = None
    """For how many units of its variants it is; all of them when None."""
    shipping_maximum: str | None = None
    used_by: list[int | str | None] = field(default_factory=list)
    """The customer of each order that used it; a guest's address, if they gave one."""
    used_at: list[str] = field(default_factory=list)
    used_in: list[int] = field(default_factory=list)
    combines_with: dict[str, bool] = field(default_factory=dict)

    @property
    def discount_class(self) -> DiscountClass:
        """What it is taken off from; discounts say with which classes they may be combined."""
        if self.kind == "free_shipping":
            return "SHIPPING"
        return "ORDER" if self.variant_ids is None else "PRODUCT"

    def allows(self, other: Discount) -> bool:
        """Whether it may be used together with another one; both have to allow each other."""
        return self.combines_with.get(f"{other.discount_class.lower()}Discounts", False)

    def status(self, now: datetime) -> str:
        """ACTIVE, SCHEDULED or EXPIRED at that time."""
        if self.ends_at is not None and datetime.fromisoformat(self.ends_at) <= now:
            return "EXPIRED"
        return "SCHEDULED" if datetime.fromisoformat(self.starts_at) > now else "ACTIVE"

    def counted_uses(self, now: datetime) -> int:
        """How often it was used, as far as it was counted by that time."""
        # Uses from before this store noted their time were counted long ago.
        late = (at for at in self.used_at if datetime.fromisoformat(at) > now - USAGE_LAG)
        return len(self.used_by) - sum(1 for _ in late)

    def applied(self) -> AppliedDiscount:
        """It as a checkout applies it."""
        return AppliedDiscount(
            code=self.code,
            title=self.title,
            kind=self.kind,
            value=Decimal(self.value),
            variant_ids=None if self.variant_ids is None else frozenset(self.variant_ids),
            units=self.units,
        )


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
                        combines_with=dict.fromkeys(("orderDiscounts", "productDiscounts", "shippingDiscounts"), True),
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

    def status(self, discount: Discount) -> str:
        """Its status now."""
        return discount.status(self._clock())

    def deactivate(self, discount: Discount) -> Discount:
        """End it now; one that has ended stays as it is."""
        if self.status(discount) != "EXPIRED":
            discount.ends_at = graphql_time(self._clock())
            self._save(discount)
        return discount

    def record_use(self, code: str, shopper: int | str | None, order_id: int) -> None:
        """An order used the code. Nothing takes that back: a cancelled order does not, either."""
        discount = self.by_code(code)
        if discount is not None:
            discount.used_by.append(shopper)
            discount.used_at.append(self._clock().isoformat())
            discount.used_in.append(order_id)
            self._save(discount)

    def _save(self, discount: Discount) -> None:
        self._documents.put("discount", discount.code.upper(), asdict(discount))
