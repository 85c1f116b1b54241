"""Facts as compact JSON, the form in which they are kept beside the ledger; exact both ways."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from engine.events import (
    AmountPair,
    Fulfillment,
    Order,
    OrderDiscount,
    OrderEdit,
    OrderLine,
    Refund,
    RefundLine,
    Tender,
)

Json = dict[str, Any]
NOTHING = AmountPair(0, 0)


def order_to_json(order: Order) -> str:
    """An order's snapshot without its customer (kept in columns) and its refunds (kept as rows of their own)."""
    document = {
        "currencies": [order.currency, order.presentment_currency],
        "taxes_included": order.taxes_included,
        "test": order.test,
        "cancelled": order.cancelled,
        "total": [order.total.shop, order.total.presentment],
        "carried_refunds": sorted(refund.refund_id for refund in order.refunds),
        "lines": [_line_to_list(line) for line in order.lines],
        **_particulars(order),
    }
    return json.dumps(document, separators=(",", ":"), sort_keys=True)


def _particulars(order: Order) -> Json:
    """What most orders do not have, left out where there is nothing."""
    found: Json = {
        "tags": list(order.tags),
        "source": order.source_name,
        "shipping": [*_pair(order.shipping)] if order.shipping != NOTHING else None,
        "discounts": [[one.code, one.kind, *_pair(one.amount)] for one in order.discounts],
        "fulfilled_at": order.fulfilled_at.isoformat() if order.fulfilled_at else None,
        "codes": {
            str(line.line_id): [[position, *_pair(amount)] for position, amount in line.code_discounts]
            for line in order.lines
            if line.code_discounts
        },
    }
    found = {name: value for name, value in found.items() if value}
    if order.partner_notes is not None:
        found["notes"] = [list(note) for note in order.partner_notes]
    if order.tenders is not None:  # none at all is not the same as unknown
        found["tenders"] = [[one.kind, *_pair(one.amount)] for one in order.tenders]
    return found


def order_from_json(
    document: Json, *, order_id: int, name: str, updated_at: datetime, occurred_at: datetime, paid: bool,
    refunds: tuple[Refund, ...],
) -> Order:  # fmt: skip
    """The order again; of `refunds`, those that its snapshot carried are attached to it."""
    carried = set(document["carried_refunds"])
    codes = document.get("codes", {})
    tenders = document.get("tenders")
    fulfilled_at = document.get("fulfilled_at")
    notes = document.get("notes")
    return Order(
        order_id=order_id,
        name=name,
        updated_at=updated_at,
        occurred_at=occurred_at,
        currency=document["currencies"][0],
        presentment_currency=document["currencies"][1],
        taxes_included=document["taxes_included"],
        test=document["test"],
        paid=paid,
        cancelled=document["cancelled"],
        total=AmountPair(*document["total"]),
        lines=tuple(_line_from_list(line, codes) for line in document["lines"]),
        tags=tuple(document.get("tags", ())),
        source_name=document.get("source", ""),
        shipping=AmountPair(*document.get("shipping", (0, 0))),
        discounts=tuple(
            OrderDiscount(code, kind, AmountPair(*amounts)) for code, kind, *amounts in document.get("discounts", ())
        ),
        tenders=None if tenders is None else tuple(Tender(kind, AmountPair(*amounts)) for kind, *amounts in tenders),
        fulfilled_at=datetime.fromisoformat(fulfilled_at) if fulfilled_at else None,
        partner_notes=None if notes is None else tuple((name, value) for name, value in notes),
        refunds=tuple(refund for refund in refunds if refund.refund_id in carried),
    )


def refund_to_json(refund: Refund) -> str:
    """A refund without its ids and time, which are columns."""
    document = {
        "lines": [
            [line.line_id, line.quantity, *_pair(line.subtotal), *_pair(line.tax), line.gift_card]
            for line in refund.lines
        ],
        "moved": [list(moved) for moved in refund.moved],
        "shipping": list(_pair(refund.shipping)),
        "currencies": [refund.currency, refund.presentment_currency],
    }
    return json.dumps(document, separators=(",", ":"), sort_keys=True)


def refund_from_json(document: Json, *, refund_id: int, order_id: int, created_at: datetime) -> Refund:
    """The refund again."""
    return Refund(
        refund_id=refund_id,
        order_id=order_id,
        created_at=created_at,
        lines=tuple(
            RefundLine(line_id, quantity, AmountPair(*amounts[:2]), AmountPair(*amounts[2:]), gift_card)
            for line_id, quantity, *amounts, gift_card in document["lines"]
        ),
        moved=tuple((minor, currency) for minor, currency in document["moved"]),
        shipping=AmountPair(*document["shipping"]),
        currency=document["currencies"][0],
        presentment_currency=document["currencies"][1],
    )


def edits_to_json(edits: dict[int, OrderEdit]) -> str:
    """All edits of one order, by their id."""
    document = {
        str(edit.edit_id): [edit.committed_at.isoformat(), [list(pair) for pair in edit.removed_units]]
        for edit in edits.values()
    }
    return json.dumps(document, separators=(",", ":"), sort_keys=True)


def edits_from_json(document: Json | None, order_id: int) -> dict[int, OrderEdit]:
    """The edits again."""
    return {
        int(edit_id): OrderEdit(
            edit_id=int(edit_id),
            order_id=order_id,
            committed_at=datetime.fromisoformat(committed_at),
            removed_units=tuple((line_id, count) for line_id, count in removed),
        )
        for edit_id, (committed_at, removed) in (document or {}).items()
    }


def fulfillments_to_json(fulfillments: dict[int, Fulfillment]) -> str:
    """All parcels of one order, by their id."""
    document = {
        str(one.fulfillment_id): [
            one.updated_at.isoformat(), one.fulfilled_at.isoformat(),
            one.delivered_at.isoformat() if one.delivered_at else None, one.cancelled,
        ]
        for one in fulfillments.values()
    }  # fmt: skip
    return json.dumps(document, separators=(",", ":"), sort_keys=True)


def fulfillments_from_json(document: Json | None, order_id: int) -> dict[int, Fulfillment]:
    """The parcels again."""
    return {
        int(number): Fulfillment(
            order_id=order_id,
            fulfillment_id=int(number),
            updated_at=datetime.fromisoformat(updated_at),
            fulfilled_at=datetime.fromisoformat(fulfilled_at),
            delivered_at=datetime.fromisoformat(delivered_at) if delivered_at else None,
            cancelled=cancelled,
        )
        for number, (updated_at, fulfilled_at, delivered_at, cancelled) in (document or {}).items()
    }


def _pair(amounts: AmountPair) -> tuple[int, int]:
    return amounts.shop, amounts.presentment


def _line_to_list(line: OrderLine) -> list[Any]:
    return [
        line.line_id, line.quantity, line.current_quantity, *_pair(line.unit_price), *_pair(line.discount),
        *_pair(line.tax), line.gift_card, line.product_id, line.variant_id, line.sku, line.vendor,
    ]  # fmt: skip


def _line_from_list(values: list[Any], codes: Json) -> OrderLine:
    """A line again; one that was kept before variants were has three values less."""
    line_id, quantity, current_quantity, *amounts, gift_card, product_id = values[:11]
    variant_id, sku, vendor = values[11:] or (None, "", "")
    return OrderLine(
        line_id=line_id,
        quantity=quantity,
        current_quantity=current_quantity,
        unit_price=AmountPair(*amounts[0:2]),
        discount=AmountPair(*amounts[2:4]),
        tax=AmountPair(*amounts[4:6]),
        gift_card=gift_card,
        product_id=product_id,
        variant_id=variant_id,
        sku=sku,
        vendor=vendor,
        code_discounts=tuple((position, AmountPair(*amount)) for position, *amount in codes.get(str(line_id), ())),
    )
