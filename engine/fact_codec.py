"""Facts as compact JSON, the form in which they are kept beside the ledger; exact both ways."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from engine.events import AmountPair, Order, OrderEdit, OrderLine, Refund, RefundLine

Json = dict[str, Any]


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
    }
    return json.dumps(document, separators=(",", ":"), sort_keys=True)


def order_from_json(
    document: Json, *, order_id: int, name: str, updated_at: datetime, occurred_at: datetime, paid: bool,
    refunds: tuple[Refund, ...],
) -> Order:  # fmt: skip
    """The order again; of `refunds`, those that its snapshot carried are attached to it."""
    carried = set(document["carried_refunds"])
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
        lines=tuple(_line_from_list(line) for line in document["lines"]),
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


def _pair(amounts: AmountPair) -> tuple[int, int]:
    return amounts.shop, amounts.presentment


def _line_to_list(line: OrderLine) -> list[Any]:
    return [
        line.line_id, line.quantity, line.current_quantity, *_pair(line.unit_price), *_pair(line.discount),
        *_pair(line.tax), line.gift_card, line.product_id,
    ]  # fmt: skip


def _line_from_list(values: list[Any]) -> OrderLine:
    line_id, quantity, current_quantity, *amounts, gift_card, product_id = values
    return OrderLine(
        line_id=line_id,
        quantity=quantity,
        current_quantity=current_quantity,
        unit_price=AmountPair(*amounts[0:2]),
        discount=AmountPair(*amounts[2:4]),
        tax=AmountPair(*amounts[4:6]),
        gift_card=gift_card,
        product_id=product_id,
    )
