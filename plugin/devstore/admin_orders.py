"""Orders and refunds as the Admin API answers them, made from the bodies that webhooks carry."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from graphql import GraphQLError

from plugin.devstore.admin_catalog import product_node
from plugin.devstore.admin_order_discounts import allocation_nodes, application_nodes, shipping_line_node
from plugin.devstore.admin_refunds import payment_nodes, refund_node
from plugin.devstore.admin_values import Node, money_bag
from plugin.devstore.amounts import NOTHING, Pair, read_pair, total
from plugin.devstore.customer_payloads import Payload, gid, gid_number
from plugin.devstore.order_records import OrderRecord, line_discount
from plugin.devstore.seed import product_by_id
from plugin.devstore.store import Store
from plugin.devstore.times import graphql_time

CustomerNode = Callable[[int], Node]
_FULFILLMENT_STATUSES = {None: "UNFULFILLED", "partial": "PARTIALLY_FULFILLED", "fulfilled": "FULFILLED"}
_FILTER = re.compile(r"(?P<field>[a-z_]+):(?P<operator>>=|<=|>|<)?(?P<value>'[^']*'|\"[^\"]*\"|\S+)")


class OrderQueries:
    """`order` and `orders`. `customer_node` answers the customer of an order."""

    def __init__(self, store: Store, customer_node: CustomerNode) -> None:
        self._store, self._customer_node = store, customer_node

    def order(self, id: str) -> Node | None:  # noqa: A002  # the schema's own name
        """One order, or null."""
        order_id = gid_number(id, "Order")
        if order_id is None or self._store.order(order_id) is None:
            return None
        return self._node(self._store.order_book.record(order_id))

    def orders(self, query: str | None = None, sortKey: str = "PROCESSED_AT", **_arguments: Any) -> list[Node]:  # noqa: N803
        """All orders that match the query, in the order of the sort key; the connection pages through them."""
        wanted = _conditions(query or "")
        everything = self._store.order_book.records()
        found = [record for record in everything if all(_matches(record.body, *condition) for condition in wanted)]
        field = {"UPDATED_AT": "updated_at", "CREATED_AT": "created_at", "ID": "id"}.get(sortKey, "processed_at")
        placed = [([_sortable(record.body, field), record.body["id"]], record) for record in found]
        placed.sort(key=lambda one: one[0])
        return [self._node(record) | {"__position": position} for position, record in placed]

    def _node(self, record: OrderRecord) -> Node:
        body = record.body
        customer = body["customer"]
        lines = {line["id"]: self._line_node(record, line) for line in body["line_items"]}
        refunds = [refund_node(record, refund, lines) for refund in body["refunds"]]
        returned = [transaction for refund in refunds for transaction in refund["transactions"]]
        return {
            **_facts(body),
            **_amounts(record, refunds),
            "customer": None if customer is None else self._customer_node(customer["id"]),
            "lineItems": list(lines.values()),
            "transactions": payment_nodes(record) + returned,
            "refunds": refunds,
            "discountApplications": application_nodes(body),
            "shippingLines": [shipping_line_node(body, line) for line in body["shipping_lines"]],
            "fulfillments": [_fulfillment_node(parcel) for parcel in body["fulfillments"]],
        }

    def _line_node(self, record: OrderRecord, line: Payload) -> Node:
        product = product_by_id(line["product_id"])
        node = None if product is None else product_node(product, self._store.product_book.of(product))
        sold = self._store.contract_book.sold_with(line["id"])
        plan = (
            None
            if sold is None
            else {"name": sold["name"], "sellingPlanId": gid("SellingPlan", sold["selling_plan_id"])}
        )
        contract_id = None if sold is None else sold["contract_id"]
        contract = None if contract_id is None else {"id": gid("SubscriptionContract", contract_id)}
        return _line_node(record, line) | {"product": node, "sellingPlan": plan, "contract": contract}


def _fulfillment_node(parcel: Payload) -> Node:
    delivered = parcel["shipment_status"] == "delivered"
    return {
        "__typename": "Fulfillment",
        "id": gid("Fulfillment", parcel["id"]),
        "legacyResourceId": str(parcel["id"]),
        "name": parcel["name"],
        "status": parcel["status"].upper(),
        "displayStatus": "DELIVERED" if delivered else "FULFILLED",
        "createdAt": graphql_time(parcel["created_at"]),
        "updatedAt": graphql_time(parcel["updated_at"]),
        "deliveredAt": graphql_time(parcel["updated_at"]) if delivered else None,
        "totalQuantity": sum(line["quantity"] for line in parcel["line_items"]),
    }


def _conditions(query: str) -> list[tuple[str, str, str]]:
    text = re.sub(r"\s+AND\s+", " ", query)
    found = [
        (match["field"], match["operator"] or "=", match["value"].strip("'\"")) for match in _FILTER.finditer(text)
    ]
    if _FILTER.sub("", text).strip():
        raise GraphQLError(f"The demo store cannot search for {query!r}.", extensions={"code": "BAD_REQUEST"})
    return found


def _matches(body: Payload, field: str, operator: str, value: str) -> bool:
    if field in ("id", "name", "financial_status", "customer_id"):
        customer = (body["customer"] or {}).get("id")
        have = {"name": body["name"].lstrip("#"), "customer_id": customer}.get(field, body.get(field))
        mine, theirs = str(have), value.lstrip("#")
        if field == "id" and operator != "=":
            mine, theirs = mine.zfill(20), theirs.zfill(20)
    elif field in ("updated_at", "created_at", "processed_at"):
        try:
            mine, theirs = graphql_time(body[field]), graphql_time(value)
        except ValueError:
            raise GraphQLError(f"{value!r} is no time.", extensions={"code": "BAD_REQUEST"}) from None
    else:
        raise GraphQLError(f"The demo store cannot search by {field}.", extensions={"code": "BAD_REQUEST"})
    holds = {"=": mine == theirs, ">": mine > theirs, ">=": mine >= theirs, "<": mine < theirs, "<=": mine <= theirs}
    return holds[operator]


def _sortable(body: Payload, field: str) -> str:
    return str(body["id"]) if field == "id" else graphql_time(body[field])


def _facts(body: Payload) -> Node:
    return {
        "__typename": "Order",
        "id": gid("Order", body["id"]),
        "legacyResourceId": str(body["id"]),
        "name": body["name"],
        "test": body["test"],
        "confirmed": body["confirmed"],
        "createdAt": graphql_time(body["created_at"]),
        "processedAt": graphql_time(body["processed_at"]),
        "updatedAt": graphql_time(body["updated_at"]),
        "cancelledAt": None if body["cancelled_at"] is None else graphql_time(body["cancelled_at"]),
        "closedAt": None if body["closed_at"] is None else graphql_time(body["closed_at"]),
        "cancelReason": None if body["cancel_reason"] is None else body["cancel_reason"].upper(),
        "displayFinancialStatus": body["financial_status"].upper(),
        "displayFulfillmentStatus": _FULFILLMENT_STATUSES[body["fulfillment_status"]],
        "fullyPaid": body["financial_status"] not in ("pending", "voided"),
        "sourceName": body["source_name"],
        "taxesIncluded": body["taxes_included"],
        "currencyCode": body["currency"],
        "presentmentCurrencyCode": body["presentment_currency"],
        "tags": [tag for tag in body["tags"].split(", ") if tag],
        "discountCodes": [code["code"] for code in body["discount_codes"]],
        "discountCode": next((code["code"] for code in body["discount_codes"]), None),
        "customAttributes": _attributes(body["note_attributes"]),
        "note": body["note"],
        "email": body["email"],
        "phone": body["phone"],
        "paymentGatewayNames": body["payment_gateway_names"],
        "customerLocale": body["customer_locale"],
    }


def _amounts(record: OrderRecord, refunds: list[Node]) -> Node:
    body = record.body
    sets = {
        "subtotalPriceSet": "subtotal_price_set",
        "totalPriceSet": "total_price_set",
        "originalTotalPriceSet": "total_price_set",
        "totalTaxSet": "total_tax_set",
        "totalShippingPriceSet": "total_shipping_price_set",
        "totalDiscountsSet": "total_discounts_set",
        "currentSubtotalPriceSet": "current_subtotal_price_set",
        "currentTotalPriceSet": "current_total_price_set",
        "currentTotalTaxSet": "current_total_tax_set",
        "currentTotalDiscountsSet": "current_total_discounts_set",
    }
    given_back = total([refund["__moved"] for refund in refunds])
    return {
        **{name: money_bag(body[key]) for name, key in sets.items()},
        "totalTipReceivedSet": _bag(record, NOTHING),
        "totalRefundedSet": _bag(record, given_back),
        "netPaymentSet": _bag(record, read_pair(body["total_price_set"]) - given_back),
    }


def _bag(record: OrderRecord, pair: Pair) -> Node:
    return money_bag(record.currencies.money_set(pair))


def _attributes(pairs: Iterable[Payload]) -> list[Node]:
    return [{"key": pair["name"], "value": pair["value"]} for pair in pairs]


def _line_node(record: OrderRecord, line: Payload) -> Node:
    full = read_pair(line["price_set"]) * line["quantity"]
    discounted = _bag(record, full - line_discount(line))
    before_codes = _bag(record, full)
    return {
        "__typename": "LineItem",
        "id": gid("LineItem", line["id"]),
        "title": line["title"],
        "name": line["name"],
        "quantity": line["quantity"],
        "currentQuantity": line["current_quantity"],
        "refundableQuantity": record.refundable(line),
        "unfulfilledQuantity": line["fulfillable_quantity"],
        "isGiftCard": line["gift_card"],
        "taxable": line["taxable"],
        "requiresShipping": line["requires_shipping"],
        "sku": line["sku"],
        "vendor": line["vendor"],
        "customAttributes": _attributes(line["properties"]),
        "variant": {
            "__typename": "ProductVariant",
            "id": gid("ProductVariant", line["variant_id"]),
            "sku": line["sku"],
            "title": "Default Title",
        },
        "originalUnitPriceSet": money_bag(line["price_set"]),
        "originalTotalSet": before_codes,
        "discountedTotalSet": lambda withCodeDiscounts=False: discounted if withCodeDiscounts else before_codes,  # noqa: N803
        "discountAllocations": allocation_nodes(record.body, line),
        "taxLines": [
            {"title": tax["title"], "rate": tax["rate"], "priceSet": money_bag(tax["price_set"])}
            for tax in line["tax_lines"]
        ],
    }
