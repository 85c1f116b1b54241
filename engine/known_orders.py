"""An order as it is known: the newest snapshot by `updated_at`, the union of refunds and parcels by id, edits.

Which of two versions of a fact is kept is decided by their content alone, so that any order of arrival ends the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from engine.events import Fulfillment, Order, OrderEdit, Refund
from engine.fact_codec import order_to_json, refund_to_json
from engine.rules.facts import DecidedFrom
from engine.rules.order_state import OrderState


class OrderKey(NamedTuple):
    """An order of one shop of one program."""

    program_id: int
    shop_id: int
    order_id: int


@dataclass(slots=True)
class KnownOrder:
    """An order's row under its lock, with what this batch adds to it."""

    key: OrderKey
    snapshot: Order | None = None
    paid: bool = False
    customer_id: int | None = None
    guest_email_key: bytes | None = None
    member_id: int | None = None
    edits: dict[int, OrderEdit] = field(default_factory=dict)
    refunds: dict[int, Refund] = field(default_factory=dict)
    new_refunds: dict[int, Refund] = field(default_factory=dict)
    fulfillments: dict[int, Fulfillment] = field(default_factory=dict)
    decided_version: int | None = None
    """The version of the program that decides it, for good; None while it was not decided."""
    decided_from: DecidedFrom | None = None
    """What was known of its member and products when it was decided; None in orders older than such facts."""
    changed: bool = False

    def observe(self, order: Order) -> None:
        """Take a snapshot in: it replaces an older one, and what only ever grows (paid, refunds) is kept from both."""
        self.paid = self.paid or order.paid
        self.changed = True
        for refund in order.refunds:
            self.observe_refund(refund)
        older = self.snapshot
        if older is None or _rank(order) >= _rank(older):
            self.snapshot = _completed(order, older)
            self._take_owner(order, replaces=True)
        else:
            self.snapshot = _completed(older, order)
            self._take_owner(order, replaces=False)

    def _take_owner(self, order: Order, *, replaces: bool) -> None:
        """Whose order it is: the newest snapshot that says so decides, whichever came first."""
        if order.customer is not None and (replaces or self.customer_id is None):
            self.customer_id, self.guest_email_key = order.customer.customer_id, None
        elif self.customer_id is None and self.member_id is None and (replaces or self.guest_email_key is None):
            self.guest_email_key = order.guest_email_key

    def observe_refund(self, refund: Refund) -> None:
        """Take a refund in, once by its id; of two that differ the same one is kept, whichever came first."""
        known = self.refunds.get(refund.refund_id)
        if known is None or _refund_rank(known) < _refund_rank(refund):
            self.refunds[refund.refund_id] = self.new_refunds[refund.refund_id] = refund

    def observe_fulfillment(self, parcel: Fulfillment) -> None:
        """Take a parcel in, once by its id; the newest word on it counts."""
        known = self.fulfillments.get(parcel.fulfillment_id)
        newest = parcel if known is None else _one_parcel(known, parcel)
        if newest != known:
            self.fulfillments[parcel.fulfillment_id] = newest
            self.changed = True

    def observe_edit(self, edit: OrderEdit) -> None:
        """Take an edit in, once by its id."""
        self.edits[edit.edit_id] = edit
        self.changed = True

    def state(self) -> OrderState | None:
        """All that is known of the order, or None while no snapshot of it came."""
        if self.snapshot is None:
            return None
        order = replace(self.snapshot, paid=self.paid)
        return OrderState(
            order, tuple(self.refunds.values()), tuple(self.edits.values()), tuple(self.fulfillments.values())
        )


def _rank(order: Order) -> tuple[datetime, int, int, int, str]:
    """Newer first; of two of one second the one that knows more: refunds, lines, units gone, then by its content."""
    left = sum(line.quantity if line.current_quantity is None else line.current_quantity for line in order.lines)
    return (order.updated_at, len(order.refunds), len(order.lines), -left, order_to_json(order))


def _completed(order: Order, other: Order | None) -> Order:
    """What only another snapshot tells: how it was paid (of the same total), and what its notes say."""
    if other is None:
        return order
    if order.tenders is None and other.tenders is not None and other.total == order.total:
        order = replace(order, tenders=other.tenders)
    if order.partner_notes is None and other.partner_notes is not None:
        order = replace(order, partner_notes=other.partner_notes)
    return order


def _one_parcel(one: Fulfillment, other: Fulfillment) -> Fulfillment:
    """The newest word on a parcel. It arrived when that was first told: later news of it only repeats that."""
    arrived = [parcel.delivered_at for parcel in (one, other) if parcel.delivered_at is not None]
    return replace(max(one, other, key=_parcel_rank), delivered_at=min(arrived, default=None))


def _parcel_rank(parcel: Fulfillment) -> tuple[datetime, bool, bool, datetime]:
    return (parcel.updated_at, parcel.delivered_at is not None, parcel.cancelled, parcel.fulfilled_at)


def _refund_rank(refund: Refund) -> tuple[int, int, int, str]:
    """A refund grows: lines and money are added to it as they are settled. The version that knows of more is newer."""
    value = sum(line.subtotal.shop for line in refund.lines)
    return (len(refund.lines), value, sum(minor for minor, _ in refund.moved), refund_to_json(refund))
