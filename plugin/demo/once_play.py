"""The script of `laurel demo --once`: what is done, what each part saw, and whether it is what it must be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.markup import escape

from engine.events import Fact, Order, Refund
from plugin.demo.once_evidence import DisagreementError, Evidence, Posting, StoredDelivery
from plugin.demo.once_formula import SIGN_UP_BONUS, Expected, dollars
from plugin.demo.once_shopper import SeenMember, SentWebhook, Shopper
from plugin.devstore.seed import CUSTOMERS, PRODUCTS
from plugin.payloads import EmailKeys, translate

_PURCHASE_TOPICS = frozenset({"orders/create", "orders/paid"})
_REFUND_TOPICS = frozenset({"refunds/create"})


class Play:
    """One shopper buys three of the first product and gets one refunded."""

    def __init__(self, shopper: Shopper, evidence: Evidence, console: Console) -> None:
        self._shopper = shopper
        self._evidence = evidence
        self._console = console
        self._customer = CUSTOMERS[0]
        self._product = PRODUCTS[0]
        self._expected = Expected(price=self._product.price, quantity=3, refunded_quantity=1)

    def purchase_and_refund(self) -> None:
        """Play both. Raises DisagreementError at the first thing that is not as it must be."""
        self._shopper.log_in(self._customer.id)
        before = self._shopper.member()
        bonus = 0 if self._evidence.bonus_of_customer(self._customer.id) else SIGN_UP_BONUS
        self._say("Shopper", f"{self._customer.name}, customer {self._customer.id}, has {before.available} points")
        order = self._purchase(before.available + self._expected.points + bonus)
        self._refund(order, before.available + self._expected.points + bonus - self._expected.taken_back)

    def _purchase(self, balance: int) -> dict[str, Any]:
        expected = self._expected
        self._headline(f"Purchase: {expected.quantity} × {self._product.title} at {expected.price} USD")
        self._say("Expected", f"half-even({dollars(expected.base)} × 1) = {expected.points} points, balance {balance}")
        order = self._shopper.buy(self._product, expected.quantity)
        self._say("Order", f"{order['name']}, id {order['id']}, {order['total_price']} {order['currency']} in all")
        sent = self._shopper.webhooks_of(order["id"], wanted=_PURCHASE_TOPICS)
        facts = self._follow(sent, _PURCHASE_TOPICS)
        for fact in facts:
            self._compare_order(fact)
        self._show_postings(self._evidence.bonus_of_customer(self._customer.id), [("bonus", SIGN_UP_BONUS)])
        self._show_postings(self._evidence.postings_of_order(order["id"]), [("earn", expected.points)])
        self._compare_balance(balance, ("EARN", expected.points))
        return order

    def _refund(self, order: dict[str, Any], balance: int) -> None:
        expected = self._expected
        self._headline(f"Refund: {expected.refunded_quantity} of them, {dollars(expected.refunded)} USD")
        sum_of = f"{expected.points} × {dollars(expected.refunded)} / {dollars(expected.base)}"
        self._say("Expected", f"half-even({sum_of}) = {expected.taken_back} points back, balance {balance}")
        known = {one.webhook_id for one in self._shopper.webhooks_of(order["id"], wanted=_PURCHASE_TOPICS)}
        refund = self._shopper.refund(order, expected.refunded_quantity)
        self._say("Refund", f"id {refund['id']}")
        sent = self._shopper.webhooks_of(order["id"], wanted=_REFUND_TOPICS)
        facts = self._follow([one for one in sent if one.webhook_id not in known], _REFUND_TOPICS)
        for fact in facts:
            self._compare_refund(fact)
        postings = self._evidence.postings_of_order(order["id"])
        self._show_postings(postings, [("earn", expected.points), ("clawback", -expected.taken_back)])
        self._compare_balance(balance, ("CLAWBACK", -expected.taken_back))

    def _follow(self, sent: Sequence[SentWebhook], topics: frozenset[str]) -> list[Fact]:
        """From the store's log into the inbox and through the translation; the facts of the named topics."""
        for webhook in sent:
            answered = f"answered {webhook.status} at attempt {webhook.attempts}"
            self._say("Webhook", f"{webhook.topic} {webhook.webhook_id} {answered}")
        stored = self._evidence.applied_deliveries([one.webhook_id for one in sent])
        for delivery in stored:
            self._say("Inbox", f"{delivery.topic} {delivery.webhook_id} {delivery.state}, {len(delivery.body)} bytes")
        return [fact for delivery in stored if delivery.topic in topics for fact in _facts(delivery)]

    def _compare_order(self, fact: Fact) -> None:
        if not isinstance(fact, Order):
            raise DisagreementError("an order's webhook was not understood as an order")
        cents = sum(line.unit_price.shop * line.quantity - line.discount.shop for line in fact.lines)
        seen = f"{cents // 100}.{cents % 100:02d}"
        self._say("Event", f"order {fact.name}, base {seen} {fact.currency}, paid: {'yes' if fact.paid else 'no'}")
        self._must("the event's base", seen, dollars(self._expected.base))

    def _compare_refund(self, fact: Fact) -> None:
        if not isinstance(fact, Refund):
            raise DisagreementError("a refund's webhook was not understood as a refund")
        cents = sum(line.subtotal.shop for line in fact.lines)
        seen = f"{cents // 100}.{cents % 100:02d}"
        self._say("Event", f"refund {fact.refund_id} of order {fact.order_id}, {seen}")
        self._must("the refund's value", seen, dollars(self._expected.refunded))

    def _show_postings(self, postings: Sequence[Posting], expected: list[tuple[str, int]]) -> None:
        for one in postings:
            where = f"{one.debit} → {one.credit} {one.amount}"
            self._say("Posting", f"{one.kind} {one.points:+d}: {where}, transaction {one.transaction_id}")
            self._must("the transfer's amount", one.amount, abs(one.points))
        self._must("the postings", [(one.kind, one.points) for one in postings], expected)

    def _compare_balance(self, balance: int, newest: tuple[str, int]) -> None:
        stored = self._evidence.balance_of_customer(self._customer.id)
        self._say(
            "PostgreSQL", f"member {stored.member_id} has {stored.available}, transfers sum up to {stored.summed}"
        )
        self._must("the stored balance", stored.available, balance)
        self._must("the sum of the transfers", stored.summed, balance)
        seen: SeenMember = self._shopper.member()
        self._say("GraphQL", f"available {seen.available}, pending {seen.pending}, lifetime {seen.lifetime}")
        self._must("the balance in GraphQL", seen.available, balance)
        self._must(f"{newest[0]} in GraphQL", newest in seen.transactions, True)

    def _must(self, what: str, seen: object, expected: object) -> None:
        if seen != expected:
            raise DisagreementError(f"{what} is {seen!r} and should be {expected!r}")

    def _headline(self, text: str) -> None:
        self._console.print(f"\n[bold]{escape(text)}[/]")

    def _say(self, part: str, text: str) -> None:
        self._console.print(f"  [cyan]{part:<11}[/] {escape(text)}", soft_wrap=True)


def _facts(delivery: StoredDelivery) -> tuple[Fact, ...]:
    # The key only matters for recognizing addresses, which nobody asks for here.
    return translate(delivery.topic, delivery.body, EmailKeys(b"demo --once"), datetime.now(UTC)).facts
