"""Storefront sessions: who is logged in, what is in the cart, which codes were entered."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from plugin.devstore.checkouts import RequestedLine
from plugin.devstore.documents import Documents
from plugin.devstore.errors import NotThereError, StoreError
from plugin.devstore.seed import Product, SellingPlan, product_by_variant, selling_plan_of

SESSION_COOKIE = "_harbor_session"
"""The storefront's cookie; its value is the session's id."""
_MOST_UNITS = 500


@dataclass(frozen=True, slots=True)
class CartLine:
    """Units of one product in a cart, bought once or, with a selling plan, by subscription."""

    product: Product
    quantity: int
    selling_plan: SellingPlan | None = None

    @property
    def amount(self) -> Decimal:
        """The price of all units in the shop's currency, before discounts."""
        return self.product.amount * self.quantity


@dataclass(frozen=True, slots=True)
class Cart:
    """A cart as it stands; lines are in the order in which they were added."""

    lines: tuple[CartLine, ...] = ()
    discount_codes: tuple[str, ...] = ()

    @property
    def subtotal(self) -> Decimal:
        """In the shop's currency, before discounts."""
        return sum((line.amount for line in self.lines), Decimal(0))

    def requested(self) -> tuple[RequestedLine, ...]:
        """The lines as a checkout takes them."""
        return tuple(
            RequestedLine(line.product.variant_id, line.quantity, selling_plan=line.selling_plan is not None)
            for line in self.lines
        )

    @property
    def item_count(self) -> int:
        """How many units."""
        return sum(line.quantity for line in self.lines)


@dataclass(frozen=True, slots=True)
class Session:
    """One browser's visit; `customer_id` is None when nobody is logged in."""

    customer_id: int | None = None
    cart: Cart = field(default_factory=Cart)


class Sessions:
    """Sessions by their id, which the storefront keeps in a cookie. An unknown id is an empty session."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def get(self, session_id: str) -> Session:
        """The session."""
        body = self._read(session_id)
        found = ((product_by_variant(line["variant_id"]), line) for line in body["lines"])
        lines = tuple(
            CartLine(product, line["quantity"], selling_plan_of(product) if line.get("selling_plan") else None)
            for product, line in found
            if product is not None
        )
        return Session(body["customer_id"], Cart(lines, tuple(body["discount_codes"])))

    def add(self, session_id: str, variant_id: int, quantity: int, selling_plan: int | None = None) -> Cart:
        """Add units to those that are in the cart; the product is then bought as was said last.

        Raises NotThereError for an unknown variant or selling plan, StoreError for less than one unit.
        """
        if quantity < 1:
            raise StoreError("Add at least one.")
        product = product_by_variant(variant_id)
        plan = None if product is None else selling_plan_of(product)
        if selling_plan is not None and (plan is None or plan.id != selling_plan):
            raise NotThereError("That product is not sold by that plan.")
        held = {line.product.variant_id: line.quantity for line in self.get(session_id).cart.lines}
        self.change(session_id, variant_id, held.get(variant_id, 0) + quantity)
        body = self._read(session_id)
        for line in body["lines"]:
            if line["variant_id"] == variant_id:
                line["selling_plan"] = selling_plan
        self._documents.put("session", session_id, body)
        return self.get(session_id).cart

    def change(self, session_id: str, variant_id: int, quantity: int) -> Cart:
        """Set the units of a product; 0 takes it out. Raises NotThereError for an unknown variant, StoreError."""
        if product_by_variant(variant_id) is None:
            raise NotThereError("That product does not exist.")
        if not 0 <= quantity <= _MOST_UNITS:
            raise StoreError(f"Choose between 0 and {_MOST_UNITS}.")
        body = self._read(session_id)
        lines = {line["variant_id"]: line for line in body["lines"]}
        lines[variant_id] = {**lines.get(variant_id, {"variant_id": variant_id}), "quantity": quantity}
        body["lines"] = [line for line in lines.values() if line["quantity"]]
        self._documents.put("session", session_id, body)
        return self.get(session_id).cart

    def set_codes(self, session_id: str, codes: list[str]) -> Cart:
        """Remember the discount codes that were entered in the cart; they are judged at the checkout."""
        self._documents.put("session", session_id, self._read(session_id) | {"discount_codes": codes})
        return self.get(session_id).cart

    def set_customer(self, session_id: str, customer_id: int | None) -> None:
        """Log somebody in, or out; the cart stays."""
        self._documents.put("session", session_id, self._read(session_id) | {"customer_id": customer_id})

    def empty_cart(self, session_id: str) -> None:
        """After a checkout."""
        self._documents.put("session", session_id, self._read(session_id) | {"lines": [], "discount_codes": []})

    def _read(self, session_id: str) -> dict[str, Any]:
        known = self._documents.get("session", session_id)
        return known or {"customer_id": None, "lines": [], "discount_codes": []}
