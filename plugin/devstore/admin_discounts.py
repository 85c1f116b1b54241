"""Discount codes as the Admin API makes, answers and ends them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from plugin.devstore.admin_values import Node, money, user_error
from plugin.devstore.customer_payloads import gid, gid_number
from plugin.devstore.discounts import CodeTakenError, Discount
from plugin.devstore.seed import SHOP, product_by_id
from plugin.devstore.store import Store
from plugin.devstore.times import graphql_time

Input = dict[str, Any]
_TEXT_MAXIMUM = 255


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
        gets = basicCodeDiscount.get("customerGets") or {}
        given, path = gets.get("value") or {}, ["basicCodeDiscount", "customerGets", "value"]
        amount = (given.get("discountAmount") or {}).get("amount")
        quantity = given.get("discountOnQuantity") or {}
        percentage = given.get("percentage", (quantity.get("effect") or {}).get("percentage"))
        if amount is None and percentage is None:
            return _refused(user_error(path, "Value can't be blank", "BLANK"))
        if percentage is not None and not 0 < percentage <= 1:
            return _refused(
                user_error([*path, "percentage"], "Value must be between 0.0 and 1.0", "VALUE_OUTSIDE_RANGE")
            )
        if percentage is None and Decimal(str(amount)) <= 0:
            return _refused(user_error([*path, "discountAmount"], "Value must be greater than 0", "GREATER_THAN"))
        return self._create(
            "basicCodeDiscount",
            basicCodeDiscount,
            kind="fixed_amount" if percentage is None else "percentage",
            value=str(amount if percentage is None else percentage),
            variant_ids=_variants(gets.get("items") or {}),
            units=int(quantity["quantity"]) if quantity.get("quantity") else None,
        )

    def create_free_shipping(self, freeShippingCodeDiscount: Input) -> Node:  # noqa: N803  # the schema's own name
        """Free shipping. The code must be new: a repeat is refused as TAKEN."""
        most = freeShippingCodeDiscount.get("maximumShippingPrice")
        return self._create(
            "freeShippingCodeDiscount",
            freeShippingCodeDiscount,
            kind="free_shipping",
            value="0",
            shipping_maximum=None if most is None else str(most),
        )

    def deactivate(self, id: str) -> Node:  # noqa: A002  # the schema's own name
        """End a discount now."""
        discount = self._store.discounts.by_id(gid_number(id, "DiscountCodeNode") or 0)
        if discount is None:
            return _refused(user_error(["id"], "Code discount does not exist.", "INVALID"))
        return {"codeDiscountNode": self._node(self._store.discounts.deactivate(discount)), "userErrors": []}

    def _create(self, argument: str, given: Input, **values: Any) -> Node:
        problem = self._problem(argument, given)
        if problem is not None:
            return _refused(problem)
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
            message = "Code must be unique. Please try a different code."
            return _refused(user_error([argument, "code"], message, "TAKEN"))
        return {"codeDiscountNode": self._node(discount), "userErrors": []}

    def _problem(self, argument: str, given: Input) -> Node | None:
        for field in ("code", "title", "startsAt"):
            if not given.get(field):
                return user_error([argument, field], f"{field} can't be blank", "BLANK")
        for field in ("code", "title"):
            if len(given[field]) > _TEXT_MAXIMUM:
                return user_error([argument, field], f"{field} is too long (maximum is 255 characters)", "TOO_LONG")
        if given.get("endsAt") and graphql_time(given["endsAt"]) <= graphql_time(given["startsAt"]):
            return user_error([argument, "endsAt"], "Ends at needs to be after starts_at", "END_DATE_BEFORE_START_DATE")
        if not (given.get("context") or given.get("customerSelection")):
            return user_error([argument, "context"], "Context can't be blank", "BLANK")
        return None

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
                "discountClasses": [discount.discount_class],
                "summary": discount.title,
                "shortSummary": discount.title,
                "tags": [],
                "maximumShippingPrice": None
                if discount.shipping_maximum is None
                else money(discount.shipping_maximum, SHOP.currency),
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
