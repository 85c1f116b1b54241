"""Discount codes: one discount for each redemption, for its customer only, to be used once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from plugin.background.fulfillment_place import Made, Place, made_of

_TITLE_MAXIMUM = 200


@dataclass(frozen=True, slots=True)
class Found:
    """A discount as the shop has it."""

    external_id: str
    ended: bool
    used: bool


@dataclass(frozen=True, slots=True)
class DiscountCodes:
    """The discount code of a redemption."""

    place: Place

    async def find(self) -> Made | None:
        """The discount with the redemption's code."""
        found = await self._look()
        return None if found is None else Made(found.external_id)

    async def make(self) -> Made:
        """Create the discount."""
        if self.place.one.kind == "free_shipping":
            answer = await self.place.run("discount_code_free_shipping_create", {"discount": self._shipping()})
            return made_of(answer, "discountCodeFreeShippingCreate", "codeDiscountNode")
        answer = await self.place.run("discount_code_basic_create", {"discount": self._basic()})
        return made_of(answer, "discountCodeBasicCreate", "codeDiscountNode")

    async def take_back(self) -> bool:
        """End it, then look at how often it was used: an order that came in between counts."""
        found = await self._look()
        if found is None:
            return False
        if not found.used and not found.ended:
            await self.place.run("discount_code_deactivate", {"id": found.external_id})
            found = await self._look()
        return found is not None and found.used

    async def undo(self) -> bool:
        """End it if it exists. One that was used meanwhile costs its points again when its order comes."""
        found = await self._look()
        if found is not None and not found.ended:
            await self.place.run("discount_code_deactivate", {"id": found.external_id})
        return found is not None

    async def _look(self) -> Found | None:
        answer = await self.place.run("discount_by_code", {"code": self.place.code})
        node = answer.data.get("codeDiscountNodeByCode")
        if not isinstance(node, dict):
            return None
        discount = node.get("codeDiscount") or {}
        return Found(node["id"], discount.get("status") == "EXPIRED", int(discount.get("asyncUsageCount") or 0) > 0)

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
        return {**self._common(), "customerGets": {"items": items, "value": value}}

    def _shipping(self) -> dict[str, Any]:
        most = self.place.one.promise.maximum_price_minor
        bound = {} if most is None else {"maximumShippingPrice": self.place.decimal(most)}
        return {**self._common(), "destination": {"all": True}, **bound}

    def _common(self) -> dict[str, Any]:
        one, promise = self.place.one, self.place.one.promise
        assert one.expires_at is not None, "every code has an end"
        least = promise.minimum_subtotal_minor
        minimum = {} if least is None else {"greaterThanOrEqualToSubtotal": self.place.decimal(least)}
        return {
            "title": f"{one.definition.title} ({one.points} points, {self.place.code})"[:_TITLE_MAXIMUM],
            "code": self.place.code,
            "startsAt": _time(one.created_at),
            "endsAt": _time(one.expires_at),
            "usageLimit": 1,
            "appliesOncePerCustomer": True,
            "context": {"customers": {"add": [self.place.customer]}},
            "combinesWith": {
                "orderDiscounts": promise.combines_with.order,
                "productDiscounts": promise.combines_with.product,
                "shippingDiscounts": promise.combines_with.shipping,
            },
            **({"minimumRequirement": {"subtotal": minimum}} if minimum else {}),
        }


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
