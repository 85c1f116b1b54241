"""An order's snapshot (orders/create, paid, updated, cancelled, fulfilled) and an order's edit as facts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from engine.events import AmountPair, Order, OrderEdit, OrderLine, Refund
from engine.money import MINOR_UNITS_MAXIMUM
from plugin.payloads.amounts import ZERO, Codes, codes_of, pair, pair_of_set, total
from plugin.payloads.customers import customer_of_order, guest_email_key
from plugin.payloads.discounts import CodesUsed, allocated, codes_used
from plugin.payloads.email_keys import EmailKeys
from plugin.payloads.fields import (
    QUANTITY_MAXIMUM,
    Source,
    Unreadable,
    flag,
    label,
    mapping,
    moment,
    objects,
    optional_id,
    refuse_other_kind,
    whole_id,
    whole_number,
    word,
    words,
)
from plugin.payloads.parcels import fulfillments_in, sent_at
from plugin.payloads.partner_notes import notes_to_partners
from plugin.payloads.refunds import embedded_refund
from plugin.payloads.tenders import gateways_of, tenders_by_gateway

_PAID_STATUSES = frozenset(["paid", "partially_refunded", "refunded"])


def order_of(body: Source, keys: EmailKeys, received_at: datetime, *, topic: str) -> Order:
    """The order in an orders/* body. Some topics tell themselves that it was paid in full, or sent in full."""
    refuse_other_kind(body, "Order")
    order_id = whole_id(body.get("id"), "id")
    codes = codes_of(body.get("currency"), body.get("presentment_currency"))
    for field in ("line_items", "total_price"):
        if body.get(field) is None:
            raise Unreadable(f"{field}: is missing")
    updated_at, occurred_at = _times(body, received_at)
    customer = customer_of_order(body, keys)
    whole, used = pair(body, "total_price", codes), codes_used(body, codes)
    lines, shipping = _lines(body, codes, used), _shipping(body, codes, used)
    return Order(
        order_id=order_id,
        name=label(body.get("name"), "name", f"#{order_id}"),
        updated_at=updated_at,
        occurred_at=occurred_at,
        currency=codes.shop,
        presentment_currency=codes.presentment,
        taxes_included=flag(body, "taxes_included"),
        test=flag(body, "test"),
        paid=_paid(body) or topic == "orders/paid",
        cancelled=moment(body.get("cancelled_at"), "cancelled_at", received_at) is not None,
        total=whole,
        lines=lines,
        refunds=_refunds(body, order_id, codes, received_at),
        customer=customer,
        guest_email_key=guest_email_key(body, keys) if customer is None else None,
        tags=words(body.get("tags"), "tags"),
        source_name=label(body.get("source_name"), "source_name", ""),
        shipping=shipping,
        discounts=used.discounts(),
        tenders=tenders_by_gateway(gateways_of(body), whole),
        fulfilled_at=sent_at(fulfillments_in(body, order_id, received_at), updated_at)
        if _sent(body) or topic == "orders/fulfilled"
        else None,
        partner_notes=notes_to_partners(body.get("note_attributes")),
    )


def order_edit_of(body: Source, received_at: datetime) -> OrderEdit:
    """The edit in an orders/edited body: how many units of which lines it took out."""
    edit = mapping(body.get("order_edit"), "order_edit")
    try:
        committed_at = moment(edit.get("committed_at"), "committed_at", received_at)
        created_at = moment(edit.get("created_at"), "created_at", received_at)
        removed: dict[int, int] = {}
        lines = mapping(edit.get("line_items"), "line_items")
        for removal in objects(lines, "removals"):
            line_id = whole_id(removal.get("id"), "removals.id")
            units = whole_number(removal.get("delta"), "removals.delta", 0)
            removed[line_id] = whole_number(removed.get(line_id, 0) + units, "removals.delta", 0)
        return OrderEdit(
            edit_id=whole_id(edit.get("id"), "id"),
            order_id=whole_id(edit.get("order_id"), "order_id"),
            committed_at=committed_at or created_at or received_at,
            removed_units=tuple(removed.items()),
        )
    except Unreadable as error:
        raise error.inside("order_edit") from None


def checked_lines(lines: Iterable[OrderLine]) -> tuple[OrderLine, ...]:
    """The lines of one order, when their ids differ and no sum over them can leave a bigint."""
    checked = tuple(lines)
    if len({line.line_id for line in checked}) != len(checked):
        raise Unreadable("line_items: has one id twice")
    shop = sum(line.unit_price.shop * line.quantity + line.discount.shop + line.tax.shop for line in checked)
    presentment = sum(
        line.unit_price.presentment * line.quantity + line.discount.presentment + line.tax.presentment
        for line in checked
    )
    if max(shop, presentment) > MINOR_UNITS_MAXIMUM:
        raise Unreadable("line_items: is too large in all")
    return checked


def _times(body: Source, received_at: datetime) -> tuple[datetime, datetime]:
    updated_at = moment(body.get("updated_at"), "updated_at", received_at)
    processed_at = moment(body.get("processed_at"), "processed_at", received_at)
    created_at = moment(body.get("created_at"), "created_at", received_at)
    happened = processed_at or created_at or updated_at
    if happened is None:
        raise Unreadable("updated_at: is missing, and no other time tells when the order was placed")
    return updated_at or max(at for at in (processed_at, created_at) if at is not None), happened


def _paid(body: Source) -> bool:
    status = body.get("financial_status")
    if status is not None and type(status) is not str:
        raise Unreadable("financial_status: is not a text")
    return status in _PAID_STATUSES


def _sent(body: Source) -> bool:
    status = body.get("fulfillment_status")
    if status is not None and type(status) is not str:
        raise Unreadable("fulfillment_status: is not a text")
    return status == "fulfilled"


def _lines(body: Source, codes: Codes, used: CodesUsed) -> tuple[OrderLine, ...]:
    lines = []
    for index, line in enumerate(objects(body, "line_items")):
        try:
            lines.append(_line(line, codes, used))
        except Unreadable as error:
            raise error.inside(f"line_items[{index}]") from None
    return checked_lines(lines)


def _line(line: Source, codes: Codes, used: CodesUsed) -> OrderLine:
    quantity = whole_number(line.get("quantity"), "quantity", 1, QUANTITY_MAXIMUM)
    current = line.get("current_quantity")
    parts = allocated(line, codes)
    return OrderLine(
        line_id=whole_id(line.get("id"), "id"),
        quantity=quantity,
        current_quantity=None if current is None else whole_number(current, "current_quantity", 0, quantity),
        unit_price=pair(line, "price", codes),
        discount=total((amount for _, amount in parts), "discount_allocations") if parts else ZERO,
        tax=_sum(line, "tax_lines", "price", codes),
        gift_card=flag(line, "gift_card"),
        product_id=optional_id(line.get("product_id"), "product_id"),
        variant_id=optional_id(line.get("variant_id"), "variant_id"),
        sku=word(line.get("sku"), "sku"),
        vendor=word(line.get("vendor"), "vendor"),
        code_discounts=used.took(parts) if parts else (),
    )


def _shipping(body: Source, codes: Codes, used: CodesUsed) -> AmountPair:
    """What delivery cost before discounts, by the order's own sum of it; parts of codes that fell on it are noted."""
    prices = []
    for index, line in enumerate(objects(body, "shipping_lines")):
        try:
            used.took(allocated(line, codes))
            if body.get("total_shipping_price_set") is None and not flag(line, "is_removed"):
                prices.append(pair(line, "price", codes))
        except Unreadable as error:
            raise error.inside(f"shipping_lines[{index}]") from None
    if body.get("total_shipping_price_set") is not None:
        return pair_of_set(body["total_shipping_price_set"], codes, "total_shipping_price_set")
    return total(prices, "shipping_lines")


def _sum(line: Source, parts: str, field: str, codes: Codes) -> AmountPair:
    items = objects(line, parts)
    if not items:
        return ZERO
    try:
        return total([pair(item, field, codes) for item in items], field)
    except Unreadable as error:
        raise error.inside(parts) from None


def _refunds(body: Source, order_id: int, codes: Codes, received_at: datetime) -> tuple[Refund, ...]:
    # One id counts once, whatever a body repeats.
    refunds: dict[int, Refund] = {}
    for index, refund in enumerate(objects(body, "refunds")):
        try:
            fact = embedded_refund(refund, order_id, codes, received_at)
        except Unreadable as error:
            raise error.inside(f"refunds[{index}]") from None
        refunds.setdefault(fact.refund_id, fact)
    return tuple(refunds.values())
