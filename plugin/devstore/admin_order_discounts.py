"""The discounts of an order as the Admin API answers them: what was applied, and which part of it fell where."""

from __future__ import annotations

from plugin.devstore.admin_values import Node, money, money_bag
from plugin.devstore.customer_payloads import Payload, gid


def application_nodes(order: Payload) -> list[Node]:
    """Everything that was applied."""
    return [application_node(order, index) for index in range(len(order["discount_applications"]))]


def application_node(order: Payload, index: int) -> Node:
    """One discount that was applied; here they all come from codes."""
    given = order["discount_applications"][index]
    percentage = given["value_type"] == "percentage"
    return {
        "__typename": "DiscountCodeApplication",
        "index": index,
        "code": given.get("code") or order["discount_codes"][index]["code"],
        "targetType": given["target_type"].upper(),
        "allocationMethod": given["allocation_method"].upper(),
        "targetSelection": given["target_selection"].upper(),
        "value": {"__typename": "PricingPercentageValue", "percentage": float(given["value"])}
        if percentage
        else {"__typename": "MoneyV2", **money(given["value"], order["currency"])},
    }


def allocation_nodes(order: Payload, line: Payload) -> list[Node]:
    """The parts of discounts that fell on a line or on a shipping line."""
    return [
        {
            "allocatedAmountSet": money_bag(allocation["amount_set"]),
            "discountApplication": application_node(order, allocation["discount_application_index"]),
        }
        for allocation in line["discount_allocations"]
    ]


def shipping_line_node(order: Payload, line: Payload) -> Node:
    """One way of delivery with its price."""
    return {
        "__typename": "ShippingLine",
        "id": gid("ShippingLine", line["id"]),
        "title": line["title"],
        "code": line["code"],
        "originalPriceSet": money_bag(line["price_set"]),
        "discountedPriceSet": money_bag(line["discounted_price_set"]),
        "currentDiscountedPriceSet": money_bag(line["current_discounted_price_set"]),
        "isRemoved": line["is_removed"],
        "discountAllocations": allocation_nodes(order, line),
    }
