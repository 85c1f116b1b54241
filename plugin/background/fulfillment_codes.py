"""Discount codes of redemptions: one discount for each, for its customer only, to be used once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from plugin.background.discount_codes import DiscountCode, Terms
from plugin.background.fulfillment_place import Made, Place


@dataclass(frozen=True, slots=True)
class DiscountCodes:
    """The discount code of a redemption."""

    place: Place

    @property
    def _code(self) -> DiscountCode:
        return DiscountCode(self.place.services, self.place.shop, self.place.code)

    async def find(self) -> Made | None:
        """The discount with the redemption's code."""
        found = await self._code.look()
        return None if found is None else Made(found.external_id)

    async def make(self) -> Made:
        """Create the discount."""
        if self.place.one.kind == "free_shipping":
            return await self._code.make_shipping(self._terms(), {**self._shipping(), **self._minimum()})
        return await self._code.make_basic(self._terms(), {**self._basic(), **self._minimum()})

    async def take_back(self) -> bool:
        """End it, then look at how often it was used: an order that came in between counts."""
        return await self._code.take_back()

    async def undo(self) -> bool:
        """End it if it exists. One that was used meanwhile costs its points again when its order comes."""
        return await self._code.undo()

    def _basic(self) -> dict[str, Any]:
        promise = self.place.one.promise
        items: dict[str, Any] = {"all": True}
        value: dict[str, Any]
        if promise.kind == "free_product":
            variants = [f"gid://shopify/ProductVariant/{variant_id}" for variant_id in promise.variant_ids]
            items, value = {"products": {"productVariantsToAdd": variants}}, {"percentage": 1.0}
        elif promise.percentage is not None:
            value = {"percentage": float(promise.percentage / 100)}  # a ratio, which the API takes as a number
        else:
            amount = self.place.decimal(promise.amount_minor or 0)
            value = {"discountAmount": {"amount": amount, "appliesOnEachItem": False}}
        return {"customerGets": {"items": items, "value": value}}

    def _shipping(self) -> dict[str, Any]:
        most = self.place.one.promise.maximum_price_minor
        return {} if most is None else {"maximumShippingPrice": self.place.decimal(most)}

    def _minimum(self) -> dict[str, Any]:
        least = self.place.one.promise.minimum_subtotal_minor
        if least is None:
            return {}
        return {"minimumRequirement": {"subtotal": {"greaterThanOrEqualToSubtotal": self.place.decimal(least)}}}

    def _terms(self) -> Terms:
        one = self.place.one
        assert one.expires_at is not None, "every code has an end"
        title = f"{one.definition.title} ({one.points} points, {self.place.code})"
        return Terms(title, self.place.customer, one.created_at, one.expires_at, one.promise.combines_with)
