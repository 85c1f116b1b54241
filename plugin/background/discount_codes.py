"""One discount code in one shop, whoever it is for: made once, found by its name, ended before it was used or not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from engine.rewards.definitions import CombinesWith
from engine.shops import ShopReference
from plugin.background.fulfillment_place import Made, made_of
from plugin.services import Services
from plugin.shopify.admin_client import Answer

_TITLE_MAXIMUM = 200


@dataclass(frozen=True, slots=True)
class Found:
    """A discount as the shop has it."""

    external_id: str
    ended: bool
    used: bool


@dataclass(frozen=True, slots=True)
class Terms:
    """What every code says beside its value: its title for the staff, from when to when, for whom, and with what."""

    title: str
    customer: str
    starts_at: datetime
    ends_at: datetime
    combines_with: CombinesWith


@dataclass(frozen=True, slots=True)
class DiscountCode:
    """A code of the app in a shop. Each method raises what the Admin client raises."""

    services: Services
    shop: ShopReference
    code: str

    async def look(self) -> Found | None:
        """The discount with this code, or None."""
        answer = await self._run("discount_by_code", {"code": self.code})
        node = answer.data.get("codeDiscountNodeByCode")
        if not isinstance(node, dict):
            return None
        discount = node.get("codeDiscount") or {}
        return Found(node["id"], discount.get("status") == "EXPIRED", int(discount.get("asyncUsageCount") or 0) > 0)

    async def make_basic(self, terms: Terms, what: Mapping[str, Any]) -> Made:
        """Make it take something off goods; `what` is that part of the API's input. Raises TakenError."""
        answer = await self._run("discount_code_basic_create", {"discount": {**self._common(terms), **what}})
        return made_of(answer, "discountCodeBasicCreate", "codeDiscountNode")

    async def make_shipping(self, terms: Terms, what: Mapping[str, Any]) -> Made:
        """Make it deliver without charge; see `make_basic`."""
        discount = {**self._common(terms), "destination": {"all": True}, **what}
        answer = await self._run("discount_code_free_shipping_create", {"discount": discount})
        return made_of(answer, "discountCodeFreeShippingCreate", "codeDiscountNode")

    async def take_back(self) -> bool:
        """End it, then look at how often it was used: an order that came in between counts. True when it was used."""
        found = await self.look()
        if found is None:
            return False
        if not found.used and not found.ended:
            await self._end(found)
            found = await self.look()
        return found is not None and found.used

    async def undo(self) -> bool:
        """End it if it exists; False when there is nothing to be found."""
        found = await self.look()
        if found is not None and not found.ended:
            await self._end(found)
        return found is not None

    async def _end(self, found: Found) -> None:
        await self._run("discount_code_deactivate", {"id": found.external_id})

    async def _run(self, name: str, variables: Mapping[str, Any]) -> Answer:
        return await self.services.admin.run(self.shop, name, variables)

    def _common(self, terms: Terms) -> dict[str, Any]:
        return {
            "title": terms.title[:_TITLE_MAXIMUM],
            "code": self.code,
            "startsAt": _time(terms.starts_at),
            "endsAt": _time(terms.ends_at),
            "usageLimit": 1,
            "appliesOncePerCustomer": True,
            "context": {"customers": {"add": [terms.customer]}},
            "combinesWith": {
                "orderDiscounts": terms.combines_with.order,
                "productDiscounts": terms.combines_with.product,
                "shippingDiscounts": terms.combines_with.shipping,
            },
        }


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
