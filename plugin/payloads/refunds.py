"""A refund as a fact: from refunds/create, and from the `refunds` of an order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from engine.events import AmountPair, Refund, RefundLine
from plugin.payloads.amounts import (
    ZERO,
    Codes,
    codes_of,
    known_exponent,
    minor,
    pair,
    pair_of_set,
    signed_minor,
    signed_set,
    total,
)
from plugin.payloads.fields import (
    QUANTITY_MAXIMUM,
    Source,
    Unreadable,
    flag,
    mapping,
    moment,
    objects,
    refuse_other_kind,
    whole_id,
    whole_number,
)

_MOVED_STATUSES = ("success", "pending")


def refund_of(body: Source, received_at: datetime) -> Refund:
    """The refund in a refunds/create body, which names its order but not the order's currencies."""
    refuse_other_kind(body, "Refund")
    if "line_items" in body or "refund_line_items" not in body:
        raise Unreadable("refund_line_items: is missing")
    order_id = whole_id(body.get("order_id"), "order_id")
    stated = _stated_codes(body)
    refund = _refund(body, order_id, stated or _code_of_payment(body), received_at)
    if stated is None and not refund.lines and refund.shipping == ZERO:
        # What was paid back names its own currency, which need not be the shop's: claim nothing about the order.
        return replace(refund, currency=None, presentment_currency=None)
    return refund


def embedded_refund(body: Source, order_id: int, codes: Codes, received_at: datetime) -> Refund:
    """A refund inside of an order's body; every amount in it must be in the order's currencies."""
    return _refund(body, order_id, codes, received_at)


def _refund(body: Source, order_id: int, codes: Codes | None, received_at: datetime) -> Refund:
    created_at = moment(body.get("created_at"), "created_at", received_at)
    processed_at = moment(body.get("processed_at"), "processed_at", received_at)
    lines = _lines(body, codes)
    return Refund(
        refund_id=whole_id(body.get("id"), "id"),
        order_id=order_id,
        created_at=created_at or processed_at or received_at,
        lines=lines,
        moved=() if lines else tuple(_moved(body, codes)),
        shipping=ZERO if lines or codes is None else _shipping(body, codes),
        currency=codes.shop if codes else None,
        presentment_currency=codes.presentment if codes else None,
    )


def _lines(body: Source, codes: Codes | None) -> tuple[RefundLine, ...]:
    items = objects(body, "refund_line_items")
    if not items:
        return ()
    if codes is None:
        raise Unreadable("refund_line_items: name no currency")
    lines: list[RefundLine] = []
    for index, item in enumerate(items):
        try:
            lines.append(_line(item, codes))
        except Unreadable as error:
            raise error.inside(f"refund_line_items[{index}]") from None
    total((line.subtotal for line in lines), "refund_line_items")
    total((line.tax for line in lines), "refund_line_items")
    return tuple(lines)


def _line(item: Source, codes: Codes) -> RefundLine:
    order_line = item.get("line_item")
    gift_card = mapping(order_line, "line_item").get("gift_card") if order_line is not None else None
    return RefundLine(
        line_id=whole_id(item.get("line_item_id"), "line_item_id"),
        quantity=whole_number(item.get("quantity"), "quantity", 0, QUANTITY_MAXIMUM),
        subtotal=pair(item, "subtotal", codes),
        tax=pair(item, "total_tax", codes) if _has(item, "total_tax") else ZERO,
        gift_card=None if gift_card is None else flag({"gift_card": gift_card}, "gift_card"),
    )


def _has(item: Source, field: str) -> bool:
    return item.get(field) is not None or item.get(f"{field}_set") is not None


def _moved(body: Source, codes: Codes | None) -> Iterator[tuple[int, str]]:
    for index, transaction in enumerate(objects(body, "transactions")):
        if transaction.get("kind") != "refund" or transaction.get("status") not in _MOVED_STATUSES:
            continue
        try:
            yield _moved_by(transaction, codes)
        except Unreadable as error:
            raise error.inside(f"transactions[{index}]") from None


def _moved_by(transaction: Source, codes: Codes | None) -> tuple[int, str]:
    """What one transaction paid back, in the shopper's money: a plain amount is in that currency too."""
    both = transaction.get("amount_set")
    if both is not None:
        own = codes or _codes_of_set(both)
        return pair_of_set(both, own, "amount_set").presentment, own.presentment
    currency = transaction.get("currency")
    if currency is None and codes is not None and codes.same:
        currency = codes.shop
    decimals = known_exponent(currency, "currency")
    return minor(transaction.get("amount"), decimals, "amount"), str(currency)


def _shipping(body: Source, codes: Codes) -> AmountPair:
    """Shipping that was paid back, with its tax: from refund_shipping_lines (since 2024-10), else from adjustments.

    Some refunds carry it in both places; it is read from one.
    """
    lines = objects(body, "refund_shipping_lines")
    try:
        if lines:
            return total(_shipping_parts(lines, codes), "refund_shipping_lines")
        return total(_adjusted_parts(body, codes), "order_adjustments")
    except Unreadable as error:
        raise error.inside("shipping") from None


def _shipping_parts(lines: list[dict[str, object]], codes: Codes) -> Iterator[AmountPair]:
    for line in lines:
        yield pair(line, "subtotal_amount", codes)
        if _has(line, "tax_amount"):
            yield pair(line, "tax_amount", codes)


def _adjusted_parts(body: Source, codes: Codes) -> Iterator[AmountPair]:
    for adjustment in objects(body, "order_adjustments"):
        if adjustment.get("kind") != "shipping_refund":
            continue
        for field in ("amount", "tax_amount"):
            if _has(adjustment, field):
                yield _size(adjustment, field, codes)


def _size(adjustment: Source, field: str, codes: Codes) -> AmountPair:
    """An adjustment's amount without its sign: what the shop gives away is below zero there."""
    both = adjustment.get(f"{field}_set")
    if both is not None:
        signed = signed_set(both, codes, f"{field}_set")
        return AmountPair(abs(signed.shop), abs(signed.presentment))
    if not codes.same:
        raise Unreadable(f"{field}_set: is missing, and {field} is in shop currency only")
    amount = abs(signed_minor(adjustment.get(field), codes.shop_exponent, field))
    return AmountPair(amount, amount)


def _stated_codes(body: Source) -> Codes | None:
    """The order's currencies as the refund's own sets tell them; every other amount is then checked against them."""
    for both in _sets(body):
        if both is not None:
            return _codes_of_set(both)
    try:
        return _codes_of_set(body.get("total_duties_set"))
    except Unreadable:
        return None


def _code_of_payment(body: Source) -> Codes | None:
    for transaction in objects(body, "transactions"):
        if transaction.get("currency") is not None:
            return codes_of(transaction["currency"], None)
    return None


def _sets(body: Source) -> Iterator[object]:
    for list_field, set_field in (
        ("refund_line_items", "subtotal_set"),
        ("refund_shipping_lines", "subtotal_amount_set"),
        ("transactions", "amount_set"),
        ("order_adjustments", "amount_set"),
    ):
        for item in objects(body, list_field):
            yield item.get(set_field)


def _codes_of_set(both: object) -> Codes:
    value = mapping(both, "amount_set")
    shop = mapping(value.get("shop_money"), "shop_money")
    presentment = mapping(value.get("presentment_money"), "presentment_money")
    if presentment.get("currency_code") is None:
        raise Unreadable("presentment_money.currency_code: is missing")
    return codes_of(shop.get("currency_code"), presentment.get("currency_code"))
