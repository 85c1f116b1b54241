"""How orders are paid: gift cards first, then store credit, then a card with play money; and what refunds give back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from plugin.devstore.amounts import ZERO, Currencies, Pair, read_pair
from plugin.devstore.checkouts import Checkout
from plugin.devstore.customer_payloads import gid
from plugin.devstore.errors import CheckoutError
from plugin.devstore.gift_cards import GiftCards
from plugin.devstore.order_records import OrderRecord
from plugin.devstore.pricing import PricedOrder
from plugin.devstore.seed import SHOP
from plugin.devstore.store_credit import StoreCredit, balance

GIFT_CARD, STORE_CREDIT = "gift_card", "shopify_store_credit"


@dataclass(frozen=True, slots=True)
class Payment:
    """A part of an order's payment. `source` is the code of a gift card or the gid of a store credit account."""

    gateway: str
    amount: Pair
    source: str | None = None

    def as_document(self, currencies: Currencies) -> dict[str, Any]:
        """As an order's record keeps it; `returned` is what refunds gave back of it, in the shopper's money."""
        money_set = currencies.money_set(self.amount)
        return {"gateway": self.gateway, "amount_set": money_set, "source": self.source, "returned": "0"}


class Payments:
    """Plans, takes and gives back; a plan that is not taken changes nothing."""

    def __init__(self, gift_cards: GiftCards, credit: StoreCredit) -> None:
        self._gift_cards, self._credit = gift_cards, credit

    def available_credit(self, customer_id: int | None) -> Decimal:
        """The store credit of a customer in the shop's currency."""
        account = None if customer_id is None else self._credit.account(gid("Customer", customer_id), SHOP.currency)
        return ZERO if account is None else balance(account)

    def planned(self, checkout: Checkout, priced: PricedOrder) -> list[Payment]:
        """The parts by which an order is paid. Raises CheckoutError for a gift card that cannot pay."""
        left, payments = priced.total, []
        gateway = "bogus" if checkout.test else "shopify_payments"
        if checkout.gift_cards or checkout.store_credit:
            if priced.currencies.presentment != SHOP.currency:
                raise CheckoutError(f"Gift cards and store credit pay in {SHOP.currency} only.")
            for code in dict.fromkeys(checkout.gift_cards):
                card = self._gift_cards.usable(code)
                if card is None or not Decimal(card["balance"]):
                    raise CheckoutError("That gift card cannot be used.")
                payments.append(_part(GIFT_CARD, Decimal(card["balance"]), left, card["code"]))
                left -= payments[-1].amount
            credit = self.available_credit(checkout.customer_id) if checkout.store_credit else ZERO
            if credit > 0:
                payments.append(_part(STORE_CREDIT, credit, left, gid("Customer", checkout.customer_id or 0)))
                left -= payments[-1].amount
        payments = [payment for payment in payments if payment.amount]
        return [*payments, Payment(gateway, left)] if left else payments

    def take(self, payments: Sequence[Payment]) -> None:
        """Spend what gift cards and store credit pay."""
        for payment in payments:
            self._move(payment.gateway, payment.source, -payment.amount.shop, "ORDER_PAYMENT")

    def give_back(self, record: OrderRecord, amount: Decimal) -> list[tuple[str, Decimal]]:
        """Return a sum of the shopper's money the way it came, cards first; (gateway, amount) of each part."""
        parts = []
        for payment in sorted(payments_of(record), key=lambda one: one["gateway"] in (GIFT_CARD, STORE_CREDIT)):
            whole = read_pair(payment["amount_set"]).presentment
            part = min(amount, whole - Decimal(payment["returned"]))
            if part <= 0:
                continue
            amount -= part
            payment["returned"] = str(Decimal(payment["returned"]) + part)
            self._move(payment["gateway"], payment["source"], part, "ORDER_REFUND")
            parts.append((payment["gateway"], part))
        # More than was paid: its refusal is for who asked for it.
        return [*parts, (parts[0][0] if parts else "manual", amount)] if amount else parts

    def _move(self, gateway: str, source: str | None, amount: Decimal, event: str) -> None:
        if gateway == GIFT_CARD and source is not None:
            card = self._gift_cards.by_code(source)
            if card is not None:
                self._gift_cards.change(card, amount)
        elif gateway == STORE_CREDIT and source is not None:
            account = self._credit.account(source, SHOP.currency)
            if account is not None:
                self._credit.enter(account, amount, None, event)


def payments_of(record: OrderRecord) -> list[dict[str, Any]]:
    """The payments that an order's record keeps; an older record was paid at once by its one gateway."""
    if not record.payments and record.body["payment_gateway_names"]:
        gateway, money_set = record.body["payment_gateway_names"][0], record.body["total_price_set"]
        record.payments.append({"gateway": gateway, "amount_set": money_set, "source": None, "returned": "0"})
    return record.payments


def gateway_names(payments: Sequence[Payment]) -> list[str]:
    """What `payment_gateway_names` says."""
    return list(dict.fromkeys(payment.gateway for payment in payments))


def _part(gateway: str, available: Decimal, left: Pair, source: str) -> Payment:
    amount = min(available, left.shop)
    return Payment(gateway, Pair(amount, amount), source)
