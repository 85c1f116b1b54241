"""Discount codes as the Admin API makes, answers and ends them."""

from __future__ import annotations

from typing import Any

from plugin.devstore.admin_values import Node, money, user_error
from plugin.devstore.customer_payloads import gid, gid_number
from plugin.devstore.discounts import CodeTakenError, Discount
from plugin.devstore.seed import SHOP, product_by_id
from plugin.devstore.store import Store
from plugin.devstore.times import graphql_time

Input = dict[str, Any]


class DiscountRoots:
    """`codeDiscountNodeByCode`, `codeDiscountNode` and the mutations that create and deactivate."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def by_code(self, code: str) -> Node | None:
        """The discount with that code, whatever its case, or null."""
        discount = self._store.discounts.by_code(code)
        return None if discount is None else self._node(discount)

    def by_id(self, id: str) -> Node | None:  # noqa: A002  # the schema's own name
        """The discount with that id, or null."""
        discount = self._store.discounts.by_id(gid_number(id, "DiscountCodeNode") or 0)
        return None if discount is None else self._node(discount)

    def create_basic(self, basicCodeDiscount: Input) -> Node:  # noqa: N803  # the schema's own name
        """An amount or a percentage off. The code must be new: a repeat is refused as TAKEN."""
        given = (basicCodeDiscount.get("customerGets") or {}).get("value") or {}
        amount = (given.get("discountAmount") or {}).get("amount")
        quantity = given.get("discountOnQuantity") or {}
        percentage = given.get("percentage", (quantity.get("effect") or {}).get("percentage"))
        if amount is None and percentage is None:
            return _refused(user_error(["basicCodeDiscount", "customerGets", "value"], "Value can't be blank", "BLANK"))
        return self._create(
            "basicCodeDiscount",
            basicCodeDiscount,
            kind="fixed_amount" if percentage is None else "percentage",
            value=str(amount if percentage is None else percentage),
            variant_ids=_variants((basicCodeDiscount.get("customerGets") or {}).get("items") or {}),
        )

    def create_free_shipping(self, freeShippingCodeDiscount: Input) -> Node:  # noqa: N803  # the schema's own name
        """Free shipping. The code must be new: a repeat is refused as TAKEN."""
        return self._create("freeShippingCodeDiscount", freeShippingCodeDiscount, kind="free_shipping", value="0")

    def deactivate(self, id: str) -> Node:  # noqa: A002  # the schema's own name
        """End a discount now."""
        discount = self._store.discounts.by_id(gid_number(id, "DiscountCodeNode") or 0)
        if discount is None:
            return _refused(user_error(["id"], "Code discount does not exist.", "INVALID"))
        return {"codeDiscountNode": self._node(self._store.discounts.deactivate(discount)), "userErrors": []}

    def _create(self, argument: str, given: Input, **values: Any) -> Node:
        for field in ("code", "title", "startsAt"):
            if not given.get(field):
                return _refused(user_error([argument, field], f"{field} can't be blank", "BLANK"))
        minimum = ((given.get("minimumRequirement") or {}).get("subtotal") or {}).get("greaterThanOrEqualToSubtotal")
        try:
            discount = self._store.discounts.create(
                given["code"],
                title=given["title"],
                starts_at=graphql_time(given["startsAt"]),
                ends_at=graphql_time(given["endsAt"]) if given.get("endsAt") else None,
                usage_limit=given.get("usageLimit"),
                once_per_customer=bool(given.get("appliesOncePerCustomer")),
                minimum_subtotal=None if minimum is None else str(minimum),
                customer_ids=_customers(given),
                combines_with={name: bool(value) for name, value in (given.get("combinesWith") or {}).items()},
                **values,
            )
        except CodeTakenError:
            return _refused(
                user_error(
                    [argument, "code"], "Code must be unique. Please try a different code.", "TAKEN", extraInfo=None
                )
            )
        return {"codeDiscountNode": self._node(discount), "userErrors": []}

    def _node(self, discount: Discount) -> Node:
        kind = "DiscountCodeFreeShipping" if discount.kind == "free_shipping" else "DiscountCodeBasic"
        minimum = discount.minimum_subtotal
        return {
            "__typename": "DiscountCodeNode",
            "id": gid("DiscountCodeNode", discount.id),
            "codeDiscount": {
                "__typename": kind,
                "title": discount.title,
                "status": discount.status(self._store.clock()),
                "startsAt": discount.starts_at,
                "endsAt": discount.ends_at,
                "createdAt": discount.starts_at,
                "updatedAt": discount.starts_at,
                "usageLimit": discount.usage_limit,
                "appliesOncePerCustomer": discount.once_per_customer,
                "asyncUsageCount": discount.counted_uses(self._store.clock()),
                "codes": [{"id": gid("DiscountRedeemCode", discount.id), "code": discount.code}],
                "codesCount": {"count": 1, "precision": "EXACT"},
                "combinesWith": _combines_with(discount),
                "minimumRequirement": None
                if minimum is None
                else {
                    "__typename": "DiscountMinimumSubtotal",
                    "greaterThanOrEqualToSubtotal": money(minimum, SHOP.currency),
                },
            },
        }


def _combines_with(discount: Discount) -> Node:
    names = ("orderDiscounts", "productDiscounts", "shippingDiscounts")
    return {name: discount.combines_with.get(name, False) for name in names}


def _customers(given: Input) -> list[int] | None:
    """The customers that may use it, from `context` or the older `customerSelection`; None for everybody."""
    selection = given.get("context") or given.get("customerSelection") or {}
    added = (selection.get("customers") or {}).get("add")
    return None if added is None else [number for one in added if (number := gid_number(one, "Customer")) is not None]


def _variants(items: Input) -> list[int] | None:
    """The variants that it is for; None for everything."""
    products = items.get("products")
    if products is None:
        return None
    variants = [gid_number(one, "ProductVariant") for one in products.get("productVariantsToAdd") or []]
    for one in products.get("productsToAdd") or []:
        product = product_by_id(gid_number(one, "Product") or 0)
        variants.append(product.variant_id if product else None)
    return [number for number in variants if number is not None]


def _refused(error: Node) -> Node:
    return {"codeDiscountNode": None, "userErrors": [{"extraInfo": None} | error]}
