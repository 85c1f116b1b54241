"""The body of refunds/create as Shopify's webhooks carry it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from plugin.devstore.amounts import NOTHING, Pair, json_number, read_pair, share_of_units, text, total
from plugin.devstore.customer_payloads import Payload, gid
from plugin.devstore.order_line_payloads import NextId
from plugin.devstore.order_records import (
    OrderRecord,
    in_shop_money,
    line_discount,
    line_tax,
    refunded_money,
    unrefunded_shipping,
)


def refund_payload(
    record: OrderRecord,
    quantities: Mapping[int, int],
    *,
    shipping: bool,
    amount_only: Decimal | None,
    restock_type: str,
    note: str,
    at: str,
    next_id: NextId,
    give_back: Callable[[Decimal], list[tuple[str, Decimal]]],
) -> Payload:
    """The body of refunds/create for those units, with shipping, or for a sum of presentment money alone.

    `give_back` returns a sum of that money to where it came from and says how much went to which gateway.
    """
    refund_id, order_id = next_id("refund"), record.body["id"]
    lines = [_refund_line(record, line_id, count, restock_type, next_id) for line_id, count in quantities.items()]
    shipped = unrefunded_shipping(record.body) if shipping else NOTHING
    worth = total([_line_worth(record, line) for line in lines]) + shipped
    # Never more than what is left of the payment, say after a sum was refunded without units.
    left_of_payment = read_pair(record.body["total_price_set"]).presentment - refunded_money(record.body)
    paid_back = min(worth.presentment, left_of_payment) if amount_only is None else amount_only
    return {
        "id": refund_id,
        "order_id": order_id,
        "created_at": at,
        "note": note,
        "user_id": None,
        "processed_at": at,
        "duties": [],
        "total_duties_set": record.currencies.money_set(NOTHING),
        "return": None,
        "restock": restock_type != "no_restock",
        "refund_shipping_lines": _refund_shipping_lines(record, shipped, refund_id),
        "admin_graphql_api_id": gid("Refund", refund_id),
        "order_adjustments": _adjustments(record, worth, paid_back, refund_id, next_id),
        "refund_line_items": lines,
        "transactions": [
            _transaction(record, gateway, amount, at, next_id)
            for gateway, amount in (give_back(paid_back) if paid_back else [])
        ],
    }


def _refund_line(record: OrderRecord, line_id: int, count: int, restock_type: str, next_id: NextId) -> Payload:
    line = record.line(line_id)
    if line is None:
        raise KeyError(line_id)
    currencies, units, before = record.currencies, record.units(line), record.refunded.get(str(line_id), 0)

    def share(amount: Pair) -> Pair:
        # The difference of two running shares: successive refunds of a line sum to the whole, to the cent.
        upper = share_of_units(amount, before + count, units, currencies)
        return upper - share_of_units(amount, before, units, currencies)

    subtotal = read_pair(line["price_set"]) * count - share(line_discount(line))
    tax = share(line_tax(line))
    return {
        "id": next_id("refund_line_item"),
        "quantity": count,
        "line_item_id": line_id,
        "location_id": None if restock_type == "no_restock" else 71_118_504_705,
        "restock_type": restock_type,
        "subtotal": json_number(subtotal.shop),
        "total_tax": json_number(tax.shop),
        "subtotal_set": currencies.money_set(subtotal),
        "total_tax_set": currencies.money_set(tax),
        "line_item": dict(line),
    }


def _line_worth(record: OrderRecord, refund_line: Payload) -> Pair:
    subtotal = read_pair(refund_line["subtotal_set"])
    return subtotal if record.body["taxes_included"] else subtotal + read_pair(refund_line["total_tax_set"])


def _refund_shipping_lines(record: OrderRecord, shipped: Pair, refund_id: int) -> list[Payload]:
    if not shipped:
        return []
    shipping_line = record.body["shipping_lines"][0]
    return [
        {
            "id": refund_id + 1,
            "shipping_line": dict(shipping_line),
            "subtotal_amount_set": record.currencies.money_set(shipped),
            "tax_amount_set": record.currencies.money_set(NOTHING),
        }
    ]


def _adjustments(
    record: OrderRecord, worth: Pair, paid_back: Decimal, refund_id: int, next_id: NextId
) -> list[Payload]:
    difference = worth.presentment - paid_back
    if not difference:
        return []
    currencies = record.currencies
    pair = Pair(in_shop_money(record, difference), difference)
    return [
        {
            "id": next_id("order_adjustment"),
            "amount": currencies.plain(pair),
            "amount_set": currencies.money_set(pair),
            "kind": "refund_discrepancy",
            "order_id": record.body["id"],
            "reason": "Refund discrepancy",
            "refund_id": refund_id,
            "tax_amount": currencies.plain(NOTHING),
            "tax_amount_set": currencies.money_set(NOTHING),
        }
    ]


def _transaction(record: OrderRecord, gateway: str, amount: Decimal, at: str, next_id: NextId) -> Payload:
    transaction_id, body, currency = next_id("transaction"), record.body, record.currencies.presentment
    unsettled = {"amount": "0.0", "currency": "XXX"}
    return {
        "id": transaction_id,
        "order_id": body["id"],
        "kind": "refund",
        "gateway": gateway,
        "status": "success",
        "message": "Refunded",
        "created_at": at,
        "test": body["test"],
        "authorization": None,
        "location_id": None,
        "user_id": None,
        "parent_id": None,
        "processed_at": at,
        "device_id": None,
        "error_code": None,
        "source_name": "1830279",
        "receipt": {},
        "amount": text(amount, currency),
        "currency": currency,
        "payment_id": f"{body['name']}.1",
        "total_unsettled_set": {"presentment_money": unsettled, "shop_money": unsettled},
        "manual_payment_gateway": False,
        "amount_rounding": None,
        "admin_graphql_api_id": gid("OrderTransaction", transaction_id),
    }
