"""The shop's orders: checkouts, payments, refunds, edits and cancellations, each with the webhooks that it causes."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping
from decimal import Decimal
from functools import partial

from plugin.devstore.amounts import ZERO
from plugin.devstore.checkouts import Checkout, price_checkout
from plugin.devstore.customer_payloads import Payload, customer_in_order
from plugin.devstore.customers import Customers
from plugin.devstore.deliveries import DeliveryLog
from plugin.devstore.discounts import Discounts
from plugin.devstore.documents import Documents
from plugin.devstore.errors import NotThereError, StoreError
from plugin.devstore.order_edits import edit_payload
from plugin.devstore.order_payloads import OrderFacts, order_payload
from plugin.devstore.order_records import (
    OrderRecord,
    apply_edit,
    apply_refund,
    bring_up_to_date,
    check_units,
    presentment_sum,
    refunded_money,
    unrefunded_shipping,
)
from plugin.devstore.parcels import as_webhook, deliver, recall, send
from plugin.devstore.payments import Payment, Payments, gateway_names
from plugin.devstore.refund_payloads import refund_payload
from plugin.devstore.times import Clock, after, payload_time

_FIRST_ORDER_NUMBER = 1001


class Orders:
    """Orders by id. Every change is one transaction with the webhooks that it owes to the app."""

    def __init__(
        self,
        documents: Documents,
        deliveries: DeliveryLog,
        customers: Customers,
        discounts: Discounts,
        payments: Payments,
        clock: Clock,
    ) -> None:
        self._documents, self._deliveries, self._clock = documents, deliveries, clock
        self._customers, self._discounts, self._payments = customers, discounts, payments

    def all(self) -> list[Payload]:
        """The bodies of all orders, oldest first."""
        return [document["body"] for document in self._documents.all("order")]

    def get(self, order_id: int) -> Payload | None:
        """The body of an order, or None."""
        document = self._documents.get("order", order_id)
        return None if document is None else document["body"]

    def records(self) -> list[OrderRecord]:
        """All orders with what their bodies do not say, oldest first."""
        return [OrderRecord(**document) for document in self._documents.all("order")]

    def record(self, order_id: int) -> OrderRecord:
        """The order with what its body does not say. Raises NotThereError."""
        document = self._documents.get("order", order_id)
        if document is None:
            raise NotThereError(f"There is no order {order_id}.")
        return OrderRecord(**document)

    def place(self, checkout: Checkout) -> Payload:
        """Make the order; tells orders/create and orders/updated, and orders/paid when it is paid.

        Raises CheckoutError when it cannot be completed, NotThereError for an unknown customer or product.
        """
        customer = None if checkout.customer_id is None else self._customers.required(checkout.customer_id)
        priced = price_checkout(checkout, self._discounts)
        with self._documents.together():
            payments = self._payments.planned(checkout, priced)
            facts = self._facts(checkout, customer, payments, paid=checkout.paid or not priced.total)
            body = order_payload(facts, priced, self._documents.next_id)
            if facts.paid:
                self._payments.take(payments)
            for discount in priced.discounts:
                self._discounts.record_use(discount.code, checkout.shopper, body["id"])
            topics = ["orders/create", *(["orders/paid"] if facts.paid else []), "orders/updated"]
            kept = [payment.as_document(priced.currencies) for payment in payments]
            self._save(OrderRecord(body, payments=kept), topics)
        return body

    def _facts(
        self, checkout: Checkout, customer: Payload | None, payments: list[Payment], *, paid: bool
    ) -> OrderFacts:
        number = self._documents.next_number("order_number", _FIRST_ORDER_NUMBER)
        return OrderFacts(
            order_id=self._documents.next_id("order"),
            number=number,
            at=payload_time(self._clock()),
            customer=customer,
            email=checkout.email or (customer or {}).get("email"),
            locale=checkout.locale,
            gateways=tuple(gateway_names(payments)),
            paid=paid,
            test=checkout.test,
            token=secrets.token_hex(16),
            confirmation_number=secrets.token_hex(5).upper()[:9],
            source_name=checkout.source_name,
            tags=checkout.tags,
            notes=checkout.notes,
        )

    def mark_paid(self, order_id: int) -> Payload:
        """Receive the payment of a pending order; tells orders/paid and orders/updated."""
        with self._documents.together():
            record = self.record(order_id)
            if record.body["financial_status"] != "pending":
                raise StoreError("That order is not waiting for a payment.")
            record.body["financial_status"] = "paid"
            record.body["total_outstanding"] = record.currencies.plain(record.currencies.pair(ZERO))
            bring_up_to_date(record, after(record.body["updated_at"], self._clock()))
            self._save(record, ["orders/paid", "orders/updated"])
        return record.body

    def refund(
        self,
        order_id: int,
        quantities: Mapping[int, int],
        *,
        shipping: bool = False,
        amount_only: str | None = None,
        note: str = "",
    ) -> Payload:
        """Refund units (by line id), shipping, or a sum of presentment money alone; returns the refund's body.

        Tells refunds/create and orders/updated. Raises NotThereError, StoreError when there is less to refund.
        """
        with self._documents.together():
            record = self.record(order_id)
            at = after(record.body["updated_at"], self._clock())
            refund = self._refund(
                record, quantities, shipping, presentment_sum(record, amount_only), "no_restock", note, at
            )
            event_id = self._save(record, ["orders/updated"])
            self._deliveries.emit("refunds/create", refund, order_id=order_id, event_id=event_id)
        return refund

    def cancel(self, order_id: int, *, reason: str = "customer") -> Payload:
        """Cancel an order and refund all that is left; tells orders/cancelled, orders/updated and refunds/create."""
        with self._documents.together():
            record = self.record(order_id)
            body = record.body
            if body["cancelled_at"] is not None:
                raise StoreError("That order is cancelled already.")
            at = after(body["updated_at"], self._clock())
            left = {line["id"]: record.refundable(line) for line in body["line_items"] if record.refundable(line)}
            paid = body["financial_status"] in ("paid", "partially_refunded")
            refund = (
                self._refund(record, left, True, None, "cancel", "Order canceled", at)
                if paid and (left or unrefunded_shipping(body))
                else None
            )
            body |= {"cancelled_at": at, "closed_at": at, "cancel_reason": reason}
            if not paid and body["financial_status"] == "pending":
                body["financial_status"] = "voided"
            event_id = self._save_parcels(record, recall(record, at), ["orders/cancelled", "orders/updated"])
            if refund is not None:
                self._deliveries.emit("refunds/create", refund, order_id=order_id, event_id=event_id)
        return body

    def fulfill(self, order_id: int, quantities: Mapping[int, int] | None = None) -> Payload:
        """Send units (by line id) or all that is left; tells orders/updated, and orders/fulfilled when all is sent."""
        with self._documents.together():
            record = self.record(order_id)
            send(record, quantities, after(record.body["updated_at"], self._clock()), self._documents.next_id)
            whole = record.body["fulfillment_status"] == "fulfilled"
            self._save(record, [*(["orders/fulfilled"] if whole else []), "orders/updated"])
        return record.body

    def deliver(self, order_id: int) -> Payload:
        """What was sent has arrived; tells orders/updated, and fulfillments/update for each parcel."""
        with self._documents.together():
            record = self.record(order_id)
            parcels = deliver(record, after(record.body["updated_at"], self._clock()))
            self._save_parcels(record, parcels, ["orders/updated"])
        return record.body

    def reassign(self, from_customer: int, to_customer: Payload) -> int:
        """The orders of one customer become another one's; says nothing to the app. Returns how many."""
        found = [one for one in self.records() if (one.body["customer"] or {}).get("id") == from_customer]
        for record in found:
            record.body["customer"] = customer_in_order(to_customer)
            self._documents.put("order", record.body["id"], record.as_document())
        return len(found)

    def edit(self, order_id: int, removals: Mapping[int, int]) -> Payload:
        """Remove units (by line id); tells orders/edited and orders/updated. Raises NotThereError, StoreError."""
        with self._documents.together():
            record = self.record(order_id)
            check_units(record, removals)
            at = after(record.body["updated_at"], self._clock())
            apply_edit(record, removals, at)
            event_id = self._save(record, ["orders/updated"])
            body = edit_payload(self._documents.next_id("order_edit"), order_id, removals, at)
            self._deliveries.emit("orders/edited", body, order_id=order_id, event_id=event_id)
        return record.body

    def _refund(
        self,
        record: OrderRecord,
        quantities: Mapping[int, int],
        shipping: bool,
        amount_only: Decimal | None,
        restock_type: str,
        note: str,
        at: str,
    ) -> Payload:
        check_units(record, quantities)
        refund = refund_payload(
            record,
            quantities,
            shipping=shipping,
            amount_only=amount_only,
            restock_type=restock_type,
            note=note,
            at=at,
            next_id=self._documents.next_id,
            give_back=partial(self._payments.give_back, record),
        )
        if not (refund["refund_line_items"] or refund["transactions"]):
            raise StoreError("There is nothing to refund.")
        apply_refund(record, refund, at)
        if refunded_money(record.body) > Decimal(record.body["total_price_set"]["presentment_money"]["amount"]):
            raise StoreError("That is more than was paid.")
        return refund

    def _save_parcels(self, record: OrderRecord, parcels: list[Payload], topics: list[str]) -> str:
        event_id = self._save(record, topics)
        for parcel in parcels:
            body = as_webhook(parcel, record.body)
            self._deliveries.emit("fulfillments/update", body, order_id=record.body["id"], event_id=event_id)
        return event_id

    def _save(self, record: OrderRecord, topics: list[str]) -> str:
        order_id, event_id = record.body["id"], str(uuid.uuid4())
        self._documents.put("order", order_id, record.as_document())
        for topic in topics:
            self._deliveries.emit(topic, record.body, order_id=order_id, event_id=event_id)
        return event_id
