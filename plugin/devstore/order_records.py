"""What the store keeps of an order, and how refunds and edits change it.

`OrderRecord` is the body that webhooks carry plus what no body says: which units an edit removed, which were refunded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from plugin.devstore.amounts import NOTHING, Currencies, Pair, read_pair, rounded, share_of_units, total
from plugin.devstore.customer_payloads import Payload
from plugin.devstore.errors import NotThereError, StoreError


@dataclass(slots=True)
class OrderRecord:
    """An order with what its body does not say; line ids are text because JSON keys are."""

    body: Payload
    removed: dict[str, int] = field(default_factory=dict)
    refunded: dict[str, int] = field(default_factory=dict)
    fulfilled: dict[str, int] = field(default_factory=dict)
    payments: list[dict[str, Any]] = field(default_factory=list)
    """What paid it: `{gateway, amount_set, source, returned}` each."""

    @property
    def currencies(self) -> Currencies:
        """The two currencies of the order."""
        return Currencies(self.body["currency"], self.body["presentment_currency"])

    def units(self, line: Payload) -> int:
        """The units of a line that were bought: those ordered less those that an edit removed."""
        return int(line["quantity"]) - self.removed.get(str(line["id"]), 0)

    def refundable(self, line: Payload) -> int:
        """The units of a line that can still be refunded."""
        return self.units(line) - self.refunded.get(str(line["id"]), 0)

    def sendable(self, line: Payload) -> int:
        """The units of a line that are still to be sent."""
        return max(self.refundable(line) - self.fulfilled.get(str(line["id"]), 0), 0)

    def line(self, line_id: int) -> Payload | None:
        """The line with that id, or None."""
        return next((line for line in self.body["line_items"] if line["id"] == line_id), None)

    def as_document(self) -> dict[str, Any]:
        """For the store's file."""
        return asdict(self)


def line_discount(line: Payload) -> Pair:
    """The discounts that fell on a line."""
    return total([read_pair(allocation["amount_set"]) for allocation in line["discount_allocations"]])


def line_tax(line: Payload) -> Pair:
    """The taxes of a line."""
    return total([read_pair(tax["price_set"]) for tax in line["tax_lines"]])


def refunded_money(body: Payload) -> Decimal:
    """What was paid back so far, in presentment money."""
    moved = (transaction["amount"] for refund in body["refunds"] for transaction in refund["transactions"])
    return sum((Decimal(amount) for amount in moved), Decimal(0))


def in_shop_money(record: OrderRecord, presentment: Decimal) -> Decimal:
    """What a sum of presentment money is in shop money, at the rate of the order."""
    whole = read_pair(record.body["total_price_set"])
    if not whole.presentment:
        return Decimal(0)
    return rounded(presentment * whole.shop / whole.presentment, record.currencies.shop)


def unrefunded_shipping(body: Payload) -> Pair:
    """What the shopper paid for shipping, less what was paid back of it."""
    charged = total([read_pair(line["discounted_price_set"]) for line in body["shipping_lines"]])
    lines = (line for refund in body["refunds"] for line in refund["refund_shipping_lines"])
    return charged - total([read_pair(line["subtotal_amount_set"]) for line in lines])


def apply_refund(record: OrderRecord, refund: Payload, at: str) -> None:
    """Take a refund into the order's body: the list of refunds, current amounts and quantities, financial status."""
    for line in refund["refund_line_items"]:
        key = str(line["line_item_id"])
        record.refunded[key] = record.refunded.get(key, 0) + line["quantity"]
    body = record.body
    body["refunds"].append(refund)
    if refund["transactions"]:
        everything = read_pair(body["total_price_set"]).presentment
        body["financial_status"] = "refunded" if refunded_money(body) >= everything else "partially_refunded"
    bring_up_to_date(record, at)


def apply_edit(record: OrderRecord, removals: Mapping[int, int], at: str) -> None:
    """Remove units: `quantity` stays what was ordered, discounts and taxes shrink with the units that are left."""
    currencies = record.currencies
    for line_id, count in removals.items():
        line = record.line(line_id)
        if line is None:
            raise KeyError(line_id)
        before = record.units(line)
        record.removed[str(line_id)] = record.removed.get(str(line_id), 0) + count
        for entry, money in _shared_amounts(line):
            share = share_of_units(read_pair(entry[money]), before - count, before, currencies)
            entry[money] = currencies.money_set(share)
            entry["amount" if money == "amount_set" else "price"] = currencies.plain(share)
    bring_up_to_date(record, at)


def _shared_amounts(line: Payload) -> list[tuple[Payload, str]]:
    allocations = [(allocation, "amount_set") for allocation in line["discount_allocations"]]
    return allocations + [(tax, "price_set") for tax in line["tax_lines"]]


def bring_up_to_date(record: OrderRecord, at: str) -> None:
    """Work out everything in the body that says how the order stands now."""
    body, currencies = record.body, record.currencies
    subtotal, taxes = NOTHING, NOTHING
    discounts = total([line_discount(line) for line in body["shipping_lines"]])
    for line in body["line_items"]:
        left, units = record.refundable(line), record.units(line)
        line["current_quantity"] = left
        line["fulfillable_quantity"] = min(line["fulfillable_quantity"], left)
        discount, tax = (
            _left(line_discount(line), left, units, currencies),
            _left(line_tax(line), left, units, currencies),
        )
        subtotal += read_pair(line["price_set"]) * left - discount
        discounts += discount
        taxes += tax
    shipping = unrefunded_shipping(body)
    adjustments = (adjustment for refund in body["refunds"] for adjustment in refund["order_adjustments"])
    adjusted = total([read_pair(adjustment["amount_set"]) for adjustment in adjustments])
    whole = subtotal + shipping + adjusted + (NOTHING if body["taxes_included"] else taxes)
    _write(body, currencies, "current_subtotal_price", subtotal)
    _write(body, currencies, "current_total_discounts", discounts)
    _write(body, currencies, "current_total_tax", taxes)
    _write(body, currencies, "current_total_price", whole)
    body["current_shipping_price_set"] = currencies.money_set(shipping)
    body["updated_at"] = at


def _left(amount: Pair, left: int, units: int, currencies: Currencies) -> Pair:
    return amount - share_of_units(amount, units - left, units, currencies) if units else NOTHING


def _write(body: Payload, currencies: Currencies, name: str, pair: Pair) -> None:
    body[name] = currencies.plain(pair)
    body[f"{name}_set"] = currencies.money_set(pair)


def check_units(record: OrderRecord, quantities: Mapping[int, int]) -> None:
    """Raise NotThereError for a line that the order has not, StoreError for more units than can be refunded."""
    for line_id, count in quantities.items():
        line = record.line(line_id)
        if line is None:
            raise NotThereError(f"The order has no line {line_id}.")
        if not 1 <= count <= record.refundable(line):
            raise StoreError(f"Line {line_id} has {record.refundable(line)} units left.")


def presentment_sum(record: OrderRecord, amount: str | None) -> Decimal | None:
    """A sum of the shopper's money that somebody wrote. Raises StoreError."""
    if amount is None:
        return None
    try:
        value = rounded(Decimal(amount), record.currencies.presentment)
    except InvalidOperation:
        raise StoreError(f"{amount!r} is no amount.") from None
    if value <= 0:
        raise StoreError("Refund more than nothing.")
    return value
